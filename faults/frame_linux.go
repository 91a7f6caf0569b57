package faults

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// segment is where the parts of a frame with a segment of TCP begin, and where the last one ends.
type segment struct {
	ip, tcp, data, end int
	v6                 bool
}

const tcpHeader = 20 // without options

// segmentIn finds the parts of a frame that is a segment of TCP, with what the kernel says of it. It reports false for any other frame, and for
// one that is cut short.
func segmentIn(frame []byte) (s segment, ok bool) {
	s.ip = vnetHeader + ethernetHeader
	if len(frame) < s.ip {
		return segment{}, false
	}
	kind, packet := binary.BigEndian.Uint16(frame[vnetHeader+12:]), frame[s.ip:]
	size := 0
	switch {
	case kind == unix.ETH_P_IP && len(packet) >= 20 && packet[9] == unix.IPPROTO_TCP:
		s.tcp, size = s.ip+int(packet[0]&0x0f)*4, int(binary.BigEndian.Uint16(packet[2:]))
	case kind == unix.ETH_P_IPV6 && len(packet) >= 40 && packet[6] == unix.IPPROTO_TCP:
		s.tcp, size, s.v6 = s.ip+40, 40+int(binary.BigEndian.Uint16(packet[4:])), true
	default:
		return segment{}, false
	}
	if size > len(packet) || s.ip+size < s.tcp+tcpHeader {
		return segment{}, false
	}
	const dataOffset = 12 // in TCP's header, in words of 4 bytes (RFC 9293 section 3.1)
	s.data, s.end = s.tcp+int(frame[s.tcp+dataOffset]>>4)*4, s.ip+size
	return s, s.data <= s.end
}

// lastData is the index of the last byte of data in a frame that is a TCP segment, with what the kernel says of it; 0 for one that
// has none. Behind it there may be Ethernet's padding.
func lastData(frame []byte) int {
	s, ok := segmentIn(frame)
	if !ok || s.data == s.end {
		return 0
	}
	return s.end - 1
}
