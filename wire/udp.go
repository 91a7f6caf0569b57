package wire

import (
	"encoding/binary"
	"slices"
)

// The ports of tunnels within UDP.
const (
	portL2TP     = 1701
	portGTPU     = 2152
	portTeredo   = 3544
	portLISP     = 4341
	portGREInUDP = 4754
	portVXLAN    = 4789
	portVXLANGPE = 4790
	portAYIYA    = 5072
	portCAPWAP   = 5247
	portGeneve   = 6081
	portMPLS     = 6635
	portTZSP     = 37008
)

// decodeUDPTunnel decodes the data of a tunnel; it reports false where the data is not what the port says. (A table of
// methods would put the packet on the heap.)
func (d *decoder) decodeUDPTunnel(port uint16, data []byte, cut int) ([]byte, bool) {
	switch port {
	case portL2TP:
		return d.decodeL2TP(data, cut)
	case portGTPU:
		return d.decodeGTPU(data, cut)
	case portTeredo:
		return d.decodeTeredo(data, cut)
	case portLISP:
		return d.decodeLISP(data, cut)
	case portGREInUDP:
		return d.decodeGREInUDP(data, cut)
	case portVXLAN, portVXLANGPE:
		return d.decodeVXLAN(data, cut)
	case portAYIYA:
		return d.decodeAYIYA(data, cut)
	case portCAPWAP:
		return d.decodeCAPWAP(data, cut)
	case portGeneve:
		return d.decodeGeneve(data, cut)
	case portMPLS:
		return d.decodeMPLS(data, cut), true // RFC 7510
	case portTZSP:
		return d.decodeTZSP(data, cut)
	}
	return nil, false
}

func (d *decoder) decodeUDP(h *ipHeader) []byte {
	if len(h.payload) < udpHeader {
		return nil
	}
	p := d.p
	p.Kind = KindUDP
	p.SrcPort, p.DstPort = be.Uint16(h.payload), be.Uint16(h.payload[2:])
	data := h.payload[udpHeader:]
	if p.decodeDNS(data) {
		return data
	}
	tunnel := d.udpTunnel(data)
	if tunnel == 0 || !d.enter() {
		d.gap = plainUDP(p, data, max(0, h.length-udpHeader))
		if d.gap.tunnel == udpESP {
			p.Protocol = protocolESP
		}
		return nil
	}
	outer := *p
	*p = Packet{Time: outer.Time, Interface: outer.Interface, InterfaceIndex: outer.InterfaceIndex, Outgoing: outer.Outgoing,
		Length: outer.Length, Truncated: outer.Truncated}
	payload, ok := d.decodeUDPTunnel(tunnel, data, h.cut())
	if ok && (p.Kind != KindOther || p.Src.IsValid()) {
		return payload
	}
	if !ok || d.gap.obstacle == obstacleNone { // not IP, or no tunnel after all
		d.gap = plainUDP(&outer, data, max(0, h.length-udpHeader))
		if ok {
			d.gap.tunnel = udpUnreadTunnel
		}
	}
	*p, d.rest = outer, span{}
	return nil
}

// udpTunnel finds out which tunnel it is: by a port, or by the look of VXLAN, which runs on any port. It is 0 for none.
func (d *decoder) udpTunnel(data []byte) uint16 {
	switch d.p.DstPort {
	case portL2TP, portGTPU, portTeredo, portLISP, portGREInUDP, portVXLAN, portVXLANGPE, portAYIYA, portCAPWAP, portGeneve, portMPLS, portTZSP:
		return d.p.DstPort
	}
	switch d.p.SrcPort { // of other tunnels the source port is a random number
	case portL2TP, portGTPU, portTeredo, portAYIYA, portCAPWAP:
		return d.p.SrcPort
	}
	if looksLikeVXLAN(data) {
		return portVXLAN
	}
	return 0
}

const vxlanHeader = 8

func looksLikeVXLAN(data []byte) bool {
	const valid, policy = 0x08, 0x80 // policy: the group of the extension that Cisco and Linux know
	return len(data) >= vxlanHeader+14 && data[0]&^policy == valid && data[7] == 0 && (data[0]&policy != 0 || data[1]|data[2]|data[3] == 0) &&
		looksLikeEthernet(data[vxlanHeader:])
}

