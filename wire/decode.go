package wire

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/gopacket/layers"
)

// The headers are decoded here rather than by gopacket's layers because of three things that those do not do: keep
// the header of a packet that was cut by the snapshot length or quoted by an ICMP error (8 bytes of TCP), read Linux
// SLL version 2, and decode whatever the bytes without allocating or panicking. The tests compare the two decoders.

// linkType is a number of the tcpdump group's registry (LINKTYPE_). That of gopacket has 8 bits, which SLL2 exceeds.
type linkType uint16

const (
	linkNull       linkType = 0
	linkEthernet   linkType = 1
	linkBSDRaw     linkType = 12
	linkOpenBSDRaw linkType = 14
	linkRaw        linkType = 101
	linkLoop       linkType = 108
	linkSLL        linkType = 113
	linkIPv4       linkType = 228
	linkIPv6       linkType = 229
	linkSLL2       linkType = 276
)

const (
	etherProviderVLAN = 0x9100 // double tagging before IEEE 802.1ad
	tcpHeader         = 20
	udpHeader         = 8
	icmpHeader        = 8
)

var be = binary.BigEndian

// decode fills in the packet from its captured bytes. Length must be set.
func decode(p *Packet, link linkType, data []byte) {
	cut := max(0, p.Length-len(data))
	p.Truncated = cut > 0
	switch link {
	case linkEthernet:
		if len(data) >= 14 {
			decodeEther(p, be.Uint16(data[12:]), data[14:], cut)
		}
	case linkSLL:
		if len(data) >= 16 {
			decodeEther(p, be.Uint16(data[14:]), data[16:], cut)
		}
	case linkSLL2:
		if len(data) >= 20 {
			decodeEther(p, be.Uint16(data), data[20:], cut)
		}
	case linkNull, linkLoop:
		// The four bytes are an address family in the byte order, and by the numbers, of some BSD; the IP version
		// says the same.
		if len(data) >= 4 {
			decodeIP(p, data[4:], cut)
		}
	case linkRaw, linkBSDRaw, linkOpenBSDRaw, linkIPv4, linkIPv6:
		decodeIP(p, data, cut)
	}
}

func decodeEther(p *Packet, ether uint16, data []byte, cut int) {
	for isVLAN(ether) && len(data) >= 4 {
		ether, data = be.Uint16(data[2:]), data[4:]
	}
	switch layers.EthernetType(ether) {
	case layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
		decodeIP(p, data, cut)
	case layers.EthernetTypeARP:
		decodeARP(p, data)
	}
}

func isVLAN(ether uint16) bool {
	return ether == uint16(layers.EthernetTypeDot1Q) || ether == uint16(layers.EthernetTypeQinQ) || ether == etherProviderVLAN
}

func decodeARP(p *Packet, data []byte) {
	const ethernet, ipv4, reply = 1, 0x0800, 2
	if len(data) < 28 || be.Uint16(data) != ethernet || be.Uint16(data[2:]) != ipv4 || data[4] != 6 || data[5] != 4 {
		return
	}
	p.Kind = KindARP
	p.Src, p.Dst = addr4(data[14:]), addr4(data[24:])
	p.Neighbour = Neighbour{Target: p.Dst, MAC: [6]byte(data[8:])}
	if be.Uint16(data[6:]) == reply {
		p.Neighbour.Reply, p.Neighbour.Target = true, p.Src
	}
}

func decodeIP(p *Packet, data []byte, cut int) {
	h, ok := parseIP(data, cut)
	if !ok {
		return
	}
	p.Src, p.Dst = h.src, h.dst
	if h.laterFragment {
		return
	}
	switch h.protocol {
	case layers.IPProtocolTCP:
		decodeTCP(p, h)
	case layers.IPProtocolUDP:
		if len(h.payload) >= udpHeader {
			p.Kind = KindUDP
			p.SrcPort, p.DstPort = be.Uint16(h.payload), be.Uint16(h.payload[2:])
		}
	case layers.IPProtocolICMPv4:
		if h.src.Is4() {
			decodeICMP(p, h.payload, false)
		}
	case layers.IPProtocolICMPv6:
		if h.src.Is6() {
			decodeICMP(p, h.payload, true)
		}
	}
}

