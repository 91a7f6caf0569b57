package wire

import "encoding/binary"

// linkType is a number of the tcpdump group's registry (LINKTYPE_). That of gopacket has 8 bits, which SLL2 exceeds.
type linkType uint16

const (
	linkNull        linkType = 0
	linkEthernet    linkType = 1
	linkTokenRing   linkType = 6
	linkSLIP        linkType = 8
	linkPPP         linkType = 9
	linkFDDI        linkType = 10
	linkBSDRaw      linkType = 12
	linkOpenBSDRaw  linkType = 14
	linkPPPHDLC     linkType = 50
	linkPPPEther    linkType = 51
	linkATM         linkType = 100 // RFC 1483
	linkRaw         linkType = 101
	linkCiscoHDLC   linkType = 104
	link80211       linkType = 105
	linkFrameRelay  linkType = 107
	linkLoop        linkType = 108
	linkEnc         linkType = 109 // decrypted IPsec of OpenBSD
	linkSLL         linkType = 113
	linkPFLOG       linkType = 117
	linkPrism       linkType = 119
	linkSunATM      linkType = 123
	linkRadiotap    linkType = 127
	linkUser2       linkType = 149 // PKTAP of older versions of macOS
	linkAVS         linkType = 163
	linkPPPD        linkType = 166
	linkJuniper     linkType = 178 // Ethernet, as JunOS captures it
	linkPPI         linkType = 192
	linkPPPDir      linkType = 204
	linkHDLCDir     linkType = 205
	linkRelayDir    linkType = 206
	linkMPLS        linkType = 219
	linkIPNET       linkType = 226
	linkIPv4        linkType = 228
	linkIPv6        linkType = 229
	linkNFLOG       linkType = 239
	linkAnalyzer    linkType = 240
	linkIPoIB       linkType = 242
	linkPKTAP       linkType = 258
	linkMPacket     linkType = 274
	linkSLL2        linkType = 276
	linkARP         linkType = 0xfe00 // not of the registry: ARP without a link layer, as tcpdump -x prints it
	linkNetMon80211 linkType = 0xff06 // not of the registry: 802.11 behind the header of Microsoft Network Monitor
)

// prefixed are link types whose packets begin with a header of a fixed length that tells nothing that is needed here.
var prefixed = map[linkType]struct {
	header int
	inner  linkType
}{
	linkSLIP:     {16, linkRaw},      // direction and the compressed header, as libpcap writes them
	linkLoop:     {4, linkRaw},       // the address family; the IP version says the same
	linkEnc:      {12, linkRaw},      // address family, SPI, flags
	linkPPPDir:   {1, linkPPP},       // direction
	linkHDLCDir:  {1, linkCiscoHDLC}, // direction
	linkRelayDir: {1, linkFrameRelay},
	linkPPPD:     {2, linkPPP},  // direction and control
	linkIPNET:    {24, linkRaw}, // zones and interfaces of Solaris
	linkPPPEther: {6, linkPPP},
	linkAnalyzer: {4, linkEthernet},
	linkMPacket:  {8, linkEthernet}, // the preamble
}

// packetOutgoing is PACKET_OUTGOING of Linux's if_packet.h.
const packetOutgoing = 4

// headers are what comes before the EtherType of link types that have one, and how long that is.
var headers = map[linkType]int{linkSLL: 14, linkIPoIB: 40}

// decoder decodes one packet.
type decoder struct {
	p     *Packet
	whole int // the capacity of the captured bytes
	depth int
	gap   gap
	rest  span
	// fragment is that of the innermost packet.
	fragment fragment
}

// span is a part of the captured bytes. As a slice beside the pointer to the packet it would put the packet on the heap.
type span struct{ begin, end int }

// spanOf is where a part lies in the whole that it was sliced from.
func spanOf(part []byte, wholeCap int) span {
	begin := wholeCap - cap(part)
	return span{begin, begin + len(part)}
}

// decoded is what a packet gave besides its fields.
type decoded struct {
	payload []byte // of a TCP segment, as far as it was captured
	gap     gap    // why it was not decoded
	rest    span   // further subframes of an 802.11 frame, each with a packet of its own
	// fragment says that the packet is a part of one.
	fragment fragment
}

// decode fills in the packet from its captured bytes. Length must be set.
func decode(p *Packet, link linkType, data []byte) decoded {
	cut := max(0, p.Length-len(data))
	p.Truncated = cut > 0
	d := decoder{p: p, whole: cap(data)}
	var payload []byte
	if link == linkEthernet { // before the others: it is nearly always this one
		payload = d.decodeEthernet(data, cut)
	} else {
		payload = d.decodeLink(link, data, cut)
	}
	return decoded{payload, d.gap, d.rest, d.fragment}
}

// fail notes why a packet is not decoded; it returns no data.
func (d *decoder) fail(o Obstacle, number uint32) []byte {
	d.gap = gap{obstacle: o, number: number}
	return nil
}

