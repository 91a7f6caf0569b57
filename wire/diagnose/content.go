package diagnose

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/tcplab/tcplab/wire"
)

// content follows the framing of the server's answers, where they tell their own length (HTTP/1, TLS records), so
// that an answer that was cut off can be told from one that was not. What it cannot follow it leaves alone.
type content struct {
	state   contentState
	began   bool
	asked   bool    // the latest request has no answer yet
	request mark    // the first of those without an answer
	begun   uint32  // with which number that begins
	heard   uint32  // how far the server had come by then
	bare    bool    // the request asks for headers alone
	interim interim // what came in place of that
	final   bool    // the server has sent anything else than interim responses
	opening opening
	opened  bool // the client has sent data
	hello   bool // which began with a TLS ClientHello
	chunk   chunkLine
	next    uint32
	left    int64 // bytes to come of the body, chunk or record
	header  [tlsHeader]byte
	have    int // bytes of header
}

type contentState uint8

const (
	contentStart contentState = iota // before the first byte of an answer
	contentBody
	contentChunkSize // before or within the line that tells the size of a chunk
	contentChunk
	contentTrailers // after the last chunk
	contentRecord
	contentUnknown
)

const tlsHeader = 5

// add takes in a segment and its payload, as much as was captured.
func (t *content) add(c *conn, dir int, p *wire.Packet, payload []byte, m mark) {
	switch {
	case dir == client:
		if p.TCP.Payload > 0 {
			t.opening.ask(payload, c.side[server].end(), m)
		}
		t.ask(p.TCP.Seq, payload, c.side[server].end(), m)
		return
	case p.TCP.Payload > 0:
		t.answer(p, payload, m)
		t.opening.greet(&c.side[server], p, payload)
	}
	switch {
	case t.state == contentUnknown:
		return
	case !t.began && c.side[server].hasISN:
		t.began, t.next = true, c.side[server].isn+1
	case !t.began:
		t.state = contentUnknown
		return
	}
	if p.TCP.Payload > 0 {
		t.receive(p.TCP.Seq, p.TCP.Payload, payload)
	}
	if p.TCP.Flags.Has(wire.FIN) && p.TCP.Seq+uint32(p.TCP.Payload) == t.next && t.incomplete() && !c.side[client].fin.seen() {
		c.contentCut = m
	}
}

// ask notes a request of HTTP/1. Of other protocols it cannot be known whether what the client sends calls for an
// answer: it may be the answer itself.
func (t *content) ask(seq uint32, payload []byte, heard uint32, m mark) {
	method, _, ok := bytes.Cut(payload[:min(len(payload), len("CONNECT "))], []byte(" "))
	if !ok {
		return
	}
	if !slices.Contains(methods, string(method)) {
		return
	}
	if !t.asked {
		t.interim = interim{}
		t.request, t.begun = m, seq
	}
	t.asked, t.bare, t.heard = true, string(method) == "HEAD" || string(method) == "CONNECT", heard
}

// incomplete reports whether the answer's own framing says that more must come.
func (t *content) incomplete() bool {
	switch t.state {
	case contentBody:
		return t.left > 0
	case contentChunkSize, contentChunk, contentTrailers:
		return true
	case contentRecord:
		return t.left > 0 || t.have > 0
	}
	return false
}

// receive takes in data in order; size is that on the wire.
func (t *content) receive(seq uint32, size int, payload []byte) {
	switch end := seq + uint32(size); {
	case !before(t.next, end):
		return // sent again
	case seq != t.next:
		t.state = contentUnknown
		return
	default:
		t.next = end
	}
	if len(payload) > size {
		payload = payload[:size]
	}
	missing := int64(size - len(payload))
	for len(payload) > 0 && t.state != contentUnknown {
		payload = t.consume(payload, missing > 0)
	}
	t.skip(missing)
}

// skip moves past bytes that were not captured.
func (t *content) skip(n int64) {
	switch {
	case n == 0:
	case (t.state == contentBody || t.state == contentChunk || t.state == contentRecord) && t.left >= n:
		t.left -= n
		t.rest()
	default:
		t.state = contentUnknown
	}
}

// rest begins anew where a body, chunk or record has come to its end.
func (t *content) rest() {
	switch {
	case t.left > 0:
	case t.state == contentBody:
		t.state = contentStart
	case t.state == contentChunk:
		t.state, t.chunk = contentChunkSize, chunkLine{}
	}
}

// consume takes in the next bytes and returns what is left of them.
func (t *content) consume(b []byte, cut bool) []byte {
	switch t.state {
	case contentStart:
		return t.start(b, cut)
	case contentChunkSize:
		return t.chunkSize(b)
	case contentTrailers:
		return t.trailers(b)
	case contentRecord:
		if t.left == 0 {
			return t.record(b)
		}
	}
	n := min(t.left, int64(len(b)))
	t.left -= n
	t.rest()
	return b[n:]
}

// start recognizes what an answer is made of.
func (t *content) start(b []byte, cut bool) []byte {
	switch {
	case len(b) >= 2 && (b[0] == tlsHandshake || b[0] == tlsAlert) && b[1] == tlsMajor:
		t.state = contentRecord
		return b
	case bytes.HasPrefix(b, []byte("HTTP/1.")):
		return t.http(b, cut)
	}
	t.state = contentUnknown
	return nil
}

// record reads the header of a TLS record (RFC 8446 section 5.1), which may come in pieces.
func (t *content) record(b []byte) []byte {
	n := copy(t.header[t.have:], b)
	t.have += n
	if t.have < tlsHeader {
		return nil
	}
	t.have = 0
	t.opening.early = t.opening.early || t.opening.records == 0 && t.header[0] == tlsApplicationData
	t.left = int64(t.header[3])<<8 | int64(t.header[4])
	if t.header[0] < 20 || t.header[0] > 24 || t.header[1] != 3 {
		t.state = contentUnknown
	}
	return b[n:]
}

// http reads the head of an answer (RFC 9112), which must be in one segment.
func (t *content) http(b []byte, cut bool) []byte {
	t.state = contentUnknown
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || len(b) < len("HTTP/1.1 200") {
		return nil
	}
	head, body := b[:end+2], b[end+4:]
	status := string(b[len("HTTP/1.1 "):][:3])
	if t.bare || status[0] == '1' || status == "204" || status == "304" {
		t.state = contentStart
		return body
	}
	if length, ok := headerValue(head, "content-length"); ok {
		n, err := strconv.ParseInt(length, 10, 64)
		if err != nil || n < 0 {
			return nil
		}
		t.state, t.left = contentBody, n
		t.rest()
		return body
	}
	if coding, _ := headerValue(head, "transfer-encoding"); coding == "chunked" {
		t.state, t.chunk = contentChunkSize, chunkLine{}
		return body
	}
	return nil
}

// headerValue returns the value of a header field; head ends with the end of a line.
func headerValue(head []byte, name string) (string, bool) {
	for line := range bytes.Lines(head) {
		field, value, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.EqualFold(field, []byte(name)) {
			return string(bytes.ToLower(bytes.TrimSpace(value))), true
		}
	}
	return "", false
}
