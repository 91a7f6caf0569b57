package diagnose

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/tcplab/tcplab/lang"
)

// A connection may be in order, and what came over it a refusal: a TLS alert, a proxy's status, a server's greeting that says
// no. It does not change the verdict, because the network did what it could.

// words are what one side of a connection said that explains how it went on.
type words struct {
	mark
	text  lang.Message
	from  int  // the side that said it
	alert bool // of TLS, a fatal one
}

// speech is what was said; most connections have none.
type speech struct {
	target string // of the latest CONNECT, or of a request to a proxy
	list   []words
}

// mostWords is how much of it is remembered of a connection.
const mostWords = 3

// longestWords bounds a quotation, in bytes.
const longestWords = 100

// listen looks at the beginning of a segment's data, as far as it was captured. Only the number tells which data of the server is its
// first: the capture may lack what came before, or hold it later.
func (c *conn) listen(dir int, seq uint32, payload []byte, m mark) {
	if len(payload) < 4 || c.speech != nil && len(c.speech.list) >= mostWords {
		return
	}
	first := c.side[dir].hasISN && seq == c.side[dir].base
	var text lang.Message
	switch {
	case isAlert(payload):
		text = c.alert(dir, first, payload)
	case dir == client:
		c.listenToClient(first, payload)
	default:
		text = c.answerOf(first, payload)
	}
	if !text.IsEmpty() {
		c.speak().list = append(c.speech.list, words{m, text, dir, isAlert(payload) && payload[tlsHeader] == tlsFatal})
	}
}

func (c *conn) speak() *speech {
	if c.speech == nil {
		c.speech = new(speech)
	}
	return c.speech
}

// listenToClient notes which protocol the client begins with, and what it wants of a proxy.
func (c *conn) listenToClient(first bool, b []byte) {
	t := &c.content
	if first {
		t.opened, t.hello = true, isHello(b)
	}
	method, _, ok := bytes.Cut(b[:min(len(b), len("OPTIONS "))], []byte(" "))
	if !ok {
		return
	}
	target, _, _ := bytes.Cut(b[len(method)+1:min(len(b), longestWords)], []byte(" "))
	switch {
	case string(method) == "CONNECT":
		c.speak().target = "CONNECT " + printable(target)
	case bytes.HasPrefix(target, []byte("http://")) && t.asked:
		c.speak().target = printable(method) + " " + printable(target)
	case c.speech != nil && t.asked:
		c.speech.target = ""
	}
}

// answerOf returns what there is to say of the server's data, if anything; first says that it is the server's first.
func (c *conn) answerOf(first bool, b []byte) lang.Message {
	switch {
	case bytes.HasPrefix(b, []byte("HTTP/1.")):
		return c.status(b, first)
	case first && c.content.hello && !isTLS(b):
		return lang.Tell(lang.Text{English: "the server answered the TLS ClientHello by %q: what listens there does not speak TLS",
			Korean: "서버가 TLS ClientHello에 %q 응답했다: 그곳에서 듣는 프로그램은 TLS로 말하지 않는다"}, string(line(b)))
	case b[0] == 'E' && bytes.Contains(b[:min(len(b), 16)], []byte("SFATAL\x00")):
		return lang.Tell(lang.Text{English: "the server answered by an error of PostgreSQL: %q", Korean: "서버가 PostgreSQL 오류로 응답했다: %q"}, postgres(b))
	case first:
		return greeting(b)
	}
	return lang.Message{}
}

// status tells of an answer of HTTP/1 that is a refusal by what is in between, or by what speaks another protocol.
func (c *conn) status(b []byte, first bool) lang.Message {
	if len(b) < len("HTTP/1.1 200") {
		return lang.Message{}
	}
	code := string(b[len("HTTP/1.1 "):][:3])
	if code < "400" && !c.content.hello {
		return lang.Message{} // nearly always, and nothing is made of it
	}
	status := printable(line(b[len("HTTP/1.1 "):]))
	proxied := c.speech != nil && c.speech.target != ""
	switch {
	case first && c.content.hello:
		return lang.Tell(lang.Text{English: "the server answered the TLS ClientHello in plain HTTP (%s): what listens there does not speak TLS",
			Korean: "서버가 TLS ClientHello에 평문 HTTP로 응답했다(%s): 그곳에서 듣는 프로그램은 TLS로 말하지 않는다"}, status)
	case proxied && code >= "400":
		return lang.Tell(lang.Text{English: "a proxy answered %s by %s", Korean: "프록시가 응답했다: %s 요청에 %s"}, c.speech.target, status)
	case code == "407":
		return lang.Tell(lang.Text{English: "a proxy answered by %s", Korean: "프록시가 응답했다: %s"}, status)
	case code == "400" && bytes.Contains(b, []byte("plain HTTP request was sent to HTTPS port")):
		return lang.Tell(lang.Text{English: "the server answered by %s: the request was plain HTTP, and the port speaks TLS",
			Korean: "서버가 응답했다, %s: 요청은 평문 HTTP인데 포트는 TLS로 말한다"}, status)
	case code == "502" || code == "503" || code == "504":
		return lang.Tell(lang.Text{English: "the server answered by %s: mostly a proxy or load balancer says so of what is behind it",
			Korean: "서버가 응답했다, %s: 대개 프록시나 로드 밸런서가 뒤에 있는 것에 대해 그렇게 말한다"}, status)
	}
	return lang.Message{}
}

