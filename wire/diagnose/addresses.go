package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// A client that knows several addresses of a name tries the next one when the first is silent for a moment (Happy Eyeballs, RFC 8305),
// or when the first refuses. Its user sees what became of the last one, and the capture an attempt that nobody waits for any longer.

// caller is a machine that asks for a port, whatever its address is. The port is that of the servers.
type caller endpoint

// What a caller that is not known by its address has in place of the first half: no address begins so (see [host]).
const (
	byHardware = 0xfffe << 48
	byLoopback = 0xfffd << 48
)

// callerOf tells which machine has sent a SYN. By its hardware address it is known with several addresses, of both versions of IP; of what
// a router has forwarded, that is the router's.
func callerOf(p *wire.Packet) caller {
	e := endpointOf(p.Src, p.DstPort)
	switch {
	case p.Src.IsLoopback():
		e.host = host{byLoopback, 0}
	case p.SrcMAC != [6]byte{} && !Forwarded(p.TTL):
		e.host = host{byHardware, 0}
		for _, b := range p.SrcMAC {
			e.low = e.low<<8 | uint64(b)
		}
	}
	return caller(e)
}

// mostTries is how many of the latest attempts of a caller are remembered, until one of them is answered.
const mostTries = 4

// tries are the latest attempts of a caller at a port of any server.
type tries struct {
	list [mostTries]try
	n    int
}

type try struct {
	c     *conn
	began mark // tells it from another attempt, for which c is used again
}

func (t *try) isOpen() bool {
	return t.c != nil && !t.c.gone && t.c.syns.marks[0] == t.began && t.c.synacks.count == 0
}

// nextTry is what a client turned to when an address did not serve it.
type nextTry struct {
	mark                 // its first SYN
	answered mark        // the SYN-ACK
	flow     [2]endpoint // from the client
}

// How long after the other, in ns, an attempt at another address begins that is made in its stead. RFC 8305 wants 100 ms at the least, 250
// ms mostly and 2 s at the most; two that begin at the same time are of a program that wants both.
const (
	soonestNext = 50e6
	promptly    = 1e9 // after a refusal
)

// try notes the first SYN of an attempt.
func (v *view) try(c *conn, p *wire.Packet) {
	c.caller = callerOf(p)
	t := v.tries[c.caller]
	if t == nil {
		if v.tries == nil || len(v.tries) >= maxServers {
			v.tries = map[caller]*tries{} // what is forgotten is mostly answered, or too old
		}
		t = new(tries)
		v.tries[c.caller] = t
	}
	t.list[t.n%mostTries] = try{c, c.syns.marks[0]}
	t.n++
}

// settleTries tells earlier attempts of the same machine that this one was answered.
func (v *view) settleTries(c *conn) {
	t := v.tries[c.caller]
	if t == nil {
		return
	}
	for i := range t.list {
		if earlier := &t.list[i]; earlier.isOpen() && earlier.c.next == nil && earlier.c.yieldsTo(c) {
			earlier.c.next = &nextTry{c.syns.marks[0], c.synacks.marks[0], [2]endpoint{c.flow[c.clientAt], c.flow[1-c.clientAt]}}
		}
	}
}

// yieldsTo reports whether another attempt began in the place of this one: at another address, and when this one was refused or had been
// silent for a while.
func (c *conn) yieldsTo(other *conn) bool {
	began := other.syns.marks[0]
	if c.flow[1-c.clientAt] == other.flow[1-other.clientAt] {
		return false
	}
	if refused := max(c.refusals.last.at, c.rejection.at); refused != 0 {
		return began.at >= refused && began.at-refused < promptly
	}
	silent := began.at - c.syns.last.at
	return silent >= soonestNext && silent < c.patience()
}

// turnedTo returns what the client turned to, and nil where it did not: who goes on with the first address as well wants both.
func (c *conn) turnedTo() *nextTry {
	if n := c.next; n != nil && c.synacks.count == 0 && c.syns.last.at < n.answered.at+soonestNext {
		return n
	}
	return nil
}

// outrun returns what had served the client when the SYN-ACK of this address came, and nil where nothing had: the client then resets the slower one.
func (c *conn) outrun() *nextTry {
	if n := c.next; n != nil && c.synacks.count > 0 && n.answered.isBefore(c.synacks.marks[0]) && c.isHalfOpen() {
		return n
	}
	return nil
}

// slower is for such an address.
var slower = circumstance{lead: anywhere(CauseWentElsewhere)}

// outran tells of it.
func (e *explainer) outran() {
	n := e.c.outrun()
	if n == nil {
		return
	}
	to := n.flow[server].addrPort()
	e.frame(n.answered, lang.Text{English: "SYN-ACK of %s", Korean: "%s의 SYN-ACK"}, to)
	e.note(lang.Text{English: "%s had answered the client %s before this SYN-ACK came: a client that tries several addresses (Happy Eyeballs, RFC 8305) resets the slower one",
		Korean: "이 SYN-ACK이 오기 %[2]s 전에 %[1]s에서 클라이언트에 응답했다: 여러 주소를 시도하는 클라이언트(Happy Eyeballs, RFC 8305)는 느린 쪽을 리셋한다"},
		to, span(e.c.synacks.marks[0].at-n.answered.at))
	e.advice.apply(&slower)
}

// turned tells of another address that served the client.
func (e *explainer) turned(v Verdict) {
	n := e.c.turnedTo()
	if n == nil {
		return
	}
	from, to := n.flow[client].addrPort(), n.flow[server].addrPort()
	e.frame(n.mark, lang.Text{English: "SYN to %s", Korean: "%s 앞으로 간 SYN"}, to)
	e.frame(n.answered, lang.Text{English: "SYN-ACK of %s", Korean: "%s의 SYN-ACK"}, to)
	var as lang.Message
	if mine := e.c.addr(client).Addr(); from.Addr() != mine {
		as = lang.Tell(lang.Text{English: " (from %s)", Korean: "(출발지 %s)"}, from.Addr())
	}
	if v == NoAnswer {
		e.note(lang.Text{English: "%s later the client connected to %s%s and was answered: a client that tries several addresses (Happy Eyeballs, RFC 8305) waits for this one no longer",
			Korean: "%s 뒤 클라이언트가 %s%s에 연결해 응답을 받았다: 여러 주소를 시도하는 클라이언트(Happy Eyeballs, RFC 8305)는 이 주소를 더 기다리지 않는다"},
			span(n.at-e.c.syns.marks[0].at), to, as)
		return
	}
	e.note(lang.Text{English: "%s after that the client connected to %s%s and was answered: a client that tries several addresses (RFC 8305) reports no error then",
		Korean: "그 %s 뒤 클라이언트가 %s%s에 연결해 응답을 받았다: 여러 주소를 시도하는 클라이언트(RFC 8305)는 그러면 오류를 알리지 않는다"},
		span(n.at-max(e.c.refusals.last.at, e.c.rejection.at)), to, as)
}
