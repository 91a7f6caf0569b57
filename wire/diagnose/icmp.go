package diagnose

import (
	"net/netip"
	"strings"

	"github.com/tcplab/tcplab/wire"
)

// The types that quote a packet without rejecting it: source quench and redirect.
const (
	icmpSourceQuench = 4
	icmpRedirect     = 5
)

func isNotice(m *wire.ICMP) bool {
	return !m.V6 && (m.Type == icmpSourceQuench || m.Type == icmpRedirect)
}

// IANA's numbers.
const (
	protocolTCP = 6
	protocolUDP = 17
)

// icmp takes in an ICMP message: of an echo exchange, or an error that quotes a segment of a connection.
func (e *Diagnoser) icmp(p *wire.Packet, m mark) {
	q := &p.ICMP.Quote
	switch {
	case p.ICMP.IsEcho():
		e.echo(p, m)
		return
	case q.HasEcho:
		e.echoError(p, m)
		return
	case q.Protocol == protocolUDP:
		e.lookupError(p, m)
		return
	case !p.ICMP.HasQuote || q.Protocol != protocolTCP || q.Src.Port() == 0:
		return
	}
	f, from := flowOf(endpointOf(q.Src.Addr(), q.Src.Port()), endpointOf(q.Dst.Addr(), q.Dst.Port()))
	c := e.table.quoted(f, from, q)
	if c == nil {
		e.translated(p, m) // or nothing is known of the connection but that somebody complained of it
		return
	}
	c.note(m)
	c.complain(c.direction(from), p, m)
}

// quoted returns the connection of which an ICMP error quotes a segment ([wire.Quoted]).
func (t *table) quoted(f flow, from int, q *wire.Quote) *conn {
	head := t.flows.latest(f.hash(), &f)
	return head.back(wire.Quoted(q, t.courses(head, from)))
}

// isUnreachable reports whether the error says that the packet cannot be delivered.
func (i *icmpError) isUnreachable() bool {
	return i.seen() && (strings.HasPrefix(i.name(), "unreachable") || strings.HasPrefix(i.name(), "time-exceeded"))
}

// complainer is the sender of the ICMP error that the advice is about.
func (c *conn) complainer() netip.Addr {
	if c.rejection.seen() {
		return c.rejection.sender()
	}
	return c.other.sender()
}

// complain files an ICMP error about a segment that the side dir sent.
func (c *conn) complain(dir int, p *wire.Packet, m mark) {
	report := icmpError{m, hostOf(p.Src), p.ICMP.V6, p.ICMP.Type, p.ICMP.Code, p.ICMP.MTU, int8(dir)}
	switch name := p.ICMP.Name(); {
	case name == "too-big":
		c.tooBig = report
	case isNotice(&p.ICMP):
	case dir == client && c.hasSYN && c.synacks.count == 0 && !c.clientAcked:
		if !c.rejection.seen() {
			c.rejection = report
		}
	default:
		c.other = report
	}
}
