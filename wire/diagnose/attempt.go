package diagnose

import (
	"net/netip"
	"time"
)

// Subject is what an attempt is made by; the names are stable.
type Subject string

// The protocols. Those of neighbours that do not answer are ARP and Neighbour Discovery.
const (
	TCP  Subject = "tcp"
	ICMP Subject = "icmp"
	ARP  Subject = "arp"
	ND   Subject = "nd"
	DNS  Subject = "dns"
)

// subject is what a verdict is about: a connection, an echo exchange, a lookup, a neighbour that did not answer.
type subject interface {
	protocol() Subject
	addr(dir int) netip.AddrPort
	begun() mark // the first packet
	counted() int64
	frames() Frames
	displayFilter() string
	judge(*view) (verdict, ending Verdict, inconclusive bool)
	explain(*Judged) explanation
	see(*Seen)
}

// Judged is what an [Diagnoser] hands out: one attempt at a connection, one echo exchange or one lookup, with its verdict. What is to
// be said of it, and to be kept, is its [Judged.Diagnosis].
type Judged struct {
	Verdict Verdict
	// Ending is how a connection whose SYN is not in the capture ended.
	Ending Verdict
	// Inconclusive says that the capture ends too early for the verdict to be more than what was seen so far.
	Inconclusive bool

	subject subject
	view    *view
}

// Failed reports whether something went wrong.
func (a *Judged) Failed() bool {
	return a.Verdict.Failed() || a.Verdict == Midstream && a.Ending.Failed()
}

// Protocol is what the attempt was made by.
func (a *Judged) Protocol() Subject { return a.subject.protocol() }

// Client is who wanted the connection, or asked for an echo. Of a neighbour that did not answer it is who asked for it.
// The port is 0 where the protocol has none.
func (a *Judged) Client() netip.AddrPort { return a.subject.addr(client) }

// Server is whom the connection was to, or who was asked; of a neighbour that did not answer, its address. The port is
// 0 where the protocol has none.
func (a *Judged) Server() netip.AddrPort { return a.subject.addr(server) }

// First is the time of the first packet.
func (a *Judged) First() time.Time { return fromNanoseconds(a.subject.begun().at) }

func fromNanoseconds(at int64) time.Time { return time.Unix(0, at).UTC() }

// Packets counts the packets of the attempt: copies that the capture holds twice, and ICMP errors about it, included.
func (a *Judged) Packets() int64 { return a.subject.counted() }

// Frames are the first and the last frame of the attempt.
func (a *Judged) Frames() Frames { return a.subject.frames() }

// Echo is what an echo exchange came to. Each request is counted in one of the others.
type Echo struct {
	ID       uint16
	Requests int64
	Answered int64
	// Rejected were answered by an ICMP error.
	Rejected int64
	Lost     int64
	// Pending are those that were without an answer when the capture ended, and may have got one since.
	Pending int64
}

// Echo returns the counts of an echo exchange; it reports false where the attempt is another.
func (a *Judged) Echo() (Echo, bool) {
	x, ok := a.subject.(*echo)
	if !ok {
		return Echo{}, false
	}
	return x.outcome(), true
}

// Lossy reports whether an echo exchange that did not fail has requests without a reply. Of a traced path that is no news.
func (a *Judged) Lossy() bool {
	x, ok := a.subject.(*echo)
	return ok && a.Verdict == OK && !x.isTraced() && x.lost.count+x.rejected > 0
}

func (c *conn) protocol() Subject { return TCP }
func (c *conn) begun() mark       { return c.first }
func (c *conn) counted() int64    { return c.packets }

func (x *echo) protocol() Subject { return ICMP }
func (x *echo) begun() mark       { return x.first }
func (x *echo) counted() int64    { return x.packets }
func (x *echo) addr(dir int) netip.AddrPort {
	return netip.AddrPortFrom(x.key.addr(dir), 0)
}

func (n *neighbour) begun() mark    { return n.requests.marks[0] }
func (n *neighbour) counted() int64 { return n.requests.count }

func (n *neighbour) protocol() Subject {
	if n.v6 {
		return ND
	}
	return ARP
}

func (n *neighbour) addr(dir int) netip.AddrPort {
	if dir == client {
		return netip.AddrPortFrom(n.asker, 0)
	}
	return netip.AddrPortFrom(n.target, 0)
}

func (n *neighbour) judge(*view) (verdict, ending Verdict, inconclusive bool) {
	return NoNeighbour, "", false
}
