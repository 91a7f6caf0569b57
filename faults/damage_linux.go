package faults

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// vnetFlags is the offset of the flags in struct virtio_net_hdr: one says that the kernel has still to fill in the checksum, another
// that it need not be looked at.
const vnetFlags = 0

// lastData is the index of the last byte of data in a frame that is a TCP segment, with what the kernel says of it; 0 for one that
// has none. Behind it there may be Ethernet's padding.
func lastData(frame []byte) int {
	const begin = vnetHeader + ethernetHeader
	if len(frame) < begin {
		return 0
	}
	kind, packet := binary.BigEndian.Uint16(frame[vnetHeader+12:]), frame[begin:]
	header, size := 0, 0
	switch {
	case kind == unix.ETH_P_IP && len(packet) >= 20 && packet[9] == unix.IPPROTO_TCP:
		header, size = int(packet[0]&0x0f)*4, int(binary.BigEndian.Uint16(packet[2:]))
	case kind == unix.ETH_P_IPV6 && len(packet) >= 40 && packet[6] == unix.IPPROTO_TCP:
		header, size = 40, 40+int(binary.BigEndian.Uint16(packet[4:]))
	default:
		return 0
	}
	const dataOffset = 12 // in TCP's header, in words of 4 bytes (RFC 9293 section 3.1)
	if len(packet) <= header+dataOffset || size > len(packet) || size <= header+int(packet[header+dataOffset]>>4)*4 {
		return 0
	}
	return begin + size - 1
}

// damage turns a bit of a segment's data, and lets the receiver look at its checksum: a kernel trusts what comes from a kernel
// beside it.
func damage(frame []byte, at int) {
	frame[vnetFlags] = 0
	frame[at] ^= 1
}
