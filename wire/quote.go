package wire

import "github.com/google/gopacket/layers"

// quotedTunnel reads what a quoted packet of a tunnel (IP-in-IP, GRE) carries, where the error quotes as much (RFC 1812
// section 4.3.2.3).
func quotedTunnel(h *ipHeader) (Quote, bool) {
	switch {
	case h.laterFragment:
	case h.protocol == layers.IPProtocolIPv4, h.protocol == layers.IPProtocolIPv6:
		return parseQuote(h.payload)
	case h.protocol == layers.IPProtocolGRE && len(h.payload) >= greHeader:
		if ether := be.Uint16(h.payload[2:]); ether == uint16(layers.EthernetTypeIPv4) || ether == uint16(layers.EthernetTypeIPv6) {
			return parseQuote(after(h.payload, greSize(be.Uint16(h.payload))))
		}
	}
	return Quote{}, false
}

const greHeader = 4

// greSize is the size of a GRE header with these flags (RFC 2890).
func greSize(flags uint16) int {
	const checksum, routing, key, sequence = 0x8000, 0x4000, 0x2000, 0x1000
	size := greHeader
	for _, field := range []uint16{checksum | routing, key, sequence} {
		if flags&field != 0 {
			size += 4
		}
	}
	return size
}
