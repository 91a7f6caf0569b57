package wire

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"
)

// Block types, draft-ietf-opsawg-pcapng section 4. The section header's is the same in both byte orders.
const (
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockEnhanced  = 6
	blockSection   = 0x0a0d0d0a
)

// Options of the interface description block.
const (
	optionEnd        = 0
	optionName       = 2
	optionResolution = 9
	optionTimeOffset = 14
)

const byteOrderMagic = 0x1a2b3c4d

// Bounds of what a file can make the reader keep for its interfaces. A file of 8 kB that unfolds to 50,000 of them, each with a
// name as long as an option can be, would take 3 GB. Real names are of 16 bytes on Linux and some 60 on Windows; a capture on all
// interfaces of a large router, or one that was merged of many, has hundreds of them.
const (
	maxInterfaces    = 10_000
	maxInterfaceName = 1024
)

// iface is an interface description block.
type iface struct {
	name    string
	link    linkType
	snaplen int
	perSec  uint64 // units of time per second
	offset  int64  // in seconds, added to every time
}

func (r *Reader) startPcapng() error {
	r.format = pcapng
	h, err := r.take(8)
	if err != nil {
		return err
	}
	return r.readSection([8]byte(h))
}

// nextPcapng reads blocks up to and including the next packet.
func (r *Reader) nextPcapng(p *Packet) error {
	for {
		found, err := r.nextBlock(p)
		if found || err != nil {
			return err
		}
	}
}

// nextBlock reads one block and reports whether it was a packet.
func (r *Reader) nextBlock(p *Packet) (bool, error) {
	r.record = r.offset
	if b := r.arrived(); r.isWholePacket(b) {
		size := r.u32(b[4:])
		r.leave(int(size))
		return true, r.readPacket(p, blockEnhanced, b[8:size-4])
	}
	if start, _ := r.in.Peek(4); len(start) == 4 && be.Uint32(start) != blockSection && r.beginsAgain(start) {
		return true, r.nextJoined(p, start)
	}
	b, err := r.take(8)
	if err != nil {
		return false, err
	}
	h := [8]byte(b)
	kind := r.u32(h[:])
	if kind == blockSection {
		return false, r.readSection(h)
	}
	size, err := r.blockSize(h)
	if err != nil {
		return false, err
	}
	switch kind {
	case blockInterface, blockPacket, blockSimple, blockEnhanced:
	default:
		return false, r.skip(int64(size) - 8)
	}
	body, err := r.body(size)
	if err != nil {
		return false, err
	}
	if kind == blockInterface {
		return false, r.readInterface(body)
	}
	return true, r.readPacket(p, kind, body)
}

// isWholePacket reports whether an enhanced packet block is there, which nearly every block is.
func (r *Reader) isWholePacket(b []byte) bool {
	if len(b) < 12 || r.u32(b) != blockEnhanced {
		return false
	}
	size := r.u32(b[4:])
	return size >= 12 && size%4 == 0 && int64(size) <= int64(len(b)) && r.u32(b[size-4:]) == size
}

// blockSize checks the length of a block, which counts the block as a whole.
func (r *Reader) blockSize(h [8]byte) (uint32, error) {
	size := r.u32(h[4:])
	if size < 12 || size%4 != 0 {
		return 0, fmt.Errorf("%w: a block claims to be %d bytes long", ErrCorrupt, size)
	}
	return size, nil
}

// body reads the rest of a block whose first 8 bytes have been read, without the length that is repeated at its end.
func (r *Reader) body(size uint32) ([]byte, error) {
	b, err := r.take(int(size) - 8)
	if err != nil {
		return nil, err
	}
	body, again := b[:len(b)-4], r.u32(b[len(b)-4:])
	if again != size {
		return nil, fmt.Errorf("%w: a block of %d bytes says at its end that it has %d", ErrCorrupt, size, again)
	}
	return body, nil
}

// readSection reads a section header block. The byte order, and what interfaces there are, hold for one section.
func (r *Reader) readSection(h [8]byte) error {
	b, err := r.take(4)
	if err != nil {
		return err
	}
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(b):
		r.big = false
	case be.Uint32(b):
		r.big = true
	default:
		return fmt.Errorf("%w: a section header has no byte-order magic", ErrCorrupt)
	}
	size, err := r.blockSize(h)
	if err != nil {
		return err
	}
	if size < 28 {
		return fmt.Errorf("%w: a section header claims to be %d bytes long", ErrCorrupt, size)
	}
	r.ifaces = r.ifaces[:0]
	return r.skip(int64(size) - 12)
}

