package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"
)

// textSearched is how far a capture, or the first packet, is looked for in a text.
const textSearched = inputBuffer

// captureKnownBy is how many bytes of a capture it takes to know it behind a text.
const captureKnownBy = 24

// openText looks at a text: a capture may begin behind it, as behind what "ssh -t HOST tcpdump -w -" prints; or it is what
// tcpdump printed of packets.
func (r *Reader) openText() error {
	for {
		b, _ := r.in.Peek(r.in.Buffered())
		if at := captureWithin(b); at > 0 {
			_, _ = r.in.Discard(at)
			r.offset += int64(at)
			return r.open()
		}
		if advice := printedBy(b); advice != "" {
			return fmt.Errorf("wire: %w: %s", ErrNotCapture, advice)
		}
		if linesOfTCPDump(b) {
			r.format, r.lines = text, newTextParser(b)
			return nil
		}
		// A capture that begins behind the text may not have arrived as far as it takes to know it.
		if len(b) >= textSearched || len(b) > captureKnownBy && !isText(b[:len(b)-captureKnownBy]) {
			return r.openOther(b)
		}
		if more, err := r.in.Peek(len(b) + 1); len(more) == len(b) {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
				return err
			}
			return r.openOther(b)
		}
	}
}

// beginsAsText reports whether the first bytes are text, as far as the first line goes.
func beginsAsText(b []byte) bool {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return len(b) > 0 && (len(line) == 0 || isText(line))
}

// captureWithin finds the magic number of a capture behind text; it is 0 where there is none.
func captureWithin(b []byte) int {
	for i := 1; i+captureKnownBy <= len(b); i++ {
		switch first, second := be.Uint32(b[i:]), be.Uint32(b[i+4:]); {
		case first == blockSection && (be.Uint32(b[i+8:]) == byteOrderMagic || binary.LittleEndian.Uint32(b[i+8:]) == byteOrderMagic):
		case isPcapMagic(first) && (second == 2<<16|4 || second == 0x02000400):
		default:
			continue
		}
		if isText(b[:i]) {
			return i
		}
	}
	return 0
}

func isPcapMagic(n uint32) bool {
	switch n {
	case pcapMicroseconds, pcapNanoseconds, 0xd4c3b2a1, 0x4d3cb2a1:
		return true
	}
	return false
}

var (
	tsharkSummary = regexp.MustCompile(`(?m)^ *\d+ +\d+\.\d+ +\S+ +(→|->) +\S+ +\S+ +\d+`)
	tsharkDetails = regexp.MustCompile(`(?m)^Frame \d+: \d+ bytes on wire`)
)

// printedBy says what to do about a text that another program printed; "" where it knows of none.
func printedBy(b []byte) string {
	const again = ": give the capture file itself, or write one with tshark -w FILE"
	switch {
	case tsharkDetails.Match(b):
		return "this is what tshark -V printed" + again
	case tsharkSummary.Match(b):
		return "this is what tshark printed" + again
	case bytes.Contains(b, []byte("<pdml")), bytes.Contains(b, []byte("<psml")):
		return "this is tshark's XML" + again
	case bytes.Contains(b, []byte(`"_source"`)) && bytes.Contains(b, []byte(`"layers"`)):
		return "this is tshark's JSON" + again
	case bytes.HasPrefix(b, []byte("version https://git-lfs")):
		return "this is Git LFS's pointer to a file: fetch it with git lfs pull"
	case bytes.HasPrefix(bytes.TrimSpace(b), []byte("<!DOCTYPE html")), bytes.HasPrefix(bytes.TrimSpace(b), []byte("<html")):
		return "this is a web page: download the capture itself"
	}
	return ""
}

// unwrapText removes a byte order mark, and turns UTF-16 into UTF-8; it reports whether there was one.
func (r *Reader) unwrapText(start []byte) bool {
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = r.in.Discard(3)
		return true
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		_, _ = r.in.Discard(2)
		r.utf16 = true
		r.in = bufio.NewReaderSize(&fromUTF16{in: r.in, big: start[0] == 0xfe}, inputBuffer)
		_, _ = r.in.Peek(1)
		return true
	}
	return false
}

// fromUTF16 reads UTF-16 as UTF-8.
type fromUTF16 struct {
	in   *bufio.Reader
	big  bool
	left []byte // of a character that did not fit
}

func (f *fromUTF16) Read(b []byte) (int, error) {
	n := copy(b, f.left)
	f.left = f.left[n:]
	for n < len(b) {
		if n > 0 && f.in.Buffered() < 2 {
			return n, nil
		}
		c, err := f.unit()
		if err != nil {
			return n, err
		}
		if utf16.IsSurrogate(c) {
			second, err := f.unit()
			if err != nil {
				return n, err
			}
			c = utf16.DecodeRune(c, second)
		}
		f.left = utf8.AppendRune(f.left[:0], c)
		m := copy(b[n:], f.left)
		f.left = f.left[m:]
		n += m
	}
	return n, nil
}

func (f *fromUTF16) unit() (rune, error) {
	var b [2]byte
	if _, err := io.ReadFull(f.in, b[:]); err != nil {
		return 0, err
	}
	if f.big {
		return rune(be.Uint16(b[:])), nil
	}
	return rune(binary.LittleEndian.Uint16(b[:])), nil
}
