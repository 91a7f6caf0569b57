package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// translatedError is an ICMP error that quotes the SYN of an attempt with other addresses: those behind address translation.
type translatedError struct {
	icmpError
	quoted [2]endpoint // the client, the server
}

// translated takes in an ICMP error that quotes a SYN of ports and addresses of which the capture holds nothing. The number and the ports tell whose
// it is; that is not enough for a verdict.
func (e *Diagnoser) translated(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	if !q.HasSeq || isNotice(&p.ICMP) {
		return
	}
	c := e.recent.attempt(q.Seq)
	if c == nil || c.owner != nil || c.clientAcked || m.at-c.syns.last.at > nearby {
		return
	}
	quoted := [2]endpoint{endpointOf(q.Src.Addr(), q.Src.Port()), endpointOf(q.Dst.Addr(), q.Dst.Port())}
	if quoted[server] != c.flow[1-c.clientAt] && !c.hasPorts(&quoted) {
		return
	}
	c.relation().complaint = translatedError{icmpError{m, hostOf(p.Src), p.ICMP.V6, p.ICMP.Type, p.ICMP.Code, p.ICMP.MTU, client}, quoted}
}

// hasPorts reports whether both ports of a quoted packet are those of the attempt.
func (c *conn) hasPorts(quoted *[2]endpoint) bool {
	return quoted[client].port == c.flow[c.clientAt].port && quoted[server].port == c.flow[1-c.clientAt].port
}

// behindNAT tells of such an error, and of what was compared.
func (e *explainer) behindNAT() {
	r := e.c.related
	if r == nil || !r.complaint.seen() {
		return
	}
	t := &r.complaint
	alike := lang.Text{English: "the same sequence number, server and port", Korean: "시퀀스 번호와 서버, 포트가 같다"}
	if e.c.hasPorts(&t.quoted) {
		alike = lang.Text{English: "the same sequence number and ports", Korean: "시퀀스 번호와 두 포트가 같다"}
	}
	e.frame(t.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, t.name(), t.sender())
	e.note(lang.Text{English: "ICMP %s (%s) from %s quotes a SYN from %s to %s, with %s as this one: it is probably this attempt behind address translation (NAT)",
		Korean: "%[3]s에서 온 ICMP %[1]s (%[2]s)가 인용한 SYN(%[4]s -> %[5]s)은 이것과 %[6]s: 아마 주소 변환(NAT) 뒤의 이 시도일 것이다"},
		t.name(), t.number(), t.sender(), t.quoted[client].addrPort(), t.quoted[server].addrPort(), alike)
}
