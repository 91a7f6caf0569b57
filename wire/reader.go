package wire

import (
	"archive/tar"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// The file formats are read here rather than by gopacket's pcapgo for these reasons: its NgReader divides by zero on
// an interface with a time resolution of 2^-64 or finer, takes a cut file for one that ended well, allocates
// whatever a damaged length says, and gives no byte offsets.

// maxRecord bounds what a damaged length can make the reader allocate. libpcap's largest packet is 262144 bytes
// (MAXIMUM_SNAPLEN).
const maxRecord = 1 << 20

// Reader reads a capture file or a live capture, packet by packet.
type Reader struct {
	in        *bufio.Reader
	format    format
	big       bool   // the byte order is big-endian
	buf       []byte // for records that do not fit into in's buffer
	packed    bool   // the input is compressed
	offset    int64  // of the next byte, after decompression
	record    int64  // offset of the current record
	frames    int
	data      []byte // of the latest packet's TCP segment
	raw       []byte // the latest packet, as far as it was captured
	rawLink   linkType
	rest      span   // subframes of the latest packet that have not been read
	whole     Packet // of which they are subframes
	inventory inventory
	err       error // sticky

	link    linkType      // pcap
	unit    time.Duration // pcap: of the fraction of a second
	extra   int           // pcap: bytes that a modified one has at the end of a record's header
	lengths lengths       // pcap
	ifaces  []iface       // pcapng: of the current section
	stored  storedFrames  // netmon
	lines   *textParser   // text
	archive *tar.Reader   // nil: it is none
	utf16   bool          // it was text in UTF-16
	last    time.Time     // of the latest packet of an archive
}

type format uint8

const (
	pcap format = iota
	pcapng
	snoop
	netmon
	text
)

// NewReader reads the header of a capture. It reads
//
//   - pcap with times in microseconds or nanoseconds, of any version, and pcapng, each in either byte order, also several
//     after one another (cat);
//   - snoop (RFC 1761) and Microsoft Network Monitor 2;
//   - what tcpdump prints: with all bytes (-x to -XX) or, as far as that goes, the lines of -nn;
//
// and each of those compressed by gzip, zstd, xz, bzip2 or lz4, within a tar archive, or behind lines of text. For anything
// else the error wraps [ErrNotCapture] and says what the input looks like.
//
// It reads no further than the header, and waits for that: on a live capture it returns before the first packet.
func NewReader(r io.Reader) (*Reader, error) {
	d := &Reader{in: bufio.NewReaderSize(r, inputBuffer)}
	switch err := d.open(); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, d.failure(ErrTruncated)
	case errors.Is(err, ErrCorrupt), errors.Is(err, ErrTruncated):
		return nil, d.failure(err)
	case errors.Is(err, ErrNotCapture):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("wire: %w", err)
	}
	return d, nil
}

// Next returns the next packet as soon as its bytes have arrived. At the end of the capture the error is io.EOF; for
// a capture that was cut off or damaged it is a [*ReadError], after every whole packet before that was returned.
// Packets of a link type or protocol that is not decoded are returned with [KindOther]; [Reader.Inventory] says what they
// are. An 802.11 frame that carries several packets gives each of them, with the same number.
func (r *Reader) Next() (Packet, error) {
	var p Packet
	err := r.Read(&p)
	return p, err
}

// Read is [Reader.Next] into a packet that the caller provides.
func (r *Reader) Read(p *Packet) error {
	if r.rest.end > r.rest.begin && r.err == nil {
		r.readSubframe(p)
		return nil
	}
	*p = Packet{}
	if r.err != nil {
		return r.err
	}
	err := r.next(p)
	if err == io.EOF && r.archive != nil {
		err = r.nextOfArchive(p)
	}
	if err != nil {
		*p = Packet{}
		r.err = r.failure(err)
		return r.err
	}
	r.frames++
	p.Frame = r.frames
	if r.archive != nil {
		r.last = p.Time
	}
	if r.rest.end > r.rest.begin {
		r.whole = Packet{Time: p.Time, Frame: p.Frame, Interface: p.Interface, Length: p.Length, Truncated: p.Truncated}
	}
	return nil
}

