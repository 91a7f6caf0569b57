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

// WriteNames writes the names of addresses, which Wireshark shows in their place. Of several names of one address it shows the first.
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

// WithNames is a pcapng stream with the names of addresses put in behind its header. Every byte is handed on as soon as it comes; what
// does not begin as pcapng of this machine's byte order is handed on as it is.
func WithNames(r io.Reader, names []HostName) io.Reader {
	return &namedStream{in: r, names: names}
}

type namedStream struct {
	in    io.Reader
	names []HostName
	began bool
	ready bytes.Reader // the header and the names
	err   error        // of reading the header, to come behind what is ready
}

func (s *namedStream) Read(b []byte) (int, error) {
	if !s.began {
		s.began = true
		s.ready.Reset(s.begin())
	}
	if s.ready.Len() > 0 {
		return s.ready.Read(b)
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.in.Read(b)
}

// begin reads the section header, and returns it with the names behind it.
func (s *namedStream) begin() []byte {
	const most = 64 << 10 // of the options of a section header
	head := make([]byte, 12)
	n, err := io.ReadFull(s.in, head)
	if s.err = plainEOF(err); err != nil {
		return head[:n]
	}
	size := binary.LittleEndian.Uint32(head[4:])
	if be.Uint32(head) != blockSection || binary.LittleEndian.Uint32(head[8:]) != byteOrderMagic || size < 28 || size > most {
		return head
	}
	section := make([]byte, size)
	n, err = io.ReadFull(s.in, section[copy(section, head):])
	if s.err = plainEOF(err); err != nil {
		return section[:len(head)+n]
	}
	var block bytes.Buffer
	_ = (&Writer{w: &block}).WriteNames(s.names) // a buffer takes everything
	return append(section, block.Bytes()...)
}

// plainEOF is the end of a stream in the middle of its header, which is the business of who reads it.
func plainEOF(err error) error {
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}
