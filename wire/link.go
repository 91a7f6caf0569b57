package wire

import "github.com/google/gopacket/layers"

// linkType is a number of the tcpdump group's registry (LINKTYPE_). That of gopacket has 8 bits, which SLL2 exceeds.
type linkType uint16

const (
	linkNull       linkType = 0
	linkEthernet   linkType = 1
	linkTokenRing  linkType = 6
	linkPPP        linkType = 9
	linkFDDI       linkType = 10
	linkBSDRaw     linkType = 12
	linkOpenBSDRaw linkType = 14
	linkPPPHDLC    linkType = 50
	linkPPPEther   linkType = 51
	linkATM        linkType = 100 // RFC 1483
	linkRaw        linkType = 101
	linkCiscoHDLC  linkType = 104
	link80211      linkType = 105
	linkLoop       linkType = 108
	linkSLL        linkType = 113
	linkPFLOG      linkType = 117
	linkRadiotap   linkType = 127
	linkIPv4       linkType = 228
	linkIPv6       linkType = 229
	linkIPoIB      linkType = 242
	linkSLL2       linkType = 276
)

// EtherTypes that gopacket has no name for.
const (
	etherProviderVLAN = 0x9100 // double tagging before IEEE 802.1ad
	etherTransparent  = 0x6558 // Ethernet within GRE
	etherMPLSMulti    = 0x8848
	etherLength       = 0x0600 // below, it is the length of an IEEE 802.3 frame
)

// headers are what comes before the EtherType of link types that have one, and how long that is.
var headers = map[linkType]int{linkSLL: 14, linkCiscoHDLC: 2, linkIPoIB: 40}

// decoder decodes one packet.
type decoder struct {
	p     *Packet
	depth int
}

// decode fills in the packet from its captured bytes, and returns the data of a TCP segment as far as it was captured.
// Length must be set.
func decode(p *Packet, link linkType, data []byte) []byte {
	cut := max(0, p.Length-len(data))
	p.Truncated = cut > 0
	d := decoder{p: p}
	if link == linkEthernet { // before the others: it is nearly always this one
		return d.decodeEthernet(data, cut)
	}
	return d.decodeLink(link, data, cut)
}

func (d *decoder) decodeLink(link linkType, data []byte, cut int) []byte {
	switch link {
	case linkSLL, linkCiscoHDLC:
		if n := headers[link]; len(data) >= n+2 {
			return d.decodeEther(be.Uint16(data[n:]), data[n+2:], cut)
		}
	case linkIPoIB: // RFC 4391: the EtherType is followed by two reserved bytes
		if n := headers[link]; len(data) >= n+4 {
			return d.decodeEther(be.Uint16(data[n:]), data[n+4:], cut)
		}
	case linkSLL2:
		if len(data) >= 20 {
			return d.decodeEther(be.Uint16(data), data[20:], cut)
		}
	case linkNull, linkLoop:
		// The four bytes are an address family in the byte order, and by the numbers, of some BSD; the IP version
		// says the same.
		return d.decodeIP(after(data, 4), cut)
	case linkRaw, linkBSDRaw, linkOpenBSDRaw, linkIPv4, linkIPv6:
		return d.decodeIP(data, cut)
	case linkPPP, linkPPPHDLC:
		return d.decodePPP(data, cut)
	case linkPPPEther:
		return d.decodePPP(after(data, 6), cut)
	case linkFDDI:
		return d.decodeLLC(after(data, 13), cut)
	case linkTokenRing:
		return d.decodeTokenRing(data, cut)
	case linkATM:
		return d.decodeLLC(data, cut)
	case linkPFLOG:
		return d.decodePFLOG(data, cut)
	case linkRadiotap:
		return d.decodeRadiotap(data, cut)
	case link80211:
		return d.decode80211(data, cut)
	}
	return nil
}

// after returns what follows the first n bytes, nothing when there are fewer.
func after(data []byte, n int) []byte { return data[min(n, len(data)):] }

func (d *decoder) decodeEthernet(data []byte, cut int) []byte {
	if len(data) < 14 {
		return nil
	}
	return d.decodeEther(be.Uint16(data[12:]), data[14:], cut)
}

