package wire

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecodeLinkTypes(t *testing.T) {
	tagged := func(kinds ...uint16) []byte {
		b := serialize(t, ether(layers.EthernetType(kinds[0])))[:14]
		for _, kind := range kinds[1:] {
			b = append(b, 0, 5, byte(kind>>8), byte(kind))
		}
		return append(b, synPacket4(t)...)
	}
	sll := append(make([]byte, 14), 0x08, 0x00)
	sll2 := append([]byte{0x86, 0xdd}, make([]byte, 18)...)
	for name, c := range map[string]struct {
		link linkType
		data []byte
		v6   bool
	}{
		"ethernet":            {linkEthernet, tagged(0x0800), false},
		"vlan":                {linkEthernet, tagged(0x8100, 0x0800), false},
		"qinq":                {linkEthernet, tagged(0x88a8, 0x8100, 0x0800), false},
		"old qinq":            {linkEthernet, tagged(0x9100, 0x8100, 0x0800), false},
		"sll":                 {linkSLL, append(sll, synPacket4(t)...), false},
		"sll2":                {linkSLL2, append(sll2, synPacket6(t)...), true},
		"raw ipv4":            {linkRaw, synPacket4(t), false},
		"raw ipv6":            {linkRaw, synPacket6(t), true},
		"raw of BSD":          {linkBSDRaw, synPacket4(t), false},
		"raw of OpenBSD":      {linkOpenBSDRaw, synPacket6(t), true},
		"ipv4":                {linkIPv4, synPacket4(t), false},
		"ipv6":                {linkIPv6, synPacket6(t), true},
		"null, little-endian": {linkNull, append([]byte{30, 0, 0, 0}, synPacket6(t)...), true},
		"null, big-endian":    {linkNull, append([]byte{0, 0, 0, 2}, synPacket4(t)...), false},
		"loop":                {linkLoop, append([]byte{0, 0, 0, 2}, synPacket4(t)...), false},
	} {
		p := decodeOne(c.link, c.data)
		assert.Equal(t, KindTCP, p.Kind, name)
		client, server := client4, server4
		if c.v6 {
			client, server = client6, server6
		}
		assert.Equal(t, netip.AddrPortFrom(client, 40000), p.SrcAddrPort(), name)
		assert.Equal(t, netip.AddrPortFrom(server, 8080), p.DstAddrPort(), name)
		assert.Equal(t, 4, p.TCP.Payload, name)
		for n := range len(c.data) - 24 { // cut anywhere before the end of the fixed header, it is no TCP
			p := Packet{Length: len(c.data)}
			decode(&p, c.link, c.data[:n])
			assert.Equal(t, KindOther, p.Kind, "%s cut at %d", name, n)
			assert.True(t, p.Truncated)
		}
	}
	assert.Equal(t, KindOther, decodeOne(105, synPacket4(t)).Kind, "a link type that is not decoded")
}

func TestDecodeTCP(t *testing.T) {
	p := decodeOne(linkRaw, synPacket4(t))
	assert.Equal(t, uint32(0xfffffff0), p.TCP.Seq)
	assert.Equal(t, uint32(7), p.TCP.Ack)
	assert.Equal(t, SYN|ECE|CWR, p.TCP.Flags)
	assert.Equal(t, uint16(64240), p.TCP.Window)
	got := slices.Collect(p.TCP.Options())
	kinds := []uint8{OptionMSS, OptionSACKPermitted, OptionTimestamps, OptionNOP, OptionWindowScale}
	require.Len(t, got, len(kinds))
	for i, o := range got {
		assert.Equal(t, kinds[i], o.Kind)
	}
	assert.Equal(t, uint32(1460), got[0].Value())
	assert.Equal(t, uint32(1), got[2].Value())
	assert.Equal(t, uint32(2), got[2].EchoReply())
	assert.Equal(t, uint32(7), got[4].Value())
	assert.Zero(t, got[1].Value()+got[1].EchoReply())
}

// A snapshot length of 54 bytes keeps the fixed header: the packet is decoded, without its options.
func TestDecodeCutInOptions(t *testing.T) {
	p := Packet{Length: len(synPacket4(t))}
	decode(&p, linkRaw, synPacket4(t)[:44])
	assert.Equal(t, KindTCP, p.Kind)
	assert.Equal(t, 4, p.TCP.Payload, "by the IP header, not by what was captured")
	assert.Equal(t, []byte{2, 4, 5, 180}, p.TCP.RawOptions())
}

func TestDecodeIgnoresPadding(t *testing.T) {
	ip := ipv4(layers.IPProtocolTCP)
	ack := &layers.TCP{SrcPort: 1, DstPort: 2, ACK: true}
	_ = ack.SetNetworkLayerForChecksum(ip)
	frame := serialize(t, ether(layers.EthernetTypeIPv4), ip, ack)
	require.Len(t, frame, 60, "Ethernet's shortest frame")
	assert.Zero(t, decodeOne(linkEthernet, frame).TCP.Payload)
}

