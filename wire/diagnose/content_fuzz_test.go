package diagnose

import (
	"bytes"
	"testing"
)

// FuzzContent gives the bytes behind the head of an answer to its reader, at once and in pieces: how they came must not matter to what they
// say of the answer's length.
func FuzzContent(f *testing.F) {
	const chunked, plain, records = 0, 1, 2
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), byte(chunked), byte(1))
	f.Add([]byte("a;name=value\n0123456789\n0\nTrailer: yes\n\n"), byte(chunked), byte(3))
	f.Add([]byte("12345678901234567890"), byte(plain), byte(7))
	f.Add([]byte("\x16\x03\x03\x00\x04abcd\x17\x03\x03\x00\x02ab"), byte(records), byte(2))
	f.Fuzz(func(t *testing.T, data []byte, kind, piece byte) {
		heads := []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "\x16\x03\x03\x00\x01a"}
		head := heads[int(kind)%len(heads)]
		whole, pieces := content{}, content{}
		whole.receive(0, len(head), []byte(head))
		pieces.receive(0, len(head), []byte(head))
		if next := bytes.Index(data, []byte("HTTP/1.")); next >= 0 {
			data = data[:next] // the head of an answer is read in one segment only
		}
		whole.receive(uint32(len(head)), len(data), data)
		size := int(piece) + 1
		for at := 0; at < len(data); at += size {
			part := data[at:min(at+size, len(data))]
			pieces.receive(uint32(len(head)+at), len(part), part)
		}
		if whole.left < 0 || pieces.left < 0 {
			t.Fatalf("%d and %d bytes left", whole.left, pieces.left)
		}
		known := whole.state != contentUnknown && whole.state != contentStart && pieces.state != contentUnknown && pieces.state != contentStart
		if known && whole.incomplete() != pieces.incomplete() {
			t.Fatalf("at once: %+v; in pieces: %+v", whole, pieces)
		}
	})
}
