package wire

import (
	"bytes"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
)

// snap is an IEEE 802.2 header with SNAP for IPv4.
var snap = []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func zeros(n int) []byte { return make([]byte, n) }

// TestLinkTypes has the same SYN behind every header.
func TestLinkTypes(t *testing.T) {
	ip := synPacket4(t)
	routed := zeros(14)
	routed[8] = 0x80
	for name, c := range map[string]struct {
		link linkType
		data []byte
	}{
		"PPP":                         {linkPPP, joined([]byte{0, 0x21}, ip)},
		"PPP, address and control":    {linkPPPHDLC, joined([]byte{0xff, 3, 0, 0x21}, ip)},
		"PPP, compressed protocol":    {linkPPP, joined([]byte{0x21}, ip)},
		"PPP over Ethernet, captured": {linkPPPEther, joined([]byte{0x11, 0, 0, 1, 0, 60, 0, 0x21}, ip)},
		"PPP over Ethernet":           {linkEthernet, joined(zeros(12), []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, 60, 0, 0x21}, ip)},
		"Cisco HDLC":                  {linkCiscoHDLC, joined([]byte{0x0f, 0, 8, 0}, ip)},
		"FDDI":                        {linkFDDI, joined(zeros(13), snap, ip)},
		"Token Ring":                  {linkTokenRing, joined(zeros(14), snap, ip)},
		"Token Ring, source routing":  {linkTokenRing, joined(routed, []byte{4, 0, 0, 0}, snap, ip)},
		"ATM":                         {linkATM, joined(snap, ip)},
		"IP over InfiniBand":          {linkIPoIB, joined(zeros(40), []byte{8, 0, 0, 0}, ip)},
		"802.3 with SNAP":             {linkEthernet, joined(zeros(12), []byte{0, 80}, snap, ip)},
		"JunOS":                       {linkJuniper, joined([]byte{'M', 'G', 'C', 1}, zeros(12), []byte{8, 0}, ip)},
		"JunOS, with extensions":      {linkJuniper, joined([]byte{'M', 'G', 'C', 0x81, 0, 4, 1, 2, 3, 4}, zeros(12), []byte{8, 0}, ip)},
		"JunOS, without a link layer": {linkJuniper, joined([]byte{'M', 'G', 'C', 0x82, 0, 4, 1, 2, 3, 4, 2, 0, 0, 0}, ip)},
		"packet filter's log":         {linkPFLOG, joined([]byte{61}, zeros(63), ip)},
		"802.11":                      {link80211, joined([]byte{8, 1}, zeros(22), snap, ip)},
		"802.11, QoS, four addresses": {link80211, joined([]byte{0x88, 3}, zeros(30), snap, ip)},
		"radiotap":                    {linkRadiotap, joined([]byte{0, 0, 9, 0}, zeros(5), []byte{8, 1}, zeros(22), snap, ip)},
		"MPLS":                        {linkEthernet, joined(zeros(12), []byte{0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64}, ip)},
	} {
		assertSYN(t, decodeOne(c.link, c.data), name)
		for n := range c.data { // cut anywhere: no panic
			decodeOne(c.link, c.data[:n])
		}
	}
	encrypted := joined([]byte{8, 0x41}, zeros(22), snap, ip)
	assert.Equal(t, KindOther, decodeOne(link80211, encrypted).Kind)
}

func assertSYN(t *testing.T, p Packet, name string) {
	t.Helper()
	if assert.Equal(t, KindTCP, p.Kind, name) {
		assert.Equal(t, SYN, p.TCP.Flags&SYN, name)
		assert.Equal(t, 4, p.TCP.Payload, name)
		assert.EqualValues(t, 40000, p.SrcPort, name)
	}
}

// TestTunnels looks at what is inside: the addresses are those of the inner packet.
func TestTunnels(t *testing.T) {
	inner4, inner6, frame := synPacket4(t), synPacket6(t), synFrame(t)
	udp := func(port layers.UDPPort, data ...byte) []byte {
		ip := ipv4(layers.IPProtocolUDP)
		u := &layers.UDP{SrcPort: 5555, DstPort: port}
		_ = u.SetNetworkLayerForChecksum(ip)
		return serialize(t, ip, u, gopacket.Payload(data))
	}
	carried := func(protocol layers.IPProtocol, parts ...[]byte) []byte {
		return serialize(t, ipv4(protocol), gopacket.Payload(joined(parts...)))
	}
	for name, data := range map[string][]byte{
		"IP in IP":            carried(layers.IPProtocolIPv4, inner4),
		"IPv6 in IPv4":        carried(layers.IPProtocolIPv6, inner6),
		"IP in IP in IP":      carried(layers.IPProtocolIPv4, carried(layers.IPProtocolIPv4, inner4)),
		"GRE":                 carried(layers.IPProtocolGRE, []byte{0, 0, 8, 0}, inner4),
		"GRE, key, sequence":  carried(layers.IPProtocolGRE, []byte{0x30, 0, 0x86, 0xdd}, zeros(8), inner6),
		"GRE with Ethernet":   carried(layers.IPProtocolGRE, []byte{0, 0, 0x65, 0x58}, frame),
		"PPTP":                carried(layers.IPProtocolGRE, []byte{0x30, 0x81, 0x88, 0x0b}, zeros(12), []byte{0, 0x21}, inner4),
		"VXLAN":               udp(portVXLAN, joined([]byte{8, 0, 0, 0, 0, 0, 1, 0}, frame)...),
		"Geneve":              udp(portGeneve, joined([]byte{0, 0, 0x65, 0x58, 0, 0, 1, 0}, frame)...),
		"Geneve with options": udp(portGeneve, joined([]byte{1, 0, 8, 0, 0, 0, 1, 0}, zeros(4), inner4)...),
	} {
		assertSYN(t, decodeOne(linkRaw, data), name)
		for n := range data {
			decodeOne(linkRaw, data[:n])
		}
	}
	other := decodeOne(linkRaw, udp(portVXLAN, zeros(40)...))
	assert.Equal(t, KindUDP, other.Kind, "UDP on that port need not be a tunnel")
	assert.EqualValues(t, portVXLAN, other.DstPort)

	deep := inner4
	for range deepest + 1 {
		deep = carried(layers.IPProtocolIPv4, deep)
	}
	assert.Equal(t, KindOther, decodeOne(linkRaw, deep).Kind, "nobody builds that many")
}

func TestPayload(t *testing.T) {
	r, err := NewReader(bytes.NewReader(manyPackets(t, 1)))
	assert.NoError(t, err)
	p, err := r.Next()
	assert.NoError(t, err)
	assert.Equal(t, "data", string(r.Payload()))
	assert.EqualValues(t, 64, p.TTL)
}
