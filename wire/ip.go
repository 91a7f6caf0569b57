package wire

import (
	"net/netip"

	"github.com/google/gopacket/layers"
)

// ipHeader is what the headers of IPv4 and IPv6 have in common once IPv6's extension headers are skipped.
type ipHeader struct {
	src, dst netip.Addr
	protocol layers.IPProtocol
	id       uint16
	ttl      uint8
	// length is that of the payload in bytes as the header gives it; payload is as much of it as was captured.
	length  int
	payload []byte
	// laterFragment says that the payload does not begin with a transport header.
	laterFragment bool
	// fragment is set where the packet is a part of one.
	fragment fragment
	// cutInside says that the extension headers are not there whole.
	cutInside bool
}

// parse reads the header at the start of data into h, which is empty. Cut is how many bytes of the packet follow that were not captured.
// (A header that is returned would be copied several times for each packet.)
func (h *ipHeader) parse(data []byte, cut int) bool {
	if len(data) == 0 {
		return false
	}
	switch data[0] >> 4 {
	case 4:
		return h.parseIPv4(data, cut)
	case 6:
		return h.parseIPv6(data, cut)
	}
	return false
}

func (h *ipHeader) parseIPv4(data []byte, cut int) bool {
	const fixed, moreFragments, offset = 20, 0x2000, 0x1fff
	if len(data) < fixed {
		return false
	}
	size, total := int(data[0]&0xf)*4, int(be.Uint16(data[2:]))
	if total == 0 { // left to the network card by segmentation offload
		total = len(data) + cut
	}
	if size < fixed || total < size || len(data) < size {
		return false
	}
	h.src, h.dst = addr4(data[12:]), addr4(data[16:])
	h.protocol, h.id, h.ttl = layers.IPProtocol(data[9]), be.Uint16(data[4:]), data[8]
	h.length, h.payload = total-size, data[size:min(total, len(data))]
	if bits := be.Uint16(data[6:]); bits&(moreFragments|offset) != 0 {
		h.laterFragment = bits&offset != 0
		h.isFragment(uint32(h.id), uint8(h.protocol), int(bits&offset)*8, bits&moreFragments != 0)
		h.fragment.size = h.length
	}
	if h.protocol == layers.IPProtocolAH {
		h.skipExtensions()
	}
	return true
}

// isFragment notes that the packet is the first of several fragments, or a later one.
func (h *ipHeader) isFragment(id uint32, protocol uint8, offset int, more bool) {
	h.fragment = fragment{id: id, protocol: protocol, first: more && offset == 0, later: offset != 0, more: more, offset: offset}
}

func (h *ipHeader) parseIPv6(data []byte, cut int) bool {
	const fixed = 40
	if len(data) < fixed {
		return false
	}
	length := int(be.Uint16(data[4:]))
	if length == 0 { // a jumbogram, RFC 2675, or segmentation offload
		length = len(data) + cut - fixed
	}
	h.src, h.dst = addr16(data[8:]), addr16(data[24:])
	h.protocol, h.ttl = layers.IPProtocol(data[6]), data[7]
	h.length, h.payload = length, data[fixed:min(fixed+length, len(data))]
	h.skipExtensions()
	return true
}

// skipExtensions moves past IPv6's extension headers, RFC 8200 section 4, to the transport header.
func (h *ipHeader) skipExtensions() {
	for !h.laterFragment {
		size := h.extensionSize()
		if size == 0 {
			return
		}
		if size > len(h.payload) { // cut within the headers: what follows is unknown
			h.protocol, h.cutInside = layers.IPProtocolNoNextHeader, true
			return
		}
		h.protocol = layers.IPProtocol(h.payload[0])
		h.payload, h.length = h.payload[size:], h.length-size
	}
}

// extensionSize is the size in bytes of the extension header at the start of the payload, 0 when there is none.
func (h *ipHeader) extensionSize() int {
	const mobility, hip, shim6 = 135, 139, 140
	if h.src.Is4() && h.protocol != layers.IPProtocolAH {
		return 0
	}
	switch h.protocol {
	case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination,
		mobility, hip, shim6:
		if len(h.payload) < 2 {
			return 8
		}
		return (int(h.payload[1]) + 1) * 8
	case layers.IPProtocolAH: // counted in words of 4 bytes, less 2; RFC 4302 section 2.2
		if len(h.payload) < 2 {
			return 8
		}
		return (int(h.payload[1]) + 2) * 4
	case layers.IPProtocolIPv6Fragment:
		if len(h.payload) >= 8 {
			offset, more := int(be.Uint16(h.payload[2:])&^7), h.payload[3]&1 != 0
			if h.laterFragment = offset != 0; more || offset != 0 {
				h.isFragment(be.Uint32(h.payload[4:]), h.payload[0], offset, more)
				h.fragment.size = h.length - 8
			}
		}
		return 8
	}
	return 0
}
