package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// translatedError is an ICMP error that quotes a SYN, or data that was sent again, with other addresses: those behind address translation.
type translatedError struct {
	icmpError
	quoted [2]endpoint // who sent what is quoted, and to whom
	data   bool
}

// resent are the latest connections in which data was sent again.
type resent struct {
	list [64]*conn
	n    int
}

func (r *resent) add(c *conn) {
	if r.list[(r.n+len(r.list)-1)%len(r.list)] != c {
		r.list[r.n%len(r.list)] = c
		r.n++
	}
}

// by returns the connection in which the data with this number was sent again a moment ago, and the side that sent it; nil where there is none.
func (r *resent) by(seq uint32, at int64) (c *conn, dir int) {
	for _, c := range r.list {
		if c == nil || c.gone {
			continue
		}
		for dir := range c.side {
			if u := &c.side[dir].stuck; u.count > 0 && u.seq == seq && at-u.last.at < nearby {
				return c, dir
			}
		}
	}
	return nil, client
}

// translated takes in an ICMP error that quotes a segment of ports and addresses of which the capture holds nothing. The number and the ports tell whose
// it is; that is not enough for a verdict.
func (e *Diagnoser) translated(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	if !q.HasSeq || isNotice(&p.ICMP) {
		return
	}
	quoted := [2]endpoint{endpointOf(q.Src.Addr(), q.Src.Port()), endpointOf(q.Dst.Addr(), q.Dst.Port())}
	c, dir, data := e.recent.attempt(q.Seq), client, false
	if c == nil || c.clientAcked || m.at-c.syns.last.at > nearby {
		c, dir = e.resent.by(q.Seq, m.at)
		data = true
	}
	if c == nil || c.owner != nil || quoted[1] != c.flow[c.clientAt^dir^1] && !c.hasPorts(&quoted, dir) {
		return
	}
	c.relation().complaint = translatedError{icmpError{m, hostOf(p.Src), p.ICMP.V6, p.ICMP.Type, p.ICMP.Code, p.ICMP.MTU, int8(dir)}, quoted, data}
}

// hasPorts reports whether both ports of a quoted packet are those of the attempt, where the side dir sent it.
func (c *conn) hasPorts(quoted *[2]endpoint, dir int) bool {
	return quoted[0].port == c.flow[c.clientAt^dir].port && quoted[1].port == c.flow[c.clientAt^dir^1].port
}

// behindNAT tells of such an error, and of what was compared.
func (e *explainer) behindNAT() {
	r := e.c.related
	if r == nil || !r.complaint.seen() {
		return
	}
	t := &r.complaint
	what, alike := lang.Text{English: "a SYN", Korean: "SYN"}, lang.Text{English: "the same sequence number, server and port", Korean: "시퀀스 번호와 서버, 포트가 같다"}
	if t.data {
		what = lang.Text{English: "data", Korean: "데이터"}
	}
	switch {
	case e.c.hasPorts(&t.quoted, int(t.about)):
		alike = lang.Text{English: "the same sequence number and ports", Korean: "시퀀스 번호와 두 포트가 같다"}
	case t.about == server:
		alike = lang.Text{English: "the same sequence number, client and port", Korean: "시퀀스 번호와 클라이언트, 포트가 같다"}
	}
	e.frame(t.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, t.name(), t.sender())
	e.note(lang.Text{English: "ICMP %s (%s) from %s quotes %s from %s to %s, with %s as this one: it is probably this attempt behind address translation (NAT)",
		Korean: "%[3]s에서 온 ICMP %[1]s (%[2]s)가 인용한 %[4]s(%[5]s -> %[6]s)은 이것과 %[7]s: 아마 주소 변환(NAT) 뒤의 이 시도일 것이다"},
		t.name(), t.number(), t.sender(), what, t.quoted[0].addrPort(), t.quoted[1].addrPort(), alike)
}
