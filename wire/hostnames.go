package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
)

// HostName is a name of an address, as a capture file tells it to who reads it.
type HostName struct {
	Addr netip.Addr
	Name string
}

// blockNames is a name resolution block (draft-ietf-opsawg-pcapng, section 4.5), which [Reader] skips.
const blockNames = 4

// Records of a name resolution block.
const (
	recordEnd  = 0
	recordIPv4 = 1
	recordIPv6 = 2
)

// WriteNames writes the names of addresses, which Wireshark shows in their place. Of several names of one address it shows the first. They
// belong behind the interfaces.
func (n *Writer) WriteNames(names []HostName) error {
	if len(names) == 0 {
		return nil
	}
	for _, h := range names {
		record := uint16(recordIPv6)
		if h.Addr.Is4() {
			record = recordIPv4
		}
		n.option(record, append(append(h.Addr.AsSlice(), h.Name...), 0)) // a record is laid out as an option is
	}
	n.option(recordEnd, nil)
	return n.flush(blockNames)
}

// WithNames is a pcapng stream with the names of addresses put in behind its interfaces. Every byte is handed on as soon as its block is
// there; what does not begin as pcapng of this machine's byte order is handed on as it is.
func WithNames(r io.Reader, names []HostName) io.Reader {
	return &namedStream{in: r, names: names}
}

type namedStream struct {
	in         io.Reader
	names      []HostName
	began      bool // the section header has been read
	interfaces int  // how many have been read
	done       bool // what comes now is handed on as it is
	ready      bytes.Reader
	err        error // of reading a block, to come behind what is ready
}

func (s *namedStream) Read(b []byte) (int, error) {
	for s.ready.Len() == 0 && s.err == nil && !s.done {
		s.ready.Reset(s.next())
	}
	if s.ready.Len() > 0 {
		return s.ready.Read(b)
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.in.Read(b)
}

// next reads a block of those before the names, and returns it. Of the first one behind the interfaces it returns the beginning, with the names
// before it: Wireshark 4.0 writes no file (mergecap, editcap) in which names come before any interface, and loses the interfaces behind them.
func (s *namedStream) next() []byte {
	const most = 64 << 10 // for the options of a section and of an interface
	head := make([]byte, 12)
	n, err := io.ReadFull(s.in, head)
	if s.err = plainEOF(err); err != nil {
		return head[:n]
	}
	kind, size := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	section := kind == blockSection && binary.LittleEndian.Uint32(head[8:]) == byteOrderMagic
	switch {
	case s.began && kind != blockInterface:
		s.done = true
		return append(s.block(), head...)
	case size < 16 || size > most || !s.began && !section:
		s.done = true
		return head
	case s.began:
		s.interfaces++
	}
	s.began = true
	block := make([]byte, size)
	n, err = io.ReadFull(s.in, block[copy(block, head):])
	if s.err = plainEOF(err); err != nil {
		return block[:len(head)+n]
	}
	return block
}

// block are the names as a block, or nothing where there is no interface.
func (s *namedStream) block() []byte {
	var names bytes.Buffer
	if s.interfaces > 0 {
		_ = (&Writer{w: &names}).WriteNames(s.names) // a buffer takes everything
	}
	return names.Bytes()
}

// plainEOF is the end of a stream in the middle of a block, which is the business of who reads it.
func plainEOF(err error) error {
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}