// greeting tells of a server that begins with a refusal.
func greeting(b []byte) lang.Message {
	const mysqlError = 0xff
	switch {
	case b[0] == '-' && (bytes.HasPrefix(b, []byte("-ERR")) || bytes.HasPrefix(b, []byte("-NOAUTH")) || bytes.HasPrefix(b, []byte("-DENIED"))),
		bytes.HasPrefix(b, []byte("FATAL")), isNegative(b),
		bytes.HasPrefix(b, []byte("Exceeded MaxStartups")), bytes.HasPrefix(b, []byte("Not allowed at this time")):
		return lang.Tell(lang.Text{English: "the server began with %q", Korean: "서버가 꺼낸 첫마디: %q"}, printable(line(b)))
	case len(b) > 7 && b[2] == 0 && b[3] == 0 && b[4] == mysqlError && int(b[0])|int(b[1])<<8 == len(b)-4:
		return lang.Tell(lang.Text{English: "the server began with error %d of MySQL: %q",
			Korean: "서버의 첫마디가 MySQL 오류 %d이다: %q"}, binary.LittleEndian.Uint16(b[5:]), printable(b[7:]))
	}
	return lang.Message{}
}

// isNegative recognizes a reply of SMTP or FTP that is a refusal (RFC 5321 section 4.2.1): a number from 400 on.
func isNegative(b []byte) bool {
	return (b[0] == '4' || b[0] == '5') && isDigit(b[1]) && isDigit(b[2]) && (b[3] == ' ' || b[3] == '-')
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// postgres returns the message of an ErrorResponse: after type and length, fields that a zero byte ends.
func postgres(b []byte) string {
	for field := range bytes.SplitSeq(b[5:], []byte{0}) {
		if len(field) > 1 && field[0] == 'M' {
			return "FATAL: " + printable(field[1:])
		}
	}
	return "FATAL"
}

// The types of TLS records, RFC 8446 section 5.1.
const (
	tlsAlert       = 21
	tlsHandshake   = 22
	tlsMajor       = 3
	tlsClientHello = 1
	tlsFatal       = 2 // the level of an alert, RFC 5246 section 7.2
)

func isTLS(b []byte) bool {
	return len(b) > 1 && b[0] >= tlsAlert-1 && b[0] <= tlsAlert+3 && b[1] == tlsMajor
}

func isHello(b []byte) bool {
	return isTLS(b) && b[0] == tlsHandshake && len(b) > tlsHeader && b[tlsHeader] == tlsClientHello
}

// isAlert recognizes an alert that is not encrypted: it has two bytes. That the sender closes is none.
func isAlert(b []byte) bool {
	return len(b) >= tlsHeader+2 && b[0] == tlsAlert && b[1] == tlsMajor && b[3] == 0 && b[4] == 2 && b[tlsHeader+1] != 0
}

// alerts are the names of RFC 8446 section 6 and of the versions before.
var alerts = map[byte]string{
	10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow", 30: "decompression_failure",
	40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked",
	45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied",
	50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version", 71: "insufficient_security",
	80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
	110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}

func (c *conn) alert(dir int, first bool, b []byte) lang.Message {
	number := b[tlsHeader+1]
	name := lang.Same(alerts[number])
	if name.English == "" {
		name = lang.Text{English: "of an unknown kind", Korean: "알 수 없는 종류"}
	}
	switch {
	case dir == client && b[tlsHeader] != tlsFatal:
		return lang.Tell(lang.Text{English: "the client sent the TLS alert %s (%d), a warning", Korean: "클라이언트가 TLS 경고를 보냈다, %s (%d), 치명적이지 않은 것이다"}, name, number)
	case dir == client:
		return lang.Tell(lang.Text{English: "the client sent the TLS alert %s (%d): it does not accept what the server said",
			Korean: "클라이언트가 TLS 경고를 보냈다, %s (%d): 서버가 한 말을 받아들이지 않는다"}, name, number)
	case first && c.content.hello:
		return lang.Tell(lang.Text{English: "the server answered the ClientHello by the TLS alert %s (%d)",
			Korean: "서버가 ClientHello에 TLS 경고로 응답했다, %s (%d)"}, name, number)
	case first && c.content.opened:
		return lang.Tell(lang.Text{English: "the server speaks TLS, and the client did not begin with a ClientHello: TLS alert %s (%d)",
			Korean: "서버는 TLS로 말하는데 클라이언트가 ClientHello로 시작하지 않았다: TLS 경고 %s (%d)"}, name, number)
	}
	return lang.Tell(lang.Text{English: "the server sent the TLS alert %s (%d)", Korean: "서버가 TLS 경고를 보냈다, %s (%d)"}, name, number)
}

// line returns the first line of a text.
func line(b []byte) []byte {
	b = b[:min(len(b), longestWords)]
	if end := bytes.IndexAny(b, "\r\n"); end >= 0 {
		b = b[:end]
	}
	return b
}

// printable makes a text of bytes that came over the network: what could be harmful to a terminal is replaced.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, string(b[:min(len(b), longestWords)]))
}

// spoken adds what was said over the connection.
func (e *explainer) spoken() {
	if e.c.speech == nil {
		return
	}
	for _, w := range e.c.speech.list {
		e.frame(w.mark, lang.Text{English: "what was said", Korean: "한 말"})
		e.notes = append(e.notes, w.text)
	}
}
