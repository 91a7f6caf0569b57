package wire

import (
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
	in      *bufio.Reader
	format  format
	big     bool   // the byte order is big-endian
	buf     []byte // for records that do not fit into in's buffer
	packed  bool   // the input is compressed
	offset  int64  // of the next byte, after decompression
	record  int64  // offset of the current record
	frames  int
	data    []byte // of the latest packet's TCP segment
	raw     []byte // the latest packet, as far as it was captured
	rawLink linkType
	err     error // sticky

	link   linkType      // pcap
	unit   time.Duration // pcap: of the fraction of a second
	extra  int           // pcap: bytes that a modified one has at the end of a record's header
	ifaces []iface       // pcapng: of the current section
}

type format uint8

const (
	pcap format = iota
	pcapng
)

// NewReader reads the header of a capture: pcap with times in microseconds or nanoseconds, or pcapng, each in either
// byte order; compressed by gzip or zstd, or not. For anything else the error wraps [ErrNotCapture] and says what the input looks like.
//
// It reads no further than the header, and waits for that: on a live capture it returns before the first packet.
func NewReader(r io.Reader) (*Reader, error) {
	d := &Reader{in: bufio.NewReaderSize(r, inputBuffer)}
	start, err := d.peekStart()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, d.failure(ErrTruncated)
	case errors.Is(err, ErrCorrupt):
		return nil, d.failure(err)
	case err != nil:
		return nil, fmt.Errorf("wire: %w", err)
	}
	switch {
	case len(start) == 4 && be.Uint32(start) == blockSection:
		err = d.startPcapng()
	case len(start) == 4 && d.isPcap(start):
		err = d.readPcapHeader()
	default:
		// A short input has all arrived; of a longer one, look at what has.
		start, _ = d.in.Peek(max(len(start), min(d.in.Buffered(), 64)))
		return nil, notCapture(start)
	}
	if err != nil {
		return nil, d.failure(err)
	}
	return d, nil
}

// peekStart returns the first four bytes of the capture, fewer where it has no more. It unpacks what is compressed, once:
// a capture that was compressed twice is not worth the trap that a small file can be.
func (r *Reader) peekStart() ([]byte, error) {
	start, err := r.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	plain, err := unpacked(r.in, start)
	r.packed = plain != nil || err != nil
	if plain == nil || err != nil {
		return start, err
	}
	r.in = bufio.NewReaderSize(plain, inputBuffer)
	start, err = r.in.Peek(4)
	if err != nil && len(start) == 0 && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return start, nil
}

// Next returns the next packet as soon as its bytes have arrived. At the end of the capture the error is io.EOF; for
// a capture that was cut off or damaged it is a [*ReadError], after every whole packet before that was returned.
// Packets of a link type or protocol that is not decoded are returned with [KindOther].
func (r *Reader) Next() (Packet, error) {
	var p Packet
	err := r.Read(&p)
	return p, err
}

// Read is [Reader.Next] into a packet that the caller provides.
func (r *Reader) Read(p *Packet) error {
	*p = Packet{}
	if r.err != nil {
		return r.err
	}
	var err error
	if r.format == pcapng { // called directly, so that the packet need not be on the heap
		err = r.nextPcapng(p)
	} else {
		err = r.nextPcap(p)
	}
	if err != nil {
		*p = Packet{}
		r.err = r.failure(err)
		return r.err
	}
	r.frames++
	p.Frame = r.frames
	return nil
}

// Payload is the data of the TCP segment that was read last, as far as it was captured. It is valid until the next
// packet is read.
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

// The magic numbers of pcap say the byte order and the unit of time.
const (
	pcapMicroseconds = 0xa1b2c3d4
	pcapNanoseconds  = 0xa1b23c4d
	pcapModified     = 0xa1b2cd34 // by Alexey Kuznetzov: as in Red Hat Linux 6 and 7
)

// isPcap recognizes pcap by its first four bytes, and notes what they say.
func (r *Reader) isPcap(magic []byte) bool {
	for _, r.big = range []bool{false, true} {
		switch r.u32(magic) {
		case pcapMicroseconds:
			r.unit = time.Microsecond
			return true
		case pcapNanoseconds:
			r.unit = time.Nanosecond
			return true
		case pcapModified:
			r.unit, r.extra = time.Microsecond, 8
			return true
		}
	}
	return false
}

func (r *Reader) readPcapHeader() error {
	h, err := r.take(24)
	if err != nil {
		return err
	}
	// The high half of the field tells of frame check sequences, if anything (libpcap's LT_LINKTYPE).
	r.link = linkType(r.u32(h[20:]))
	return nil
}

func (r *Reader) nextPcap(p *Packet) error {
	r.record = r.offset
	h, err := r.take(16 + r.extra)
	if err != nil {
		return err
	}
	seconds, fraction := r.u32(h), r.u32(h[4:])
	captured, length := r.u32(h[8:]), r.u32(h[12:])
	data, err := r.take(int(captured))
	if err != nil {
		return err
	}
	p.Time = time.Unix(int64(seconds), int64(fraction)*int64(r.unit)).UTC()
	p.Length = int(length)
	r.raw, r.rawLink = data, r.link
	r.data = decode(p, r.link, data)
	return nil
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
