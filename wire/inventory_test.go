package wire

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang/langtest"
)

// inventoryOf reads packets of a link type, each captured as far as there are bytes of the length given.
func inventoryOf(t *testing.T, link linkType, length int, packets ...[]byte) Inventory {
	t.Helper()
	f := newPcap(binary.LittleEndian, pcapMicroseconds, link)
	for i, data := range packets {
		f.record(uint32(100+i), 0, max(length, len(data)), data)
	}
	r, err := NewReader(bytes.NewReader(f.Bytes()))
	require.NoError(t, err)
	for err == nil {
		_, err = r.Next()
	}
	return r.Inventory()
}

func datagram(t testing.TB, from, to layers.UDPPort, data ...byte) []byte {
	ip := ipv4(layers.IPProtocolUDP)
	u := &layers.UDP{SrcPort: from, DstPort: to}
	_ = u.SetNetworkLayerForChecksum(ip)
	return serialize(t, ip, u, gopacket.Payload(data))
}

func carried(t testing.TB, protocol layers.IPProtocol, parts ...[]byte) []byte {
	return serialize(t, ipv4(protocol), gopacket.Payload(joined(parts...)))
}

func TestInventoryNames(t *testing.T) {
	hosts := [2]netip.Addr{client4, server4}
	nowhere := [2]netip.Addr{}
	wireGuard := append([]byte{4, 0, 0, 0}, zeros(60)...)
	for _, c := range []struct {
		link   linkType
		data   []byte
		name   string
		number uint32
		opaque bool
		hosts  [2]netip.Addr
	}{
		{249, zeros(27), "USB of Windows (USBPcap) (link type 249)", 249, false, nowhere},
		{201, zeros(27), "Bluetooth HCI (link type 201)", 201, false, nowhere},
		{147, zeros(27), "packets (link type 147)", 147, true, nowhere},
		{linkRaw, carried(t, layers.IPProtocolESP, zeros(20)), "ESP (IP protocol 50)", 50, true, hosts},
		{linkRaw, carried(t, layers.IPProtocolOSPF, zeros(20)), "OSPF (IP protocol 89)", 89, false, hosts},
		{linkRaw, carried(t, 253, zeros(20)), "packets (IP protocol 253)", 253, true, hosts},
		{linkRaw, carried(t, layers.IPProtocolGRE, []byte{0x20, 0, 0x12, 0x34, 0, 0, 0, 7}, zeros(20)), "GRE with key 0x7 (carries EtherType 0x1234)", 0x1234, true, hosts},
		{linkRaw, datagram(t, 51820, 51820, wireGuard...), "WireGuard (UDP port 51820)", 51820, true, hosts},
		{linkRaw, datagram(t, 4500, 4500, 1, 2, 3, 4, 5), "ESP within UDP (UDP port 4500)", 4500, true, hosts},
		{linkRaw, datagram(t, 4500, 4500, 0, 0, 0, 0, 5), "IKE (UDP port 4500)", 4500, false, hosts},
		{linkRaw, datagram(t, 1194, 40000, zeros(20)...), "OpenVPN (UDP port 1194)", 1194, true, hosts},
		{linkRaw, datagram(t, 40000, 53, zeros(20)...), "DNS (UDP port 53)", 53, false, hosts},
		{linkRaw, datagram(t, 40000, 33440, zeros(32)...), "traceroute (UDP)", 0, false, hosts},
		{linkRaw, datagram(t, 40000, 33440, zeros(160)...), "UDP (UDP port 33440)", 33440, true, hosts},
		{linkRaw, datagram(t, 40000, 9999, zeros(20)...), "UDP (UDP port 9999)", 9999, true, hosts},
		{linkRaw, datagram(t, 40000, portVXLAN, joined([]byte{8, 0, 0, 0, 0, 0, 1, 0}, zeros(12), []byte{0x88, 0xcc}, zeros(46))...),
			"LLDP (EtherType 0x88cc)", 0x88cc, false, hosts},
		{linkEthernet, joined(zeros(12), []byte{0x88, 0xe5}, zeros(46)), "MACsec (EtherType 0x88e5)", 0x88e5, true, nowhere},
		{linkEthernet, joined(zeros(12), []byte{0, 39, 0x42, 0x42, 3}, zeros(46)), "spanning tree (service access point 0x42)", 0x42, false, nowhere},
		{link80211, joined([]byte{8, 0x41}, zeros(60)), "encrypted 802.11 frames", frameWiFiEncrypted, true, nowhere},
		{link80211, joined([]byte{0x80, 0}, zeros(60)), "802.11 management and control frames", frameWiFiControl, false, nowhere},
		{linkEthernet, synFrame(t)[:30], "packets with headers that cannot be", 0, true, nowhere},
	} {
		i := inventoryOf(t, c.link, 0, c.data, c.data)
		require.Len(t, i.Unread, 1, c.name)
		u := i.Unread[0]
		assert.Equal(t, c.name, u.Name.English)
		langtest.Check(t, c.name, u.Name)
		assert.Equal(t, c.number, u.Number, c.name)
		assert.Equal(t, c.opaque, u.Opaque, c.name)
		assert.Equal(t, c.hosts, u.Hosts, c.name)
		assert.EqualValues(t, 2, u.Packets, c.name)
		assert.EqualValues(t, 100, u.First.Unix(), c.name)
		assert.EqualValues(t, 101, u.Last.Unix(), c.name)
		if u.Obstacle == ObstacleLink || u.Tunnel {
			assert.NotEmpty(t, u.Instead, "%s: where to capture in its place", c.name)
		}
	}
}