func (d *decoder) decodeLink(link linkType, data []byte, cut int) []byte {
	if p, ok := prefixed[link]; ok {
		return d.decodeLink(p.inner, after(data, p.header), cut)
	}
	switch link {
	case linkEthernet:
		return d.decodeEthernet(data, cut)
	case linkSLL:
		if n := headers[link]; len(data) >= n+2 {
			d.sentBy(data[5], data[6:])
			return d.decodeEther(be.Uint16(data[n:]), data[n+2:], cut)
		}
	case linkIPoIB: // RFC 4391: the EtherType is followed by two reserved bytes
		if n := headers[link]; len(data) >= n+4 {
			return d.decodeEther(be.Uint16(data[n:]), data[n+4:], cut)
		}
	case linkSLL2:
		if len(data) >= 20 {
			d.p.InterfaceIndex, d.p.Outgoing = be.Uint32(data[4:]), data[10] == packetOutgoing
			d.sentBy(data[11], data[12:])
			return d.decodeEther(be.Uint16(data), data[20:], cut)
		}
	case linkNull:
		// The four bytes are an address family in the byte order, and by the numbers, of some BSD; the IP version
		// says the same.
		return d.decodeIP(after(data, 4), cut)
	case linkRaw, linkBSDRaw, linkOpenBSDRaw, linkIPv4, linkIPv6:
		return d.decodeIP(data, cut)
	case linkFDDI:
		return d.decodeLLC(after(data, 13), cut)
	case linkTokenRing:
		return d.decodeTokenRing(data, cut)
	case linkATM:
		return d.decodeLLC(data, cut)
	default:
		return d.decodeOtherLink(link, data, cut)
	}
	return nil
}

// sentBy takes in the sender's hardware address of Linux SLL, which has room for longer ones.
func (d *decoder) sentBy(length uint8, address []byte) {
	if int(length) == len(d.p.SrcMAC) {
		d.p.SrcMAC = [6]byte(address)
	}
}

// decodeOtherLink is decodeLink for serial lines, radio, and headers that say what follows them.
func (d *decoder) decodeOtherLink(link linkType, data []byte, cut int) []byte {
	switch link {
	case linkPPP, linkPPPHDLC:
		return d.decodePPP(data, cut)
	case linkCiscoHDLC:
		return d.decodeHDLC(data, cut)
	case linkFrameRelay:
		return d.decodeFrameRelay(data, cut)
	case linkMPLS:
		return d.decodeMPLS(data, cut)
	case linkSunATM:
		return d.decodeSunATM(data, cut)
	case linkJuniper:
		return d.decodeJuniper(data, cut)
	case linkPFLOG:
		return d.decodePFLOG(data, cut)
	case linkRadiotap:
		return d.decodeRadiotap(data, cut)
	case linkPrism, linkAVS:
		return d.decodeCaptureHeader(data, cut)
	case link80211:
		return d.decode80211(data, cut, false)
	case linkNetMon80211: // a version, and the header's length
		if len(data) >= 3 {
			return d.decode80211(after(data, int(binary.LittleEndian.Uint16(data[1:]))), cut, false)
		}
		return nil
	case linkPPI, linkPKTAP, linkUser2:
		return d.decodeWrapped(link, data, cut)
	case linkNFLOG:
		return d.decodeNFLOG(data, cut)
	case linkARP:
		decodeARP(d.p, data)
		return nil
	}
	return d.fail(ObstacleLink, uint32(link))
}

// after returns what follows the first n bytes, nothing when there are fewer.
func after(data []byte, n int) []byte { return data[min(n, len(data)):] }

// decodeJuniper moves past the header of JunOS: a magic number, flags, and extensions that tell their own length. A flag says that the packet
// has no link layer.
func (d *decoder) decodeJuniper(data []byte, cut int) []byte {
	const header, noLink, extended, lengthOfExtensions = 4, 0x02, 0x80, 2
	if len(data) < header+lengthOfExtensions || string(data[:3]) != "MGC" {
		return nil
	}
	flags, size := data[3], header
	if flags&extended != 0 {
		size += lengthOfExtensions + int(be.Uint16(data[header:]))
	}
	if flags&noLink != 0 {
		return d.decodeIP(after(data, size+4), cut) // behind the protocol's number
	}
	return d.decodeEthernet(after(data, size), cut)
}

// decodePFLOG moves past the header of the packet filter's log, which tells its own length.
func (d *decoder) decodePFLOG(data []byte, cut int) []byte {
	if len(data) == 0 {
		return nil
	}
	return d.decodeIP(after(data, (int(data[0])+3)&^3), cut)
}

// decodeWrapped decodes headers that name the link type of what follows: per-packet information (PPI, of AirPcap) and
// that of macOS (PKTAP, of its bsd/net/pktap.h).
func (d *decoder) decodeWrapped(link linkType, data []byte, cut int) []byte {
	const ppi, pktap, least = 8, 108, 40
	le := binary.LittleEndian
	var size, inner int
	switch {
	case link == linkPPI && len(data) >= ppi:
		size, inner = int(le.Uint16(data[2:])), int(le.Uint32(data[4:]))
	case link != linkPPI && len(data) >= 12:
		size, inner = int(le.Uint32(data)), int(le.Uint32(data[8:]))
		if link == linkUser2 && (size < pktap || size > 4*pktap) { // its numbers are free for anybody's use
			return d.fail(ObstacleLink, uint32(link))
		}
	default:
		return nil
	}
	if size < ppi || link != linkPPI && size < least || inner > 0xffff || !d.enter() {
		return nil
	}
	return d.decodeLink(linkType(inner), after(data, size), cut)
}

// decodeNFLOG finds the packet in the attributes that Linux's netfilter logs; their numbers are in the byte order of the
// machine that captured.
func (d *decoder) decodeNFLOG(data []byte, cut int) []byte {
	const header, attribute, payload = 4, 4, 9
	var order binary.ByteOrder = binary.LittleEndian
	for data = after(data, header); len(data) >= attribute; {
		size, kind := int(order.Uint16(data)), order.Uint16(data[2:])
		if size < attribute || size > len(data) && kind != payload {
			if order == binary.ByteOrder(be) {
				return nil
			}
			order = be
			continue
		}
		if kind == payload {
			return d.decodeIP(data[attribute:], cut)
		}
		data = after(data, (size+3)&^3)
	}
	return nil
}
