package wire

import (
	"encoding/binary"
	"net/netip"

	"github.com/google/gopacket/layers"
)

// The headers are decoded here rather than by gopacket's layers because of three things that those do not do: keep
// the header of a packet that was cut by the snapshot length or quoted by an ICMP error (8 bytes of TCP), read Linux
// SLL version 2, and decode whatever the bytes without allocating or panicking. The tests compare the two decoders.

const (
	tcpHeader  = 20
	udpHeader  = 8
	icmpHeader = 8
)

var be = binary.BigEndian

func decodeARP(p *Packet, data []byte) {
	const ethernet, ipv4, reply = 1, 0x0800, 2
	if len(data) < 28 || be.Uint16(data) != ethernet || be.Uint16(data[2:]) != ipv4 || data[4] != 6 || data[5] != 4 {
		return
	}
	p.Kind = KindARP
	p.Src, p.Dst = addr4(data[14:]), addr4(data[24:])
	p.Neighbour = NeighbourTold{Target: p.Dst, MAC: [6]byte(data[8:])}
	if be.Uint16(data[6:]) == reply {
		p.Neighbour.Reply, p.Neighbour.Target = true, p.Src
	}
}

// decodeIP decodes a packet from its IP header on, and returns the data of a TCP segment as far as it was captured.
// Of a tunnel it is the inner packet that counts.
func (d *decoder) decodeIP(data []byte, cut int) []byte {
	var h ipHeader
	if !h.parse(data, cut) {
		return nil
	}
	p := d.p
	p.Src, p.Dst, p.ID, p.TTL = h.src, h.dst, h.id, h.ttl
	d.fragment, p.MoreFragments = h.fragment, h.fragment.more
	if h.laterFragment {
		d.fail(ObstacleFragment, uint32(h.protocol))
		return h.payload
	}
	if h.cutInside {
		return nil
	}
	switch h.protocol {
	case layers.IPProtocolTCP:
		return d.decodeTCP(&h)
	case layers.IPProtocolUDP:
		return d.decodeUDP(&h)
	case layers.IPProtocolICMPv4:
		if h.src.Is4() {
			decodeICMP(p, h.payload, false)
		}
	case layers.IPProtocolICMPv6:
		if h.src.Is6() {
			decodeICMP(p, h.payload, true)
		}
	case layers.IPProtocolIPv4, layers.IPProtocolIPv6, layers.IPProtocolGRE, layers.IPProtocolEtherIP, layers.IPProtocolMPLSInIP:
		return d.decodeTunnel(&h)
	default:
		p.Protocol = uint8(h.protocol)
		return d.fail(ObstacleProtocol, uint32(h.protocol))
	}
	return nil
}

func (d *decoder) decodeTCP(h *ipHeader) []byte {
	p, b := d.p, h.payload
	if len(b) < tcpHeader {
		return nil
	}
	size := int(b[12]>>4) * 4
	if size < tcpHeader {
		return nil
	}
	p.Kind, d.fragment.header = KindTCP, size
	p.SrcPort, p.DstPort = be.Uint16(b), be.Uint16(b[2:])
	p.TCP.Seq, p.TCP.Ack = be.Uint32(b[4:]), be.Uint32(b[8:])
	p.TCP.Flags = Flags(be.Uint16(b[12:]) & 0x1ff)
	p.TCP.Window = be.Uint16(b[14:])
	p.TCP.Payload = max(0, h.length-size)
	p.TCP.SetOptions(b[tcpHeader:min(size, len(b))])
	return b[min(size, len(b)):]
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
	case m.IsEcho():
		m.Checksum, m.ID, m.Sequence = be.Uint16(b[2:]), be.Uint16(b[4:]), be.Uint16(b[6:])
	case v6:
		decodeND(p, b)
	}
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
	var h ipHeader
	if !h.parse(b, 0) {
		return Quote{}, false
	}
	if inner, ok := quotedTunnel(&h); ok {
		return inner, true
	}
	q := Quote{Protocol: uint8(h.protocol)}
	var src, dst uint16
	switch {
	case h.laterFragment:
	case h.protocol == echoProtocol(h.src):
		q.quoteEcho(&h)
	case (h.protocol == layers.IPProtocolTCP || h.protocol == layers.IPProtocolUDP) && len(h.payload) >= 4:
		src, dst = be.Uint16(h.payload), be.Uint16(h.payload[2:])
		if h.protocol == layers.IPProtocolTCP && len(h.payload) >= 8 {
			q.HasSeq, q.Seq = true, be.Uint32(h.payload[4:])
		}
		if h.protocol == layers.IPProtocolUDP && (src == portDNS || dst == portDNS) && len(h.payload) >= udpHeader+2 {
			q.HasDNS, q.ID = true, be.Uint16(h.payload[udpHeader:])
		}
	}
	q.Src, q.Dst = netip.AddrPortFrom(h.src, src), netip.AddrPortFrom(h.dst, dst)
	return q, true
}

// echoProtocol is the protocol of an echo between addresses of the version.
func echoProtocol(a netip.Addr) layers.IPProtocol {
	if a.Is4() {
		return layers.IPProtocolICMPv4
	}
	return layers.IPProtocolICMPv6
}

// quoteEcho reads the echo that is quoted, if it is one.
func (q *Quote) quoteEcho(h *ipHeader) {
	if len(h.payload) < icmpHeader {
		return
	}
	m := ICMP{V6: h.src.Is6(), Type: h.payload[0]}
	if !m.IsEcho() {
		return
	}
	q.HasEcho, q.EchoReply = true, m.IsEchoReply()
	q.ID, q.Sequence = be.Uint16(h.payload[4:]), be.Uint16(h.payload[6:])
}

func decodeND(p *Packet, b []byte) {
	const target, options = 8, 24
	solicitation := p.ICMP.Type == layers.ICMPv6TypeNeighborSolicitation
	if !solicitation && p.ICMP.Type != layers.ICMPv6TypeNeighborAdvertisement || len(b) < options {
		return
	}
	p.Kind = KindND
	p.Neighbour = NeighbourTold{Reply: !solicitation, Target: addr16(b[target:])}
	if len(b) >= options+8 && b[options+1] == 1 { // a link-layer address option of 8 bytes
		p.Neighbour.MAC = [6]byte(b[options+2:])
	}
}

func addr4(b []byte) netip.Addr  { return netip.AddrFrom4([4]byte(b)) }
func addr16(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)) }