func TestInventoryCut(t *testing.T) {
	i := inventoryOf(t, linkEthernet, 1500, synFrame(t)[:40], synFrame(t)[:38])
	require.Len(t, i.Unread, 1)
	assert.Equal(t, ObstacleCut, i.Unread[0].Obstacle)
	assert.EqualValues(t, 40, i.Unread[0].Number)
	assert.Equal(t, [2]netip.Addr{client4, server4}, i.Unread[0].Hosts)
	assert.True(t, i.Unread[0].Opaque)

	whole := inventoryOf(t, linkEthernet, 1500, synFrame(t))
	assert.Empty(t, whole.Unread, "a packet cut behind its headers is read")
	assert.EqualValues(t, 1, whole.Decoded)
}

// A fragment is put to the first of its packet, before it or behind it; what is left over is named, and says where to look.
func TestInventoryFragment(t *testing.T) {
	part := func(id, offset uint16, more bool) []byte {
		ip := ipv4(layers.IPProtocolTCP)
		ip.Id, ip.FragOffset = id, offset
		if more {
			ip.Flags = layers.IPv4MoreFragments
		}
		data := zeros(40)
		data[12] = 5 << 4 // of a TCP header
		return serialize(t, ip, gopacket.Payload(data))
	}
	v6 := func(offset byte) []byte { return withExtensions(t, 44, []byte{6, 0, offset, 1, 0, 0, 0, 9}) }
	for name, c := range map[string]struct {
		frames [][]byte
		want   map[string]int64
	}{
		"all of a packet":           {[][]byte{part(1, 0, true), part(1, 5, true), part(1, 10, false)}, map[string]int64{}},
		"the first one comes last":  {[][]byte{part(1, 10, false), part(1, 5, true), part(1, 0, true)}, map[string]int64{"IP fragments after the first": 2}},
		"without the first":         {[][]byte{part(1, 5, true), part(1, 10, false)}, map[string]int64{"IP fragments without the first": 2}},
		"the first of another one":  {[][]byte{part(2, 0, true), part(1, 5, false)}, map[string]int64{"IP fragments without the first": 1, "first fragments of IP packets without the rest": 1}},
		"without the rest":          {[][]byte{part(1, 0, true), part(2, 0, true)}, map[string]int64{"first fragments of IP packets without the rest": 2}},
		"all of a SYN, IPv6":        {[][]byte{v6(0), v6(5)}, map[string]int64{"IP fragments after the first": 1}},
		"without the first one, v6": {[][]byte{v6(5)}, map[string]int64{"IP fragments without the first": 1}},
		"no fragment at all":        {[][]byte{part(1, 0, false)}, map[string]int64{}},
	} {
		i := inventoryOf(t, linkRaw, 0, c.frames...)
		got := map[string]int64{}
		for _, u := range i.Unread {
			got[u.Name.English] = u.Packets
			assert.Equal(t, ObstacleFragment, u.Obstacle, name)
			assert.Equal(t, u.Name.English == "IP fragments without the first", u.Opaque, name)
			assert.Equal(t, u.Name.English != "IP fragments after the first", u.Instead.English != "", name)
		}
		assert.Equal(t, c.want, got, name)
		assert.EqualValues(t, len(c.frames), i.Packets, name)
	}
}

func TestHiding(t *testing.T) {
	other := netip.MustParseAddr("192.0.2.9")
	esp := inventoryOf(t, linkRaw, 0, carried(t, layers.IPProtocolESP, zeros(20)))
	assert.Len(t, esp.Hiding(client4, other), 1, "a tunnel's ends are not the hosts whose packets it carries")

	udp := inventoryOf(t, linkRaw, 0, datagram(t, 40000, 9999, zeros(20)...))
	assert.Len(t, udp.Hiding(server4, client4), 1, "in either order")
	assert.Empty(t, udp.Hiding(client4, other))

	usb := inventoryOf(t, 147, 0, zeros(20))
	assert.Len(t, usb.Hiding(client4, other), 1, "an unknown link type may hold anything")

	dns := inventoryOf(t, linkRaw, 0, datagram(t, 40000, 53, zeros(20)...))
	assert.Empty(t, dns.Hiding(client4, server4))
	assert.Empty(t, dns.Opaque())

	frames := make([][]byte, 30)
	for n := range frames {
		frames[n] = synFrame(t)
	}
	strange := joined(zeros(12), []byte{0x99, 0x98}, zeros(46))
	assert.Empty(t, inventoryOf(t, linkEthernet, 0, append(frames, strange)...).Hiding(client4, server4), "a switch's own frame")
	assert.Len(t, inventoryOf(t, linkEthernet, 0, append(frames, strange, strange, strange, strange)...).Hiding(client4, server4), 1)
}

// A capture with many hosts costs no more memory than one with few.
func TestInventoryIsBounded(t *testing.T) {
	packets := make([][]byte, 3*maxUnread)
	for n := range packets {
		ip := ipv4(layers.IPProtocolESP)
		ip.SrcIP = []byte{10, 0, byte(n >> 8), byte(n)}
		packets[n] = serialize(t, ip, gopacket.Payload(zeros(8)))
	}
	i := inventoryOf(t, linkRaw, 0, packets...)
	assert.Len(t, i.Unread, maxUnread+1)
	assert.EqualValues(t, 2*maxUnread, i.Unread[0].Packets)
	assert.False(t, i.Unread[0].Hosts[0].IsValid())
}