func (d *decoder) decodeEther(ether uint16, data []byte, cut int) []byte {
	for isVLAN(ether) && len(data) >= 4 {
		ether, data = be.Uint16(data[2:]), data[4:]
	}
	switch {
	case ether == uint16(layers.EthernetTypeIPv4), ether == uint16(layers.EthernetTypeIPv6):
		return d.decodeIP(data, cut)
	case ether == uint16(layers.EthernetTypeARP):
		decodeARP(d.p, data)
	case ether == uint16(layers.EthernetTypePPPoESession):
		return d.decodePPP(after(data, 6), cut)
	case ether == uint16(layers.EthernetTypeMPLSUnicast), ether == etherMPLSMulti:
		return d.decodeMPLS(data, cut)
	case ether == etherTransparent:
		if d.enter() {
			return d.decodeEthernet(data, cut)
		}
	case ether < etherLength:
		return d.decodeLLC(data, cut)
	}
	return nil
}

func isVLAN(ether uint16) bool {
	return ether == uint16(layers.EthernetTypeDot1Q) || ether == uint16(layers.EthernetTypeQinQ) || ether == etherProviderVLAN
}

// decodeLLC decodes IEEE 802.2 with a SNAP header (RFC 1042).
func (d *decoder) decodeLLC(data []byte, cut int) []byte {
	if len(data) < 8 || data[0] != 0xaa || data[1] != 0xaa || data[2] != 3 {
		return nil
	}
	if ether := be.Uint16(data[6:]); ether >= etherLength {
		return d.decodeEther(ether, data[8:], cut)
	}
	return nil
}

// decodePPP decodes RFC 1661, with the address and control bytes of RFC 1662 or without.
func (d *decoder) decodePPP(data []byte, cut int) []byte {
	const address, control, ipv4, ipv6 = 0xff, 3, 0x21, 0x57
	if len(data) >= 2 && data[0] == address && data[1] == control {
		data = data[2:]
	}
	switch {
	case len(data) > 0 && (data[0] == ipv4 || data[0] == ipv6): // the protocol field compressed to one byte
		return d.decodeIP(data[1:], cut)
	case len(data) > 1 && data[0] == 0 && (data[1] == ipv4 || data[1] == ipv6):
		return d.decodeIP(data[2:], cut)
	}
	return nil
}

// decodeMPLS moves past the labels (RFC 3032). What is below is told by its first byte.
func (d *decoder) decodeMPLS(data []byte, cut int) []byte {
	for len(data) >= 4 {
		bottom := data[2]&1 != 0
		if data = data[4:]; bottom {
			return d.decodeIP(data, cut)
		}
	}
	return nil
}

// decodeTokenRing decodes IEEE 802.5, with source routing where the source address says so.
func (d *decoder) decodeTokenRing(data []byte, cut int) []byte {
	const header, routed = 14, 0x80
	if len(data) < header+2 {
		return nil
	}
	if data[8]&routed != 0 {
		return d.decodeLLC(after(data, header+int(data[header]&0x1f)), cut)
	}
	return d.decodeLLC(data[header:], cut)
}

// decodePFLOG moves past the header of the packet filter's log, which tells its own length.
func (d *decoder) decodePFLOG(data []byte, cut int) []byte {
	if len(data) == 0 {
		return nil
	}
	return d.decodeIP(after(data, (int(data[0])+3)&^3), cut)
}

func (d *decoder) decodeRadiotap(data []byte, cut int) []byte {
	if len(data) < 4 {
		return nil
	}
	return d.decode80211(after(data, int(data[2])|int(data[3])<<8), cut)
}

// decode80211 decodes the data frames of IEEE 802.11 that are not encrypted.
func (d *decoder) decode80211(data []byte, cut int) []byte {
	const data11, qos, noData, bothDS, protected = 2, 8, 4, 3, 0x40
	if len(data) < 24 {
		return nil
	}
	kind, subtype, flags := data[0]>>2&3, data[0]>>4, data[1]
	if kind != data11 || subtype&noData != 0 || flags&protected != 0 {
		return nil
	}
	size := 24
	if flags&bothDS == bothDS {
		size += 6
	}
	if subtype&qos != 0 {
		size += 2
	}
	return d.decodeLLC(after(data, size), cut)
}
