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
// belong behind the first interface.
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

// WithNames is a pcapng stream with the names of addresses put in behind its first interface. Every byte is handed on as soon as its block is
// there; what does not begin as pcapng of this machine's byte order is handed on as it is.
func WithNames(r io.Reader, names []HostName) io.Reader {
	return &namedStream{in: r, names: names}
}

type namedStream struct {
	in     io.Reader
	names  []HostName
	blocks int          // of those before the names, how many have been read
	ready  bytes.Reader // the latest of them, and the names behind the last one
	err    error        // of reading them, to come behind what is ready
}

// beforeNames are the kinds of the blocks before the names. Wireshark 4.0 writes no file (mergecap, editcap) in which names come before any interface.
var beforeNames = [...]uint32{blockSection, blockInterface}

func (s *namedStream) Read(b []byte) (int, error) {
	for s.ready.Len() == 0 && s.err == nil && s.blocks < len(beforeNames) {
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

// next reads the next block before the names, and returns it; behind the last one the names follow.
func (s *namedStream) next() []byte {
	const most = 64 << 10 // for the options of a section and of an interface
	head := make([]byte, 12)
	n, err := io.ReadFull(s.in, head)
	if s.err = plainEOF(err); err != nil {
		return head[:n]
	}
	kind, size := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	if kind != beforeNames[s.blocks] || kind == blockSection && binary.LittleEndian.Uint32(head[8:]) != byteOrderMagic || size < 16 || size > most {
		s.blocks = len(beforeNames)
		return head
	}
	block := make([]byte, size)
	n, err = io.ReadFull(s.in, block[copy(block, head):])
	if s.err = plainEOF(err); err != nil {
		return block[:len(head)+n]
	}
	if s.blocks++; s.blocks < len(beforeNames) {
		return block
	}
	var names bytes.Buffer
	_ = (&Writer{w: &names}).WriteNames(s.names) // a buffer takes everything
	return append(block, names.Bytes()...)
}

// plainEOF is the end of a stream in the middle of a block, which is the business of who reads it.
func plainEOF(err error) error {
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}
