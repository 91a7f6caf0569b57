package diagnose

import (
	"bytes"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// interim is the interim responses of HTTP that came for a request (RFC 9110 section 15.2): they say that an answer will come, and are none.
type interim struct {
	mark       // the latest
	code int16 // its status
}

// continues is the status by which a server asks for the body of a request.
const continues = 100

// interimIn returns the status of the interim response that a segment of the server consists of; 0 where it has anything else.
// 101 is an answer: another protocol begins.
func interimIn(p *wire.Packet, b []byte) (code int16) {
	if len(b) != p.TCP.Payload {
		return 0
	}
	for len(b) > 0 {
		const status = len("HTTP/1.1 ")
		if !bytes.HasPrefix(b, []byte("HTTP/1.")) {
			return 0
		}
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < status+3 || b[status] != '1' || string(b[status:status+3]) == "101" {
			return 0
		}
		if !isDigit(b[status+1]) || !isDigit(b[status+2]) {
			return 0
		}
		code = 100 + 10*int16(b[status+1]-'0') + int16(b[status+2]-'0')
		b = b[end+4:]
	}
	return code
}

// answer notes data of the server: an answer to the request, or an interim response.
func (t *content) answer(p *wire.Packet, payload []byte, m mark) {
	if t.asked {
		if code := interimIn(p, payload); code != 0 {
			if p.TCP.Seq == t.heard {
				t.heard, t.interim = p.TCP.Seq+uint32(p.TCP.Payload), interim{m, code}
			}
			return
		}
	}
	t.asked, t.interim = false, interim{}
	t.final = true
}

// hasOnlyInterim reports whether all that the server has said is interim responses, and more is due: after "100 Continue", the client has sent
// the body that it asks for.
func (c *conn) hasOnlyInterim() bool {
	return c.content.interim.seen() && !c.content.final && c.owesLatest()
}

// isOwedBody reports whether the server has asked for the body of the request, and the client has sent nothing since.
func (c *conn) isOwedBody() bool {
	i := &c.content.interim
	return i.seen() && i.code == continues && !i.isBefore(c.side[client].lastData)
}

// promised tells of the interim response after which the answer did not come.
func (e *explainer) promised() lang.Message {
	i := &e.c.content.interim
	if !i.seen() {
		return lang.Tell(lang.Text{English: "no data came back", Korean: "데이터가 돌아오지 않았다"})
	}
	e.frame(i.mark, lang.Text{English: "interim response of HTTP (%d)", Korean: "HTTP 중간 응답(%d)"}, i.code)
	return lang.Tell(lang.Text{English: "nothing but an interim response of HTTP (%d) came back", Korean: "HTTP 중간 응답(%d)만 돌아왔다"}, i.code)
}
