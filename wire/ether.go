package wire

import "github.com/google/gopacket/layers"

// EtherTypes that gopacket has no name for.
const (
	etherProviderVLAN = 0x9100 // double tagging before IEEE 802.1ad
	etherBackbone     = 0x88e7 // IEEE 802.1ah, MAC in MAC
	etherTransparent  = 0x6558 // Ethernet within GRE
	etherMPLSMulti    = 0x8848
	etherLength       = 0x0600 // below, it is the length of an IEEE 802.3 frame
)

// etherTags are EtherTypes of tags that another EtherType follows, and the length of what is between the two.
var etherTags = map[uint16]int{
	0x8926: 4, // VN-tag
	0x893f: 6, // IEEE 802.1BR
	0x8909: 6, // Cisco MetaData
	0x892f: 4, // HSR
}

func (d *decoder) decodeEthernet(data []byte, cut int) []byte {
	if len(data) < 14 {
		return nil
	}
	d.p.SrcMAC = [6]byte(data[6:])
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
	default:
		return d.decodeRareEther(ether, data, cut)
	}
	return nil
}

// decodeRareEther decodes what is behind tags other than a VLAN's.
func (d *decoder) decodeRareEther(ether uint16, data []byte, cut int) []byte {
	const tagOfBackbone = 4
	size, tagged := etherTags[ether]
	switch {
	case isVLAN(ether): // cut within the tag
		return nil
	case ether == etherBackbone && d.enter():
		return d.decodeEthernet(after(data, tagOfBackbone), cut)
	case tagged && len(data) >= size+2 && d.enter():
		return d.decodeEther(be.Uint16(data[size:]), data[size+2:], cut)
	}
	return d.fail(ObstacleEther, uint32(ether))
}

func isVLAN(ether uint16) bool {
	return ether == uint16(layers.EthernetTypeDot1Q) || ether == uint16(layers.EthernetTypeQinQ) || ether == etherProviderVLAN
}

// decodeLLC decodes IEEE 802.2 with a SNAP header (RFC 1042).
func (d *decoder) decodeLLC(data []byte, cut int) []byte {
	switch {
	case len(data) < 3:
		return nil
	case data[0] != 0xaa || data[1] != 0xaa || data[2] != 3:
		return d.fail(ObstacleEther, uint32(data[0]))
	case len(data) < 8:
		return nil
	}
	if ether := be.Uint16(data[6:]); ether >= etherLength {
		return d.decodeEther(ether, data[8:], cut)
	}
	return d.fail(ObstacleEther, uint32(data[0]))
}

// decodePPP decodes RFC 1661, with the address and control bytes of RFC 1662 or without, or Cisco's HDLC in its place.
func (d *decoder) decodePPP(data []byte, cut int) []byte {
	const address, control, unicast, multicast = 0xff, 3, 0x0f, 0x8f
	if len(data) >= 2 && data[0] == address && data[1] == control {
		data = data[2:]
	} else if len(data) >= 2 && (data[0] == unicast || data[0] == multicast) && data[1] == 0 {
		return d.decodeHDLC(data, cut)
	}
	if len(data) == 0 {
		return nil
	}
	protocol, size := uint16(data[0]), 1 // the protocol field compressed to one byte: its lowest bit is set
	if data[0]&1 == 0 {
		if len(data) < 2 {
			return nil
		}
		protocol, size = be.Uint16(data), 2
	}
	return d.decodePPPProtocol(protocol, data[size:], cut)
}

func (d *decoder) decodePPPProtocol(protocol uint16, data []byte, cut int) []byte {
	const ipv4, ipv6, compressed, uncompressed, encrypted, deflated, mpls, mplsMulti, control = 0x21, 0x57, 0x2d, 0x2f, 0x53, 0xfd, 0x281, 0x283, 0x8000
	switch protocol {
	case ipv4, ipv6:
		return d.decodeIP(data, cut)
	case mpls, mplsMulti:
		return d.decodeMPLS(data, cut)
	case encrypted:
		return d.fail(ObstacleFrame, framePPPEncrypted)
	}
	if protocol >= control {
		return d.fail(ObstacleFrame, framePPPControl)
	}
	return d.fail(ObstacleFrame, framePPPCompressed)
}