// decodeVXLAN decodes RFC 7348, and its generic protocol extension (draft-ietf-nvo3-vxlan-gpe) by the bit that says so.
func (d *decoder) decodeVXLAN(data []byte, cut int) ([]byte, bool) {
	const valid, nextProtocol, ipv4, ipv6, ethernet, nsh, mpls = 0x08, 0x04, 1, 2, 3, 4, 5
	if len(data) < vxlanHeader || data[0]&valid == 0 {
		return nil, false
	}
	inner := data[vxlanHeader:]
	if data[0]&nextProtocol == 0 {
		return d.decodeEthernet(inner, cut), true
	}
	switch data[3] {
	case ipv4, ipv6:
		return d.decodeIP(inner, cut), true
	case ethernet:
		return d.decodeEthernet(inner, cut), true
	case nsh:
		return d.decodeNSH(inner, cut), true
	case mpls:
		return d.decodeMPLS(inner, cut), true
	}
	return nil, true
}

// decodeNSH decodes the network service header, RFC 8300.
func (d *decoder) decodeNSH(data []byte, cut int) []byte {
	const header, ipv4, ipv6, ethernet, mpls = 8, 1, 2, 3, 5
	if len(data) < header {
		return nil
	}
	inner := after(data, int(data[1]&0x3f)*4)
	switch data[3] {
	case ipv4, ipv6:
		return d.decodeIP(inner, cut)
	case ethernet:
		return d.decodeEthernet(inner, cut)
	case mpls:
		return d.decodeMPLS(inner, cut)
	}
	return nil
}

// decodeGeneve decodes RFC 8926.
func (d *decoder) decodeGeneve(data []byte, cut int) ([]byte, bool) {
	const header = 8
	if len(data) < header || data[0]>>6 != 0 {
		return nil, false
	}
	return d.decodeEther(be.Uint16(data[2:]), after(data, header+int(data[0]&0x3f)*4), cut), true
}

// decodeGTPU decodes the user plane of 3GPP TS 29.281: a G-PDU carries IP, or Ethernet where 5G says so.
func (d *decoder) decodeGTPU(data []byte, cut int) ([]byte, bool) {
	const header, optional, version1, flags, extension, userData = 8, 4, 0x30, 7, 4, 255
	if len(data) < header || data[0]&0xf0 != version1 || data[1] != userData {
		return nil, false
	}
	inner := data[header:]
	if data[0]&flags != 0 {
		if len(inner) < optional {
			return nil, true
		}
		next := inner[3]
		inner = inner[optional:]
		for next != 0 && data[0]&extension != 0 && len(inner) > 0 {
			size := int(inner[0]) * 4
			if size == 0 || size > len(inner) {
				return nil, true
			}
			next, inner = inner[size-1], inner[size:]
		}
	}
	if !looksLikeIP(inner) && looksLikeEthernet(inner) {
		return d.decodeEthernet(inner, cut), true
	}
	return d.decodeIP(inner, cut), true
}

// linksOfTZSP are the encapsulations that TZSP numbers.
var linksOfTZSP = map[uint16]linkType{1: linkEthernet, 18: link80211, 119: linkPrism, 127: linkAVS}

// decodeTZSP decodes the sniffer streams of access points and of MikroTik's routers: a list of tags, and a frame.
func (d *decoder) decodeTZSP(data []byte, cut int) ([]byte, bool) {
	const header, version, received, transmit, padding, end = 4, 1, 0, 1, 0, 1
	if len(data) < header || data[0] != version || data[1] != received && data[1] != transmit {
		return nil, false
	}
	link, known := linksOfTZSP[be.Uint16(data[2:])]
	if !known {
		return nil, true
	}
	for data = data[header:]; len(data) > 0 && data[0] != end; {
		size := 1
		if data[0] != padding {
			if len(data) < 2 {
				return nil, true
			}
			size = 2 + int(data[1])
		}
		data = after(data, size)
	}
	return d.decodeLink(link, after(data, 1), cut), true
}

// decodeGREInUDP decodes RFC 8086.
func (d *decoder) decodeGREInUDP(data []byte, cut int) ([]byte, bool) {
	const version = 7
	if len(data) < 4 || be.Uint16(data)&version != 0 {
		return nil, false
	}
	return d.decodeGRE(data, cut), true
}

// decodeAYIYA decodes draft-massar-v6ops-ayiya: a header, an epoch, an identity and a signature of lengths that the
// header tells, and a packet.
func (d *decoder) decodeAYIYA(data []byte, cut int) ([]byte, bool) {
	const header, epoch, ipv4, ipv6 = 4, 4, 4, 41
	if len(data) < header || data[3] != ipv4 && data[3] != ipv6 {
		return nil, false
	}
	return d.decodeIP(after(data, header+epoch+1<<(data[0]>>4)+int(data[1]>>4)*4), cut), true
}

