package wire

import "github.com/google/gopacket/layers"

// deepest is how many tunnels within tunnels are followed.
const deepest = 8

// enter reports whether one more tunnel may be followed.
func (d *decoder) enter() bool {
	d.depth++
	return d.depth <= deepest
}

// cut is how many bytes of the payload were not captured.
func (h *ipHeader) cut() int { return max(0, h.length-len(h.payload)) }

// decodeTunnel decodes what IP-in-IP (RFC 2003, RFC 2473), GRE (RFC 2784), EtherIP (RFC 3378) or MPLS in IP (RFC 4023)
// carries.
func (d *decoder) decodeTunnel(h *ipHeader) []byte {
	const etherIP = 2
	if !d.enter() {
		return d.fail(ObstacleProtocol, uint32(h.protocol))
	}
	d.p.SrcMAC = [6]byte{} // of the tunnel's end
	switch h.protocol {
	case layers.IPProtocolGRE:
		return d.decodeGRE(h.payload, h.cut())
	case layers.IPProtocolEtherIP:
		return d.decodeEthernet(after(h.payload, etherIP), h.cut())
	case layers.IPProtocolMPLSInIP:
		return d.decodeMPLS(h.payload, h.cut())
	}
	return d.decodeIP(h.payload, h.cut())
}

// What GRE carries besides EtherTypes.
const (
	greERSPAN  = 0x88be // types I and II
	greERSPAN3 = 0x22eb
	greAruba   = 0x8200 // up to 0x83ff: 802.11 between access points and controllers of Aruba
	greWCCP    = 0x883e
	grePPP     = 0x880b
)

func (d *decoder) decodeGRE(data []byte, cut int) []byte {
	const header, checksum, routing, key, sequence, version, pptp = 4, 0x8000, 0x4000, 0x2000, 0x1000, 7, 1
	if len(data) < header {
		return nil
	}
	flags, ether := be.Uint16(data), be.Uint16(data[2:])
	size, keyAt := header, 0
	for _, field := range []uint16{checksum | routing, key, sequence} {
		if flags&field != 0 {
			if field == key {
				keyAt = size
			}
			size += 4
		}
	}
	if flags&version == pptp { // RFC 2637: PPP, behind an acknowledgment number where there is one
		if flags&0x80 != 0 {
			size += 4
		}
		return d.decodePPP(after(data, size), cut)
	}
	payload := d.decodeWithinGRE(ether, after(data, size), flags&sequence != 0, cut)
	if d.gap.obstacle == ObstacleEther && d.gap.number == uint32(ether) {
		d.gap.obstacle = ObstacleGRE
		if keyAt > 0 && len(data) >= keyAt+4 {
			d.gap.hasKey, d.gap.key = true, be.Uint32(data[keyAt:])
		}
	}
	return payload
}

func (d *decoder) decodeWithinGRE(ether uint16, data []byte, numbered bool, cut int) []byte {
	const wccp = 4
	switch {
	case ether == greERSPAN, ether == greERSPAN3:
		return d.decodeERSPAN(ether, data, numbered, cut)
	case ether&^0x1ff == greAruba && ether&0xf == 0:
		return d.decode80211(data, cut, false)
	case ether == grePPP:
		return d.decodePPP(data, cut)
	case ether == greWCCP:
		if len(data) > 0 && data[0]>>4 != 4 { // version 2 has a header of its own
			data = after(data, wccp)
		}
		return d.decodeIP(data, cut)
	}
	return d.decodeEther(ether, data, cut)
}

// decodeERSPAN decodes the mirrored frames of draft-foschiano-erspan: type I has no header and no sequence number in GRE,
// type II one of 8 bytes, type III one of 12 and, where a bit says so, 8 more.
func (d *decoder) decodeERSPAN(ether uint16, data []byte, numbered bool, cut int) []byte {
	const second, third, subheader, two, frameType, ip = 8, 12, 8, 2, 0x1f, 2
	if !d.enter() {
		return nil
	}
	switch {
	case ether == greERSPAN && !numbered:
		return d.decodeEthernet(data, cut)
	case ether == greERSPAN && len(data) > 0 && data[0]>>4 != two:
		return d.decodeEthernet(after(data, second), cut)
	case len(data) < third:
		return nil
	}
	size := third
	if data[11]&1 != 0 {
		size += subheader
	}
	if data[10]>>2&frameType == ip {
		return d.decodeIP(after(data, size), cut)
	}
	return d.decodeEthernet(after(data, size), cut)
}
