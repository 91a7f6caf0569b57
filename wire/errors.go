package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

var (
	// ErrNotCapture is wrapped by the error for input that is not read as a capture.
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

// convert is what makes a capture of other formats that Wireshark reads.
const convert = "convert it with editcap -F pcapng"

// otherFormat is for a capture in a format that is not read: what it is of, and what to do. To errors.Is it is [ErrNotCapture].
type otherFormat struct{ of, advice string }

func (f otherFormat) Error() string {
	return "wire: this capture is not read, it is one of " + f.of + ": " + f.advice
}

func (f otherFormat) Unwrap() error { return ErrNotCapture }

// otherFormats are the captures of other programs, by their first bytes.
var otherFormats = []struct {
	magic string
	otherFormat
}{
	{netMonOldMagic, otherFormat{"Network Monitor 1", convert}},
	{"TRSNIFF data", otherFormat{"Network General's Sniffer", convert}},
	{"XCP\x00", otherFormat{"NetXray or Sniffer for Windows", convert}},
	{"\x05VNF", otherFormat{"Visual Networks", convert}},
	{"\x01\x10\x4c\x00", otherFormat{"LANalyzer", convert}},
	{"\xaa\xaa\xaa\xaa", otherFormat{"5View", convert}},
	{"TR\x00d", otherFormat{"HP-UX nettl", convert}},
	{"\x7fver", otherFormat{"EtherPeek or OmniPeek", convert}},
	{"ObserverPktBuffe", otherFormat{"Observer", convert}},
	{"iptrace ", otherFormat{"AIX iptrace", convert}},
	{"btsnoop\x00", otherFormat{"Bluetooth", "it holds no network packets"}},
}

// lookalikes are what people hand over in place of a capture, by its first bytes.
var lookalikes = []struct{ magic, advice string }{
	{string(gzipMagic), "this is compressed twice: decompress it with gunzip"},
	{string(zstdMagic), "this is compressed twice: decompress it with unzstd"},
	{string(xzMagic), "this is compressed twice: decompress it with unxz"},
	{"BZh", "this is compressed twice: decompress it with bunzip2"},
	{string(lz4Magic), "this is compressed twice: decompress it with unlz4"},
	{"\x1f\x9d", "this is data of compress: decompress it with uncompress"},
	{"]\x00\x00", "this is LZMA data: decompress it with unlzma"},
	{"7z\xbc\xaf\x27\x1c", "this is a 7z archive: extract the capture from it"},
	{"Rar!", "this is a RAR archive: extract the capture from it"},
	{"PK\x03\x04", "this is a zip archive: extract the capture from it"},
	{"\r\n\r\r\r\n", "this was a pcapng file, and " + converted},
	{"\n\r\n", "this was a pcapng file, and its line endings were converted on the way (0d 0a became 0a): copy it again in binary mode"},
	{"MZ", "this is a program: give the file that tcpdump -w or Wireshark wrote"},
	{"\x7fELF", "this is a program: give the file that tcpdump -w or Wireshark wrote"},
}

// notCapture says in one sentence what input that starts with these bytes looks like, and what to do.
func notCapture(start []byte) error {
	const unknown = "it starts with bytes % x: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)"
	for _, f := range otherFormats {
		if bytes.HasPrefix(start, []byte(f.magic)) {
			return f.otherFormat
		}
	}
	for _, l := range lookalikes {
		if bytes.HasPrefix(start, []byte(l.magic)) {
			return fmt.Errorf("wire: %w: %s", ErrNotCapture, l.advice)
		}
	}
	switch {
	case isEventTrace(start):
		return fmt.Errorf("wire: %w: this is a Windows event trace (.etl) of pktmon or netsh trace: convert it with pktmon etl2pcap FILE, or with Microsoft's etl2pcapng",
			ErrNotCapture)
	case len(start) == 0:
		return fmt.Errorf("wire: %w: the input is empty: let the capture end in good order (tcpdump: Ctrl-C) before reading it", ErrNotCapture)
	case isText(start):
		return fmt.Errorf("wire: %w: this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed", ErrNotCapture)
	}
	return fmt.Errorf("wire: %w: "+unknown, ErrNotCapture, start[:min(4, len(start))])
}

// isEventTrace recognizes the header of a buffer of Event Tracing for Windows: it begins with the buffer's size, and holds
// the name of its own file in UTF-16.
func isEventTrace(b []byte) bool {
	const kilobyte, largest = 1 << 10, 64 << 20
	if len(b) < 8 {
		return false
	}
	size := binary.LittleEndian.Uint32(b)
	return size != 0 && size%kilobyte == 0 && size <= largest && binary.LittleEndian.Uint32(b[4:]) <= size &&
		bytes.Contains(bytes.ToLower(b), []byte(".\x00e\x00t\x00l\x00"))
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