// Segmentation offload leaves the length to the network card: it is 0 in the header.
func TestDecodeLengthZero(t *testing.T) {
	v4, v6 := synPacket4(t), synPacket6(t)
	copy(v4[2:], []byte{0, 0})
	copy(v6[4:], []byte{0, 0})
	for _, b := range [][]byte{v4, v6} {
		p := Packet{Length: len(b) + 100_000}
		decode(&p, linkRaw, b)
		assert.Equal(t, KindTCP, p.Kind)
		assert.Equal(t, 100_004, p.TCP.Payload)
	}
}

func TestDecodeMalformed(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"version 5":                    func(b []byte) []byte { b[0] = 0x55; return b },
		"header of 16 bytes":           func(b []byte) []byte { b[0] = 0x44; return b },
		"total length below header":    func(b []byte) []byte { b[2], b[3] = 0, 19; return b },
		"header longer than the bytes": func(b []byte) []byte { b[0] = 0x4f; return b[:40] },
		"data offset of 4 words":       func(b []byte) []byte { b[32] = 0x40; return b },
		"ICMPv6 in IPv4":               func(b []byte) []byte { b[9] = 58; return b },
		"a later fragment":             func(b []byte) []byte { b[7] = 1; return b },
		"ESP":                          func(b []byte) []byte { b[9] = 50; return b },
	} {
		assert.Equal(t, KindOther, decodeOne(linkRaw, spoil(synPacket4(t))).Kind, name)
	}
	first := synPacket4(t)
	first[6] = 0x20 // more fragments follow
	assert.Equal(t, KindTCP, decodeOne(linkRaw, first).Kind, "the first fragment")
}

// extension makes the bytes of an IPv6 extension header that is followed by TCP.
func withExtensions(t *testing.T, first byte, headers ...[]byte) []byte {
	b := synPacket6(t)
	extensions := slices.Concat(headers...)
	out := slices.Concat(b[:40], extensions, b[40:])
	out[6] = first
	binary.BigEndian.PutUint16(out[4:], uint16(len(out)-40))
	return out
}

func TestDecodeIPv6Extensions(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		kind Kind
	}{
		"hop-by-hop":      {withExtensions(t, 0, []byte{6, 0, 1, 4, 0, 0, 0, 0}), KindTCP},
		"two":             {withExtensions(t, 0, []byte{60, 0, 1, 4, 0, 0, 0, 0}, append([]byte{6, 1}, make([]byte, 14)...)), KindTCP},
		"routing":         {withExtensions(t, 43, []byte{6, 0, 0, 0, 0, 0, 0, 0}), KindTCP},
		"authentication":  {withExtensions(t, 51, append([]byte{6, 4}, make([]byte, 22)...)), KindTCP},
		"first fragment":  {withExtensions(t, 44, []byte{6, 0, 0, 1, 0, 0, 0, 9}), KindTCP},
		"later fragment":  {withExtensions(t, 44, []byte{6, 0, 5, 0xa8, 0, 0, 0, 9}), KindOther},
		"no next header":  {withExtensions(t, 59), KindOther},
		"longer than all": {withExtensions(t, 0, []byte{6, 255, 1, 4, 0, 0, 0, 0}), KindOther},
	} {
		p := decodeOne(linkRaw, c.data)
		assert.Equal(t, c.kind, p.Kind, name)
		assert.Equal(t, client6, p.Src, name)
		if c.kind == KindTCP {
			assert.Equal(t, 4, p.TCP.Payload, name)
			assert.Equal(t, uint16(8080), p.DstPort, name)
		}
	}
}