func decodeTCP(p *Packet, h ipHeader) {
	b := h.payload
	if len(b) < tcpHeader {
		return
	}
	size := int(b[12]>>4) * 4
	if size < tcpHeader {
		return
	}
	p.Kind = KindTCP
	p.SrcPort, p.DstPort = be.Uint16(b), be.Uint16(b[2:])
	p.TCP.Seq, p.TCP.Ack = be.Uint32(b[4:]), be.Uint32(b[8:])
	p.TCP.Flags = Flags(be.Uint16(b[12:]) & 0x1ff)
	p.TCP.Window = be.Uint16(b[14:])
	p.TCP.Payload = max(0, h.length-size)
	p.TCP.SetOptions(b[tcpHeader:min(size, len(b))])
}

func decodeICMP(p *Packet, b []byte, v6 bool) {
	if len(b) < icmpHeader {
		return
	}
	p.Kind = KindICMP
	m := &p.ICMP
	m.V6, m.Type, m.Code = v6, b[0], b[1]
	switch {
	case m.IsError():
		decodeICMPError(m, b)
	case isEcho(m):
		m.ID, m.Sequence = be.Uint16(b[4:]), be.Uint16(b[6:])
	case v6:
		decodeND(p, b)
	}
}

func isEcho(m *ICMP) bool {
	if m.V6 {
		return m.Type == layers.ICMPv6TypeEchoRequest || m.Type == layers.ICMPv6TypeEchoReply
	}
	return m.Type == layers.ICMPv4TypeEchoRequest || m.Type == layers.ICMPv4TypeEchoReply
}

func decodeICMPError(m *ICMP, b []byte) {
	if m.V6 && m.Type == layers.ICMPv6TypePacketTooBig {
		m.MTU = be.Uint32(b[4:])
	}
	if !m.V6 && m.Type == layers.ICMPv4TypeDestinationUnreachable && m.Code == layers.ICMPv4CodeFragmentationNeeded {
		m.MTU = uint32(be.Uint16(b[6:]))
	}
	m.Quote, m.HasQuote = parseQuote(b[icmpHeader:])
}

// parseQuote reads what an ICMP error quotes; it reports false when not even the IP header is there.
func parseQuote(b []byte) (Quote, bool) {
	h, ok := parseIP(b, 0)
	if !ok {
		return Quote{}, false
	}
	q := Quote{Protocol: uint8(h.protocol)}
	var src, dst uint16
	ported := h.protocol == layers.IPProtocolTCP || h.protocol == layers.IPProtocolUDP
	if ported && !h.laterFragment && len(h.payload) >= 4 {
		src, dst = be.Uint16(h.payload), be.Uint16(h.payload[2:])
		if h.protocol == layers.IPProtocolTCP && len(h.payload) >= 8 {
			q.HasSeq, q.Seq = true, be.Uint32(h.payload[4:])
		}
	}
	q.Src, q.Dst = netip.AddrPortFrom(h.src, src), netip.AddrPortFrom(h.dst, dst)
	return q, true
}

func decodeND(p *Packet, b []byte) {
	const target, options = 8, 24
	solicitation := p.ICMP.Type == layers.ICMPv6TypeNeighborSolicitation
	if !solicitation && p.ICMP.Type != layers.ICMPv6TypeNeighborAdvertisement || len(b) < options {
		return
	}
	p.Kind = KindND
	p.Neighbour = Neighbour{Reply: !solicitation, Target: addr16(b[target:])}
	if len(b) >= options+8 && b[options+1] == 1 { // a link-layer address option of 8 bytes
		p.Neighbour.MAC = [6]byte(b[options+2:])
	}
}

func addr4(b []byte) netip.Addr  { return netip.AddrFrom4([4]byte(b)) }
func addr16(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)) }