// decodeHDLC decodes Cisco's HDLC: address, control, and an EtherType.
func (d *decoder) decodeHDLC(data []byte, cut int) []byte {
	const header, keepAlive = 4, 0x8035
	if len(data) < header {
		return nil
	}
	ether := be.Uint16(data[2:])
	if ether == keepAlive { // in HDLC it is that, and not reverse ARP
		return d.fail(ObstacleFrame, framePPPControl)
	}
	return d.decodeEther(ether, data[header:], cut)
}

// decodeFrameRelay decodes RFC 2427: an address of Q.922, control, and the identifier of the network's protocol.
func (d *decoder) decodeFrameRelay(data []byte, cut int) []byte {
	const control, ipv4, ipv6, snap, lastOfAddress = 3, 0xcc, 0x8e, 0x80, 1
	for len(data) > 0 && data[0]&lastOfAddress == 0 {
		data = data[1:]
	}
	data = after(data, 1)
	if len(data) >= 2 && data[0] != control { // Cisco's encapsulation: an EtherType
		return d.decodeEther(be.Uint16(data), data[2:], cut)
	}
	data = after(data, 1)
	if len(data) > 0 && data[0] == 0 { // padding
		data = data[1:]
	}
	switch {
	case len(data) == 0:
		return nil
	case data[0] == ipv4, data[0] == ipv6:
		return d.decodeIP(data[1:], cut)
	case data[0] == snap && len(data) >= 6:
		return d.decodeEther(be.Uint16(data[4:]), data[6:], cut)
	}
	return d.fail(ObstacleFrame, framePPPControl)
}

// decodeMPLS moves past the labels (RFC 3032). What is below is told by its first byte: IP's version, or the 0 of a
// pseudowire's control word (RFC 4385), behind which is Ethernet.
func (d *decoder) decodeMPLS(data []byte, cut int) []byte {
	const version4, version6, controlWord = 4, 6, 4
	for len(data) >= 4 {
		bottom := data[2]&1 != 0
		data = data[4:]
		switch {
		case !bottom:
			continue
		case len(data) == 0:
			return nil
		case data[0]>>4 == 0 && looksLikeEthernet(after(data, controlWord)):
			return d.decodeEthernet(data[controlWord:], cut)
		case looksLikeEthernet(data) && !looksLikeIP(data):
			return d.decodeEthernet(data, cut)
		case data[0]>>4 == version4, data[0]>>4 == version6:
			return d.decodeIP(data, cut)
		}
		return d.fail(ObstacleEther, uint32(layers.EthernetTypeMPLSUnicast))
	}
	return nil
}

// looksLikeIP reports whether the bytes may begin an IP packet: version, and the lengths that belong to it.
func looksLikeIP(data []byte) bool {
	switch {
	case len(data) < 20:
		return false
	case data[0]>>4 == 4:
		size, total := int(data[0]&0xf)*4, int(be.Uint16(data[2:]))
		return size >= 20 && (total == 0 || total >= size)
	}
	return data[0]>>4 == 6 && len(data) >= 40
}

// looksLikeEthernet reports whether the bytes may begin an Ethernet frame with IP or ARP in it.
func looksLikeEthernet(data []byte) bool {
	if len(data) < 14 {
		return false
	}
	ether, data := be.Uint16(data[12:]), data[14:]
	for isVLAN(ether) && len(data) >= 4 {
		ether, data = be.Uint16(data[2:]), data[4:]
	}
	switch ether {
	case uint16(layers.EthernetTypeIPv4), uint16(layers.EthernetTypeIPv6):
		return looksLikeIP(data) && (data[0]>>4 == 4) == (ether == uint16(layers.EthernetTypeIPv4))
	case uint16(layers.EthernetTypeARP):
		return len(data) >= 8 && data[0] == 0 && data[1] == 1
	}
	return false
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

// decodeSunATM decodes what Solaris captures on ATM: flags, channel, and LLC or an emulated LAN.
func (d *decoder) decodeSunATM(data []byte, cut int) []byte {
	const header, lan, llc, lanHeader = 4, 1, 2, 2
	if len(data) < header {
		return nil
	}
	switch data[0] & 0xf {
	case lan:
		return d.decodeEthernet(after(data, header+lanHeader), cut)
	case llc:
		return d.decodeLLC(data[header:], cut)
	}
	return d.fail(ObstacleLink, uint32(linkSunATM))
}
