package wire

import "github.com/google/gopacket/layers"

// enter reports whether one more tunnel may be followed.
func (d *decoder) enter() bool {
	d.depth++
	return d.depth <= deepest
}

// cut is how many bytes of the payload were not captured.
func (h *ipHeader) cut() int { return max(0, h.length-len(h.payload)) }

// decodeTunnel decodes what IP-in-IP (RFC 2003, RFC 2473) or GRE (RFC 2784) carries.
func (d *decoder) decodeTunnel(h *ipHeader) []byte {
	if !d.enter() {
		return nil
	}
	if h.protocol == layers.IPProtocolGRE {
		return d.decodeGRE(h.payload, h.cut())
	}
	return d.decodeIP(h.payload, h.cut())
}

func (d *decoder) decodeGRE(data []byte, cut int) []byte {
	const header, checksum, routing, key, sequence, version, pptp = 4, 0x8000, 0x4000, 0x2000, 0x1000, 7, 1
	if len(data) < header {
		return nil
	}
	flags, ether := be.Uint16(data), be.Uint16(data[2:])
	size := header
	for _, field := range []uint16{checksum | routing, key, sequence} {
		if flags&field != 0 {
			size += 4
		}
	}
	if flags&version == pptp { // RFC 2637: PPP, behind an acknowledgment number where there is one
		if flags&0x80 != 0 {
			size += 4
		}
		return d.decodePPP(after(data, size), cut)
	}
	return d.decodeEther(ether, after(data, size), cut)
}

// The ports of tunnels within UDP.
const (
	portVXLAN  = 4789
	portGeneve = 6081
)

// decodeUDPTunnel decodes what VXLAN (RFC 7348) or Geneve (RFC 8926) carries.
func (d *decoder) decodeUDPTunnel(data []byte, cut int) []byte {
	const header, vxlanValid = 8, 8
	if len(data) < header || !d.enter() {
		return nil
	}
	ether, size := uint16(etherTransparent), header
	switch {
	case d.p.DstPort == portGeneve:
		ether, size = be.Uint16(data[2:]), header+int(data[0]&0x3f)*4
	case data[0]&vxlanValid == 0:
		return nil
	}
	outer := *d.p
	*d.p = Packet{Time: outer.Time, Interface: outer.Interface, Length: outer.Length, Truncated: outer.Truncated}
	payload := d.decodeEther(ether, after(data, size), cut)
	if !d.p.Src.IsValid() { // not IP, or no tunnel after all
		*d.p = outer
	}
	return payload
}