func TestDecodeICMPQuotes(t *testing.T) {
	errorOf := func(v6 bool, kind, code uint8, rest uint32, quote []byte) Packet {
		body := append([]byte{kind, code, 0, 0, byte(rest >> 24), byte(rest >> 16), byte(rest >> 8), byte(rest)}, quote...)
		if v6 {
			return decodeOne(linkRaw, serialize(t, ipv6(layers.IPProtocolICMPv6), gopacket.Payload(body)))
		}
		return decodeOne(linkRaw, serialize(t, ipv4(layers.IPProtocolICMPv4), gopacket.Payload(body)))
	}
	for _, c := range []struct {
		p       Packet
		name    string
		mtu     uint32
		hasSeq  bool
		srcPort uint16
	}{
		{errorOf(false, 3, 3, 0, synPacket4(t)), "unreachable port", 0, true, 40000},
		{errorOf(false, 3, 1, 0, synPacket4(t)[:28]), "unreachable host", 0, true, 40000},
		{errorOf(false, 3, 4, 1400, synPacket4(t)[:28]), "too-big", 1400, true, 40000},
		{errorOf(false, 11, 0, 0, synPacket4(t)[:24]), "time-exceeded", 0, false, 40000},
		{errorOf(false, 3, 200, 0, synPacket4(t)[:20]), "type 3 code 200", 0, false, 0},
		{errorOf(true, 1, 4, 0, synPacket6(t)), "unreachable port", 0, true, 40000},
		{errorOf(true, 1, 1, 0, synPacket6(t)[:48]), "unreachable admin-prohibited", 0, true, 40000},
		{errorOf(true, 2, 0, 1280, synPacket6(t)[:48]), "too-big", 1280, true, 40000},
		{errorOf(true, 3, 0, 0, withExtensions(t, 0, []byte{6, 0, 1, 4, 0, 0, 0, 0})), "time-exceeded", 0, true, 40000},
	} {
		require.Equal(t, KindICMP, c.p.Kind, c.name)
		m := c.p.ICMP
		assert.Equal(t, c.name, m.Name())
		assert.True(t, m.IsError())
		assert.Equal(t, c.mtu, m.MTU, c.name)
		require.True(t, m.HasQuote, c.name)
		assert.Equal(t, uint8(6), m.Quote.Protocol)
		assert.Equal(t, c.srcPort, m.Quote.Src.Port())
		assert.Equal(t, c.hasSeq, m.Quote.HasSeq)
		if c.hasSeq {
			assert.Equal(t, uint32(0xfffffff0), m.Quote.Seq)
		}
	}
	assert.False(t, errorOf(false, 3, 3, 0, synPacket4(t)[:19]).ICMP.HasQuote, "not even an IP header is quoted")
}

// The 8 bytes that RFC 792 promises hold all that tells an echo from others.
func TestDecodeQuotedEcho(t *testing.T) {
	echo4 := func(kind byte) []byte {
		return serialize(t, ipv4(layers.IPProtocolICMPv4), gopacket.Payload{kind, 0, 0, 0, 0x12, 0x34, 0, 7, 1, 2, 3})
	}
	echo6 := func(kind byte) []byte {
		return serialize(t, ipv6(layers.IPProtocolICMPv6), gopacket.Payload{kind, 0, 0, 0, 0x12, 0x34, 0, 7, 1, 2, 3})
	}
	error4 := func(quote []byte) Packet {
		return decodeOne(linkRaw, serialize(t, ipv4(layers.IPProtocolICMPv4), gopacket.Payload(append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, quote...))))
	}
	error6 := func(quote []byte) Packet {
		return decodeOne(linkRaw, serialize(t, ipv6(layers.IPProtocolICMPv6), gopacket.Payload(append([]byte{1, 3, 0, 0, 0, 0, 0, 0}, quote...))))
	}
	later := echo4(8)
	later[7] = 1
	for name, c := range map[string]struct {
		p           Packet
		echo, reply bool
	}{
		"request":          {error4(echo4(8)), true, false},
		"request, 8 bytes": {error4(echo4(8)[:28]), true, false},
		"request, 7 bytes": {error4(echo4(8)[:27]), false, false},
		"reply":            {error4(echo4(0)), true, true},
		"timestamp":        {error4(echo4(13)), false, false},
		"later fragment":   {error4(later), false, false},
		"request 6":        {error6(echo6(128)[:48]), true, false},
		"request 6, cut":   {error6(echo6(128)[:47]), false, false},
		"reply 6":          {error6(echo6(129)), true, true},
		"solicitation":     {error6(echo6(135)), false, false},
		"segment":          {error6(synPacket6(t)), false, false},
	} {
		q := c.p.ICMP.Quote
		require.True(t, c.p.ICMP.HasQuote, name)
		assert.Equal(t, [2]bool{c.echo, c.reply}, [2]bool{q.HasEcho, q.EchoReply}, name)
		if c.echo {
			assert.Equal(t, [2]uint16{0x1234, 7}, [2]uint16{q.ID, q.Sequence}, name)
		} else {
			assert.Zero(t, q.ID+q.Sequence, name)
		}
	}
}

func TestDecodeEcho(t *testing.T) {
	for name, p := range map[string]Packet{
		"echo-request": decodeOne(linkRaw, serialize(t, ipv4(layers.IPProtocolICMPv4), gopacket.Payload{8, 0, 7, 1, 0, 9, 0, 2})),
		"echo-reply":   decodeOne(linkRaw, serialize(t, ipv6(layers.IPProtocolICMPv6), gopacket.Payload{129, 0, 7, 1, 0, 9, 0, 2})),
	} {
		assert.Equal(t, KindICMP, p.Kind)
		assert.Equal(t, name, p.ICMP.Name())
		assert.Equal(t, [3]uint16{9, 2, 0x701}, [3]uint16{p.ICMP.ID, p.ICMP.Sequence, p.ICMP.Checksum})
		assert.False(t, p.ICMP.IsError())
	}
}

