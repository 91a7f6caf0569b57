package wire

import (
	"encoding/binary"
	"net/netip"
)

// EchoMark is what address translation leaves alone of an echo request. Its data holds the time, as ping makes it.
type EchoMark struct {
	Sequence uint16
	// Sum is the checksum (RFC 1071) of the data and the sequence number.
	Sum uint16
}

// EchoMark returns it; the packet is an echo request.
func (p *Packet) EchoMark() EchoMark { return EchoMark{p.ICMP.Sequence, dataSum(p)} }

// dataSum is the checksum of what address translation leaves alone: not of the identifier, and not of the addresses, which
// are in the sum with IPv6.
func dataSum(p *Packet) uint16 {
	sum := uint32(^p.ICMP.Checksum) + uint32(^p.ICMP.ID)
	if p.ICMP.V6 {
		for _, addr := range []netip.Addr{p.Src, p.Dst} {
			b := addr.As16()
			for i := 0; i < len(b); i += 2 {
				sum += uint32(^binary.BigEndian.Uint16(b[i:]))
			}
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if sum == 0xffff { // the other zero
		return 0
	}
	return uint16(sum)
}
