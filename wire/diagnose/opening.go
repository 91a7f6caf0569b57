package diagnose

import (
	"bytes"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// The first request of a client in protocols where the server has spoken before: it greets, or it has completed a handshake of TLS. What the
// server said until then is no answer.

// opening is what was said until the client's first request.
type opening struct {
	greeted bool   // the server began with the greeting of a protocol in which each command has an answer
	spoke   bool   // the client has sent data
	heard   uint32 // how far the server had come by then

	records int32  // of application data that the client sent in TLS
	bursts  int32  // times that these followed a pause
	early   bool   // the server had sent such records before: TLS 1.3, in which the first of the client's ends the handshake
	reached uint32 // how far the server had come when the client sent its first
	last    mark   // the latest of the client's
}

const (
	tlsApplicationData = 23
	// closeNotify is the size of a record of TLS 1.3 that has an alert: two bytes, the type and the tag (RFC 8446 section 5.2).
	closeNotify = 2 + 1 + 16
)

// ask takes in data of the client; heard is how far the server has come.
func (o *opening) ask(payload []byte, heard uint32, m mark) {
	if !o.spoke {
		o.spoke, o.heard = true, heard
	}
	for b := payload; len(b) >= tlsHeader && isTLS(b); {
		size := int(b[3])<<8 | int(b[4])
		if b[0] == tlsApplicationData && !(o.early && size == closeNotify) {
			o.record(heard, m)
		}
		b = b[min(len(b), tlsHeader+size):]
	}
}

// record takes in application data of the client.
func (o *opening) record(heard uint32, m mark) {
	if o.records == 0 {
		o.reached = heard
	}
	if !o.last.seen() || m.at-o.last.at > pauseForBurst {
		o.bursts++
	}
	o.records, o.last = o.records+1, m
}

// isGreeting recognizes how servers of SSH, SMTP, FTP, POP3, IMAP, VNC and MySQL begin.
func isGreeting(b []byte) bool {
	const mysqlProtocol = 10
	for _, words := range []string{"SSH-", "220 ", "220-", "+OK", "* OK", "RFB "} {
		if bytes.HasPrefix(b, []byte(words)) {
			return true
		}
	}
	return len(b) > 5 && b[2] == 0 && b[3] == 0 && b[4] == mysqlProtocol && int(b[0])|int(b[1])<<8 == len(b)-4
}

// greet takes in data of the server.
func (o *opening) greet(s *side, p *wire.Packet, payload []byte) {
	if !o.spoke && s.hasISN && p.TCP.Seq == s.base && isGreeting(payload) {
		o.greeted = true
	}
}

// hasOnlyGreeted reports whether the server greeted, and has said nothing since the client's first request.
func (c *conn) hasOnlyGreeted() bool {
	o, y := &c.content.opening, &c.side[server]
	return o.greeted && o.spoke && y.end() == o.heard
}

// hasOnlyShakenHands reports whether the handshake of TLS was completed, and the server has said nothing since the client's first request. Where
// the capture lacks a part of the server's records, that is not known.
func (c *conn) hasOnlyShakenHands() bool {
	o, y := &c.content.opening, &c.side[server]
	first := int32(1)
	if o.early {
		first = 2 // after the end of the handshake
	}
	return c.content.hello && c.content.state == contentRecord && y.sent() > 0 && o.records >= first && o.bursts < fewestBursts && y.end() == o.reached
}

// hasNotBegun reports whether the server has not answered the client's first request, although it has spoken before.
func (c *conn) hasNotBegun() bool { return c.hasOnlyGreeted() || c.hasOnlyShakenHands() }

// asked is when the client sent the latest of what may call for an answer. That it closes (an alert of TLS) does not.
func (c *conn) asked() mark {
	if c.hasOnlyShakenHands() {
		return c.content.opening.last
	}
	return c.side[client].lastData
}

// leftAlone tells of last data of the client that got no answer, where it is not known whether it calls for one.
func (e *explainer) leftAlone() {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	if y.sent() == 0 || !y.lastData.isBefore(x.lastData) || c.serverFirst() || !x.fin.seen() || !x.allAcked() || x.fin.at-x.lastData.at < shortestPatience {
		return
	}
	e.note(lang.Text{English: "the server sent nothing in the %s between the last data of the client and its FIN: if that data was a request, its answer is missing (the capture does not tell, because the protocol is not known)",
		Korean: "클라이언트의 마지막 데이터와 FIN 사이 %s 동안 서버는 아무것도 보내지 않았다: 그 데이터가 요청이었다면 응답이 빠졌다(프로토콜을 알 수 없어 캡처만으로는 알 수 없다)"},
		span(x.fin.at-x.lastData.at))
}
