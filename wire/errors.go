package wire

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	// ErrNotCapture is wrapped by the error for input that is neither pcap nor pcapng.
	ErrNotCapture = errors.New("not a packet capture")
	// ErrTruncated is wrapped by the [ReadError] for a capture that ends in the middle of a record: it was cut off
	// while being written or copied. Every whole packet before that has been returned.
	ErrTruncated = errors.New("the capture ends in the middle of a record")
	// ErrCorrupt is wrapped by the [ReadError] for a record that cannot be.
	ErrCorrupt = errors.New("the capture is damaged")
)

// ReadError says where in a capture reading had to stop, and why.
type ReadError struct {
	// Offset is the position in bytes of the record that could not be read.
	Offset int64
	// Unpacked says that Offset counts the bytes of a compressed capture after decompression.
	Unpacked bool
	// Frames is the number of whole packets before it.
	Frames int
	// Err wraps [ErrTruncated], [ErrCorrupt], or what the underlying reader returned.
	Err error
}

func (e *ReadError) Error() string {
	where := ""
	if e.Unpacked {
		where = " of the decompressed capture"
	}
	return fmt.Sprintf("wire: byte %d%s, after frame %d: %v", e.Offset, where, e.Frames, e.Err)
}

func (e *ReadError) Unwrap() error { return e.Err }

// lookalikes are the formats that people hand over in place of a capture, by their first bytes.
var lookalikes = []struct{ magic, advice string }{
	{string(gzipMagic), "this is compressed twice: decompress it with gunzip"},
	{string(zstdMagic), "this is compressed twice: decompress it with unzstd"},
	{"\xfd7zXZ\x00", "this is xz data: decompress it with unxz"},
	{"BZh", "this is bzip2 data: decompress it with bunzip2"},
	{"PK\x03\x04", "this is a zip archive: extract the capture from it"},
	{"snoop\x00\x00\x00", "this is a Solaris snoop capture: convert it with editcap -F pcapng"},
	{"\x7fELF", "this is a program: give the file that tcpdump -w or Wireshark wrote"},
}

// notCapture says in one sentence what input that starts with these bytes looks like, and what to do.
func notCapture(start []byte) error {
	const unknown = "it starts with bytes % x: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)"
	for _, l := range lookalikes {
		if bytes.HasPrefix(start, []byte(l.magic)) {
			return fmt.Errorf("wire: %w: %s", ErrNotCapture, l.advice)
		}
	}
	switch {
	case len(start) == 0:
		return fmt.Errorf("wire: %w: the input is empty: let the capture end in good order (tcpdump: Ctrl-C) before reading it", ErrNotCapture)
	case isText(start):
		return fmt.Errorf("wire: %w: this is text: give the file that tcpdump -w wrote, not what tcpdump printed", ErrNotCapture)
	}
	return fmt.Errorf("wire: %w: "+unknown, ErrNotCapture, start[:min(4, len(start))])
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
	}
	for cut := range min(utf8.UTFMax, len(b)) { // the last character may not have come whole
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}