func (r *Reader) readInterface(b []byte) error {
	if len(b) < 8 {
		return fmt.Errorf("%w: an interface description is too short", ErrCorrupt)
	}
	if len(r.ifaces) == maxInterfaces {
		return fmt.Errorf("%w: a section describes more than %d interfaces", ErrCorrupt, maxInterfaces)
	}
	i := iface{link: linkType(r.u16(b)), snaplen: int(r.u32(b[4:])), perSec: 1e6}
	for b = b[8:]; len(b) >= 4; {
		code, n := r.u16(b), int(r.u16(b[2:]))
		b = b[4:]
		if code == optionEnd {
			break
		}
		if n > len(b) {
			return fmt.Errorf("%w: an option of an interface description is too long", ErrCorrupt)
		}
		if err := r.readInterfaceOption(&i, code, b[:n]); err != nil {
			return err
		}
		b = b[min((n+3)&^3, len(b)):]
	}
	r.ifaces = append(r.ifaces, i)
	return nil
}

func (r *Reader) readInterfaceOption(i *iface, code uint16, value []byte) error {
	switch {
	case code == optionName && len(value) > maxInterfaceName:
		return fmt.Errorf("%w: the name of an interface has %d bytes, more than %d", ErrCorrupt, len(value), maxInterfaceName)
	case code == optionName:
		i.name = string(value)
	case code == optionTimeOffset && len(value) == 8:
		i.offset = int64(r.u64(value))
	case code == optionResolution && len(value) == 1:
		perSec, ok := resolution(value[0])
		if !ok {
			return fmt.Errorf("%w: an interface has the impossible time resolution %#x", ErrCorrupt, value[0])
		}
		i.perSec = perSec
	}
	return nil
}

// resolution decodes if_tsresol: a negative power of 10, or of 2 where the highest bit is set.
func resolution(b byte) (perSec uint64, ok bool) {
	exponent := b & 0x7f
	if b&0x80 != 0 {
		return 1 << (exponent & 63), exponent < 64
	}
	perSec = 1
	for range min(exponent, 19) {
		perSec *= 10
	}
	return perSec, exponent <= 19 // 10^19 is the last that fits
}

// time converts a timestamp of the interface. The division cannot overflow: the remainder is less than the divisor.
func (i *iface) time(high, low uint32) time.Time {
	t := uint64(high)<<32 | uint64(low)
	hi, lo := bits.Mul64(t%i.perSec, uint64(time.Second))
	nanoseconds, _ := bits.Div64(hi, lo, i.perSec)
	return time.Unix(int64(t/i.perSec)+i.offset, int64(nanoseconds)).UTC()
}

// readPacket reads the body of a block that holds a packet.
func (r *Reader) readPacket(p *Packet, kind uint32, b []byte) error {
	if kind == blockSimple {
		return r.readSimplePacket(p, b)
	}
	if len(b) < 20 {
		return fmt.Errorf("%w: a packet block is too short", ErrCorrupt)
	}
	id := r.u32(b)
	if kind == blockPacket { // 16 bits, followed by a count of drops
		id = uint32(r.u16(b))
	}
	i, err := r.iface(id)
	if err != nil {
		return err
	}
	p.Time = i.time(r.u32(b[4:]), r.u32(b[8:]))
	return r.fill(p, i, r.u32(b[16:]), r.u32(b[12:]), b[20:])
}

// readSimplePacket reads a block that has no time, no interface, and no captured length.
func (r *Reader) readSimplePacket(p *Packet, b []byte) error {
	if len(b) < 4 {
		return fmt.Errorf("%w: a packet block is too short", ErrCorrupt)
	}
	i, err := r.iface(0)
	if err != nil {
		return err
	}
	length := r.u32(b)
	captured := length
	if i.snaplen != 0 {
		captured = min(captured, uint32(i.snaplen))
	}
	return r.fill(p, i, length, captured, b[4:])
}

func (r *Reader) iface(id uint32) (*iface, error) {
	if int64(id) >= int64(len(r.ifaces)) {
		return nil, fmt.Errorf("%w: a packet of interface %d, but the file describes %d interfaces", ErrCorrupt, id, len(r.ifaces))
	}
	return &r.ifaces[id], nil
}

func (r *Reader) fill(p *Packet, i *iface, length, captured uint32, data []byte) error {
	if int64(captured) > int64(len(data)) {
		return fmt.Errorf("%w: a packet of %d bytes in a block with room for %d", ErrCorrupt, captured, len(data))
	}
	p.Interface = i.name
	p.Length = int(length)
	r.decode(p, i.link, data[:captured])
	return nil
}
