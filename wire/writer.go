package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// gopacket's pcapgo.NgWriter (v1.1.19) has no options for packets, and so no comments. What is written here is read by
// [Reader], by Wireshark and by tcpdump.

// Options of blocks that the writer uses and the reader skips.
const (
	optionComment     = 1
	optionApplication = 4 // of the section header
)

// Frame is a packet as it was captured, byte by byte.
type Frame struct {
	Time time.Time
	// Length is the length on the wire; Data may be shorter.
	Length int
	Data   []byte
	// Link is libpcap's number of the link type.
	Link uint16
}

// Frame is the packet that was read last, as it stands in the capture. Its data is valid until the next is read.
func (r *Reader) Frame(p *Packet) Frame {
	return Frame{Time: p.Time, Length: p.Length, Data: r.raw, Link: uint16(r.rawLink)}
}

// Writer writes a pcapng file with times in nanoseconds, an interface for each vantage point, and comments.
type Writer struct {
	w     io.Writer
	block []byte
	count int // interfaces
}

// NewWriter writes the header of a file; application is the program that made it.
func NewWriter(w io.Writer, application string) (*Writer, error) {
	n := &Writer{w: w}
	n.u32(byteOrderMagic)
	n.u16(1) // version 1.0
	n.u16(0)
	n.u64(^uint64(0)) // the section's length is not given
	n.option(optionApplication, []byte(application))
	n.option(optionEnd, nil)
	return n, n.flush(blockSection)
}

// AddInterface describes one more interface and returns its number.
func (n *Writer) AddInterface(name string, link uint16) (int, error) {
	n.u16(link)
	n.u16(0)
	n.u32(0) // no limit on the length of packets
	n.option(optionName, []byte(name))
	n.option(optionResolution, []byte{9})
	n.option(optionEnd, nil)
	n.count++
	return n.count - 1, n.flush(blockInterface)
}

// Write writes a packet of an interface. The comment may be empty.
func (n *Writer) Write(iface int, f Frame, comment string) error {
	if iface < 0 || iface >= n.count {
		return fmt.Errorf("wire: a packet of interface %d, but %d are described", iface, n.count)
	}
	at := uint64(f.Time.UnixNano())
	n.u32(uint32(iface))
	n.u32(uint32(at >> 32))
	n.u32(uint32(at))
	n.u32(uint32(len(f.Data)))
	n.u32(uint32(f.Length))
	n.bytes(f.Data)
	if comment != "" {
		n.option(optionComment, []byte(comment))
		n.option(optionEnd, nil)
	}
	return n.flush(blockEnhanced)
}

// flush writes the block that was put together, with its type and its length before and after it.
func (n *Writer) flush(kind uint32) error {
	var head [8]byte
	size := uint32(len(n.block) + 12)
	binary.LittleEndian.PutUint32(head[:], kind)
	binary.LittleEndian.PutUint32(head[4:], size)
	n.u32(size)
	_, err := n.w.Write(append(head[:], n.block...))
	n.block = n.block[:0]
	return err
}

func (n *Writer) option(code uint16, value []byte) {
	const longest = 1<<16 - 1
	value = value[:min(len(value), longest)]
	n.u16(code)
	n.u16(uint16(len(value)))
	n.bytes(value)
}

// bytes are padded to a multiple of four.
func (n *Writer) bytes(b []byte) {
	n.block = append(n.block, b...)
	for len(n.block)%4 != 0 {
		n.block = append(n.block, 0)
	}
}

func (n *Writer) u16(v uint16) { n.block = binary.LittleEndian.AppendUint16(n.block, v) }
func (n *Writer) u32(v uint32) { n.block = binary.LittleEndian.AppendUint32(n.block, v) }
func (n *Writer) u64(v uint64) { n.block = binary.LittleEndian.AppendUint64(n.block, v) }