// decodeL2TP decodes the data messages of L2TP version 2, RFC 2661 section 3.1: fields that flags say are there, and PPP.
func (d *decoder) decodeL2TP(data []byte, cut int) ([]byte, bool) {
	const control, length, sequence, offset, version, two = 0x8000, 0x4000, 0x0800, 0x0200, 0xf, 2
	if len(data) < 6 || be.Uint16(data)&version != two {
		return nil, false
	}
	flags, size := be.Uint16(data), 6
	if flags&control != 0 {
		return d.fail(ObstacleFrame, framePPPControl), true
	}
	if flags&length != 0 {
		size += 2
	}
	if flags&sequence != 0 {
		size += 4
	}
	if flags&offset != 0 {
		if len(data) < size+2 {
			return nil, true
		}
		size += 2 + int(be.Uint16(data[size:]))
	}
	return d.decodePPP(after(data, size), cut), true
}

// decodeTeredo decodes RFC 4380: IPv6, behind an authentication and an origin indication where there are any.
func (d *decoder) decodeTeredo(data []byte, cut int) ([]byte, bool) {
	const authentication, origin = 1, 0
	if len(data) >= 4 && be.Uint16(data) == authentication {
		data = after(data, 13+int(data[2])+int(data[3]))
	}
	if len(data) >= 8 && be.Uint16(data) == origin {
		data = data[8:]
	}
	if len(data) == 0 || data[0]>>4 != 6 {
		return nil, false
	}
	return d.decodeIP(data, cut), true
}

// decodeLISP decodes the data packets of RFC 9300.
func (d *decoder) decodeLISP(data []byte, cut int) ([]byte, bool) {
	const header = 8
	if !looksLikeIP(after(data, header)) {
		return nil, false
	}
	return d.decodeIP(data[header:], cut), true
}

// decodeCAPWAP decodes the data channel of RFC 5415 between access points and controllers: 802.11, or 802.3.
func (d *decoder) decodeCAPWAP(data []byte, cut int) ([]byte, bool) {
	const header, clear, native, fragment = 8, 0, 1, 0x80
	if len(data) < header || data[0] != clear || data[3]&fragment != 0 {
		return nil, false
	}
	inner := after(data, int(data[1]>>3)*4)
	if data[2]&native != 0 {
		return d.decode80211(inner, cut, false), true
	}
	return d.decodeEthernet(inner, cut), true
}

// plainUDP says what is known of a datagram that is not decoded further; size is the length of its data.
func plainUDP(p *Packet, data []byte, size int) gap {
	low, high := min(p.SrcPort, p.DstPort), max(p.SrcPort, p.DstPort)
	port := low
	if _, ok := udpPorts[high]; ok && udpPorts[low] == "" {
		port = high
	}
	g := gap{obstacle: ObstacleUDP, number: uint32(port)}
	switch {
	case looksLikeWireGuard(data, size):
		g.tunnel = udpWireGuard
	case port == portISAKMP:
		g.tunnel = udpIKE
	case p.SrcPort == portESP || p.DstPort == portESP:
		g.number, g.tunnel = portESP, udpESP
		if len(data) >= 4 && be.Uint32(data) == 0 || size <= 1 { // RFC 3948: the non-ESP marker, or a keep-alive
			g.tunnel = udpIKE
		}
	case p.SrcPort == portOpenVPN || p.DstPort == portOpenVPN:
		g.number, g.tunnel = portOpenVPN, udpOpenVPN
	case len(data) >= 3 && data[0] >= 20 && data[0] <= 25 && data[1] == 0xfe && (data[2] == 0xfd || data[2] == 0xff):
		g.tunnel = udpDTLS
	case looksLikeQUIC(data):
		g.tunnel = udpQUIC
	case isTraceroute(low, size):
		g.tunnel, g.number = udpTraceroute, 0
	}
	return g
}

// isTraceroute knows the datagrams of traceroute by their port, one more for each, and by their small size.
func isTraceroute(port uint16, size int) bool {
	const first, last, largest = 33434, 33534, 64
	return port >= first && port <= last && size <= largest
}

const (
	portISAKMP  = 500
	portOpenVPN = 1194
	portESP     = 4500
)

// looksLikeWireGuard knows the four messages of WireGuard by their type, the zeros behind it, and their sizes.
func looksLikeWireGuard(data []byte, size int) bool {
	const initiation, response, cookie, transport = 148, 92, 64, 32
	if len(data) < 4 {
		return false
	}
	switch kind := binary.LittleEndian.Uint32(data); kind {
	case 1, 2, 3:
		return size == [...]int{initiation, response, cookie}[kind-1]
	case 4:
		return size >= transport && size%16 == 0
	}
	return false
}

// looksLikeQUIC knows the long header of QUIC by its version (RFC 9000, RFC 9369).
func looksLikeQUIC(data []byte) bool {
	const long = 0xc0
	return len(data) >= 5 && data[0]&long == long && slices.Contains([]uint32{1, 0x6b3343cf}, be.Uint32(data[1:]))
}
