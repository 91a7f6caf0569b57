package faults

// vnetFlags is the offset of the flags in struct virtio_net_hdr: one says that the kernel has still to fill in the checksum, another
// that it need not be looked at.
const vnetFlags = 0

// damage turns a bit of a segment's data, and lets the receiver look at its checksum: a kernel trusts what comes from a kernel
// beside it.
func damage(frame []byte, at int) {
	frame[vnetFlags] = 0
	frame[at] ^= 1
}