// next calls directly what reads the format, so that the packet need not be on the heap.
func (r *Reader) next(p *Packet) error {
	switch r.format {
	case pcapng:
		return r.nextPcapng(p)
	case snoop:
		return r.nextSnoop(p)
	case netmon:
		return r.nextNetMon(p)
	case text:
		return r.nextText(p)
	}
	return r.nextPcap(p)
}

// readSubframe reads the next packet of an 802.11 frame that carries several.
func (r *Reader) readSubframe(p *Packet) {
	*p = r.whole
	d := decoder{p: p, whole: cap(r.raw)}
	data := r.raw[r.rest.begin:r.rest.end]
	r.data = d.decodeSubframes(data)
	r.rest = d.rest
	r.count(p, d.gap, d.fragment, len(data))
}

// decode decodes the captured bytes of a packet.
func (r *Reader) decode(p *Packet, link linkType, data []byte) {
	r.raw, r.rawLink = data, link
	d := decode(p, link, data)
	r.data, r.rest = d.payload, d.rest
	r.count(p, d.gap, d.fragment, len(data))
}

// count counts a packet in, by which a fragment may become a segment.
func (r *Reader) count(p *Packet, g gap, f fragment, captured int) {
	r.inventory.add(p, g, f, captured)
	if f.later && p.Kind != KindTCP {
		r.data = nil
	}
}

// Payload is the data of the TCP segment that was read last, or the DNS message, as far as it was captured. It is valid until
// the next packet is read.
func (r *Reader) Payload() []byte { return r.data }

// failure adds the place to an error, other than that of a capture that ended well.
func (r *Reader) failure(err error) error {
	if err == io.EOF {
		return err
	}
	return &ReadError{Offset: r.record, Unpacked: r.packed, Frames: r.frames, Err: err}
}

// take returns the next n bytes of the current record; they are valid until the next call. It asks the input for no
// more than those.
func (r *Reader) take(n int) ([]byte, error) {
	if n > maxRecord {
		return nil, fmt.Errorf("%w: a record claims %d bytes", ErrCorrupt, n)
	}
	b, err := r.peekOrFill(n)
	r.offset += int64(len(b))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		if r.offset == r.record && err == io.EOF { // not unexpected, as that of a cut gzip file
			return nil, io.EOF
		}
		return nil, ErrTruncated
	}
	return b, err
}

// arrived returns what has come in and was not taken yet: from it a record that is there whole is read at once.
func (r *Reader) arrived() []byte {
	b, _ := r.in.Peek(r.in.Buffered())
	return b
}

// leave moves past n bytes that have arrived.
func (r *Reader) leave(n int) {
	_, _ = r.in.Discard(n) // cannot fail: they are buffered
	r.offset += int64(n)
}

func (r *Reader) peekOrFill(n int) ([]byte, error) {
	if n <= r.in.Size() {
		b, err := r.in.Peek(n)
		_, _ = r.in.Discard(len(b)) // cannot fail: they are buffered
		return b, err
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, n)
	}
	m, err := io.ReadFull(r.in, r.buf[:n])
	return r.buf[:m], err
}

// skip moves past n bytes of the current record.
func (r *Reader) skip(n int64) error {
	m, err := io.CopyN(io.Discard, r.in, n)
	r.offset += m
	if errors.Is(err, io.EOF) {
		return ErrTruncated
	}
	return err
}

// An interface such as binary.ByteOrder would put the bytes on the heap.

func (r *Reader) u16(b []byte) uint16 {
	if r.big {
		return be.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (r *Reader) u32(b []byte) uint32 {
	if r.big {
		return be.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (r *Reader) u64(b []byte) uint64 {
	if r.big {
		return be.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}