func TestDecodeNeighbours(t *testing.T) {
	mac := [6]byte{2, 0, 0, 0, 0, 9}
	arp := func(op uint16) Packet {
		a := &layers.ARP{AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4,
			Operation: op, SourceHwAddress: mac[:], SourceProtAddress: client4.AsSlice(),
			DstHwAddress: make([]byte, 6), DstProtAddress: server4.AsSlice()}
		return decodeOne(linkEthernet, serialize(t, ether(layers.EthernetTypeARP), a))
	}
	request, reply := arp(layers.ARPRequest), arp(layers.ARPReply)
	assert.Equal(t, KindARP, request.Kind)
	assert.Equal(t, client4, request.Src)
	assert.Equal(t, NeighbourTold{Target: server4, MAC: mac}, request.Neighbour)
	assert.Equal(t, NeighbourTold{Reply: true, Target: client4, MAC: mac}, reply.Neighbour)

	nd := func(kind uint8, options ...byte) Packet {
		body := slices.Concat([]byte{kind, 0, 0, 0, 0, 0, 0, 0}, server6.AsSlice(), options)
		return decodeOne(linkRaw, serialize(t, ipv6(layers.IPProtocolICMPv6), gopacket.Payload(body)))
	}
	assert.Equal(t, KindND, nd(135).Kind)
	assert.Equal(t, NeighbourTold{Target: server6}, nd(135).Neighbour)
	assert.Equal(t, NeighbourTold{Reply: true, Target: server6, MAC: mac}, nd(136, 2, 1, 2, 0, 0, 0, 0, 9).Neighbour)
	assert.Equal(t, KindICMP, nd(134).Kind, "a router advertisement is neither")
}

func TestDecodeUDP(t *testing.T) {
	ip := ipv4(layers.IPProtocolUDP)
	udp := &layers.UDP{SrcPort: 5353, DstPort: 53}
	_ = udp.SetNetworkLayerForChecksum(ip)
	p := decodeOne(linkRaw, serialize(t, ip, udp, gopacket.Payload("query")))
	assert.Equal(t, KindUDP, p.Kind)
	assert.Equal(t, [2]uint16{5353, 53}, [2]uint16{p.SrcPort, p.DstPort})
}

// gopacket's decoder is the second opinion on well-formed segments.
func TestDecodeAgreesWithGopacket(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		ip := ipv4(layers.IPProtocolTCP)
		segment := &layers.TCP{
			SrcPort: layers.TCPPort(random.Uint32()), DstPort: layers.TCPPort(random.Uint32()),
			Seq: random.Uint32(), Ack: random.Uint32(), Window: uint16(random.Uint32()),
			FIN: random.IntN(2) == 0, SYN: random.IntN(2) == 0, RST: random.IntN(2) == 0, PSH: random.IntN(2) == 0,
			ACK: random.IntN(2) == 0, URG: random.IntN(2) == 0, ECE: random.IntN(2) == 0, CWR: random.IntN(2) == 0,
			NS: random.IntN(2) == 0,
		}
		for range random.IntN(4) {
			segment.Options = append(segment.Options, layers.TCPOption{
				OptionType: layers.TCPOptionKind(30 + random.IntN(200)), OptionData: make([]byte, random.IntN(7))})
		}
		_ = segment.SetNetworkLayerForChecksum(ip)
		data := serialize(t, ip, segment, gopacket.Payload(make([]byte, random.IntN(1400))))
		want := gopacket.NewPacket(data, layers.LayerTypeIPv4, gopacket.Default).Layer(layers.LayerTypeTCP).(*layers.TCP)
		got := decodeOne(linkRaw, data)
		require.Equal(t, KindTCP, got.Kind)
		require.Equal(t, want.Seq, got.TCP.Seq)
		require.Equal(t, want.Ack, got.TCP.Ack)
		require.Equal(t, want.Window, got.TCP.Window)
		require.Equal(t, len(want.Payload), got.TCP.Payload)
		require.Equal(t, uint16(want.DstPort), got.DstPort)
		require.Equal(t, binary.BigEndian.Uint16(want.Contents[12:])&0x1ff, uint16(got.TCP.Flags))
		require.Equal(t, want.NS, got.TCP.Flags.Has(AE))
		i := 0
		for o := range got.TCP.Options() {
			require.Equal(t, uint8(want.Options[i].OptionType), o.Kind)
			require.Equal(t, len(want.Options[i].OptionData), len(o.Data))
			i++
		}
		require.Len(t, want.Options, i)
	}
}
