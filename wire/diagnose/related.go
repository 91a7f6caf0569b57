package diagnose

import (
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// What the capture holds of a connection under other addresses, and connections that are parts of one conversation: what one
// of them lacks, another may have.

// recentSlots is how many of the latest SYNs are known by their numbers. One that another has displaced is not found, and its
// answers then are a connection of their own.
const recentSlots = 1 << 14

// recent are the attempts by the numbers of their SYNs.
type recent [recentSlots]struct {
	conn *conn
	isn  uint32 // beside it, because most look-ups find another number, and the connection is far away in memory
}

func slotOf(isn uint32) uint32 { return (isn * 0x9e3779b1) >> 18 }

// attempt returns the attempt that began with the number, nil where it is not known any longer.
func (r *recent) attempt(isn uint32) *conn {
	slot := &r[slotOf(isn)]
	if slot.isn != isn {
		return nil
	}
	c := slot.conn
	if c == nil || c.gone || !c.hasSYN || c.side[client].isn != isn {
		return nil
	}
	return c
}

// related is what belongs to an attempt and has other addresses. Most attempts have none.
type related struct {
	// twin is the same attempt behind address translation, and foreign the connection of the address that answered in the
	// server's place, both as far as they are seen in the same capture. They are not reported on their own.
	twin, foreign *conn
	// of twin and foreign, which may be forgotten sooner
	twinEnds    [2]endpoint
	foreignEnd  endpoint
	synacks     series
	resets      series // the client's, in answer to that
	twinSynacks series
	complaint   translatedError
}

// path is the interfaces at which the SYNs of an attempt were seen, in order, of a capture that tells them apart.
type path struct {
	hops [4]hop
	n    int
}

// hop is an interface that a SYN passed.
type hop struct {
	name     string
	index    uint32
	outgoing bool
	twin     bool // with other addresses
}

func (c *conn) relation() *related {
	if c.related == nil {
		c.related = new(related)
	}
	return c.related
}

// join finds out whether a new flow belongs to an attempt that is known by other addresses.
func (e *Diagnoser) join(c *conn, p *wire.Packet) {
	switch p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST) {
	case wire.SYN:
		if a := e.recent.attempt(p.TCP.Seq); a != nil && a.flow != c.flow && a.owner == nil && a.isTwin(p) {
			r := a.relation()
			r.twin, c.owner = c, a
			e.view.kinds.attempts--
			r.twinEnds = [2]endpoint{c.flow[c.clientAt], c.flow[1-c.clientAt]}
			return
		}
		slot := &e.recent[slotOf(p.TCP.Seq)]
		slot.conn, slot.isn = c, p.TCP.Seq
	case wire.SYN | wire.ACK:
		a := e.recent.attempt(p.TCP.Ack - 1)
		if a == nil || a == c || a.synacks.count > 0 || a.owner != nil || a.flow[a.clientAt] != c.flow[c.clientAt] {
			return
		}
		e.view.kinds.attempts--
		r := a.relation()
		r.foreign, r.foreignEnd, c.owner = c, c.flow[1-c.clientAt], a
	}
}

// isTwin reports whether a SYN is this attempt's own, with addresses rewritten by what it has just passed. The timestamp tells
// it from a SYN of a scan, in which many have one number; or the identification at another interface does.
func (c *conn) isTwin(p *wire.Packet) bool {
	mark, age := p.TCP.SYNMark(), nanoseconds(p.Time)-c.syns.last.at
	known := mark.HasStamp && mark.Stamp != 0 || p.ID != 0 && p.ID == c.synID && c.path.isElsewhere(p)
	return known && mark == c.synMark && age < copyWithin && age > -copyWithin
}

// follow keeps for the owner what its other part has seen.
func (c *conn) follow() {
	r := c.owner.related
	switch c {
	case r.foreign:
		r.synacks, r.resets = c.synacks, c.rsts(client)
	case r.twin:
		r.twinSynacks = c.synacks
	}
}

func (c *conn) rsts(dir int) series {
	x := &c.side[dir]
	return series{marks: [4]mark{x.rst}, last: x.rst, count: int64(x.rsts)}
}

// part is called when a connection is forgotten: what belongs to it is not to be reported on its own later.
func (c *conn) part() {
	if o := c.owner; o != nil && o != c {
		if o.related.twin == c {
			o.related.twin = nil
		}
		if o.related.foreign == c {
			o.related.foreign = nil
		}
	}
	if r := c.related; r != nil {
		for _, other := range []*conn{r.twin, r.foreign} {
			if other != nil {
				other.owner = other // of nobody that is still known
			}
		}
	}
}

// pass notes at which interface a SYN was seen.
func (c *conn) pass(p *wire.Packet) {
	owner, twin := c, c.owner != nil && c.owner != c
	if twin {
		owner = c.owner
	}
	if owner.path == nil {
		owner.path = new(path)
	}
	h := hop{p.Interface, p.InterfaceIndex, p.Outgoing, twin}
	if t := owner.path; t.n < len(t.hops) && !slices.Contains(t.hops[:t.n], h) {
		t.hops[t.n] = h
		t.n++
	}
}

// isElsewhere reports whether a packet was seen at another interface than the SYNs so far; never where nothing tells interfaces apart.
func (t *path) isElsewhere(p *wire.Packet) bool {
	return t != nil && !slices.ContainsFunc(t.hops[:t.n], func(h hop) bool { return h.name == p.Interface && h.index == p.InterfaceIndex })
}

// accepted is a connection that a server answered.
type accepted struct {
	mark
	client host
	syn    wire.SYNMark
}

// mostAnswered is how many of the latest connections to a server are remembered, to judge by those it did not answer.
const mostAnswered = 4

type answers struct {
	list [mostAnswered]accepted
	n    int
}

// keepAnswer keeps that a server answered a connection, now.
func (v *view) keepAnswer(c *conn) {
	key := c.flow[1-c.clientAt]
	a := v.answers[key]
	if a == nil {
		if len(v.answers) >= maxServers {
			return
		}
		if v.answers == nil {
			v.answers = map[endpoint]*answers{}
		}
		a = new(answers)
		v.answers[key] = a
	}
	a.list[a.n%mostAnswered] = accepted{c.synacks.marks[0], c.flow[c.clientAt].host, c.synMark}
	a.n++
}

// ask notes whether the server has answered another connection since the first SYN of this one, which is sent again.
func (v *view) ask(c *conn) {
	a := v.answers[c.flow[1-c.clientAt]]
	if a == nil {
		return
	}
	if latest := a.list[(a.n-1)%mostAnswered]; c.syns.marks[0].isBefore(latest.mark) {
		c.meanwhile = latest.mark
	}
}

// nearby is how long before and after an attempt others may be that tell of the server's state in between, in ns.
const nearby = 10e9

// answeredMeanwhile returns a connection that the same server answered while this one's SYNs went unanswered, or, where it
// answered one shortly before and one shortly after, the latter. One before alone proves nothing: the host may have died since.
func (v *view) answeredMeanwhile(c *conn) accepted {
	a := v.answers[c.flow[1-c.clientAt]]
	if a == nil {
		return accepted{}
	}
	if c.meanwhile.seen() {
		return accepted{mark: c.meanwhile}
	}
	var earlier, later accepted
	for _, other := range a.list[:min(a.n, mostAnswered)] {
		switch {
		case other.at >= c.syns.marks[0].at && other.at <= c.syns.last.at:
			return other
		case other.at < c.syns.marks[0].at && other.at > c.syns.marks[0].at-nearby:
			earlier = other
		case other.at > c.syns.last.at && other.at < c.syns.last.at+nearby:
			later = other
		}
	}
	if earlier.seen() {
		return later
	}
	return accepted{}
}

// olderStamp returns a connection of the same client address that was answered and had a later timestamp, although it came
// before: with that in mind, a server or a firewall takes this attempt's SYN for an old one (PAWS, RFC 7323 section 5).
func (v *view) olderStamp(c *conn) accepted {
	a := v.answers[c.flow[1-c.clientAt]]
	if a == nil || !c.synMark.HasStamp {
		return accepted{}
	}
	list := a.list[:min(a.n, mostAnswered)]
	for _, other := range list {
		if other.client == c.flow[c.clientAt].host && other.syn.HasStamp && other.at < c.syns.last.at && before(c.synMark.Stamp, other.syn.Stamp) &&
			slices.ContainsFunc(list, other.sharesClock) {
			return other
		}
	}
	return accepted{}
}

// sharesClock reports whether two connections have the timestamps of one clock, which ticks 100 to 1000 times a second. Linux
// gives each pair of hosts, and lately each connection, an offset of its own; then one that is lower says nothing.
func (s accepted) sharesClock(o accepted) bool {
	if s.client != o.client || !o.syn.HasStamp || s.at == o.at {
		return false
	}
	ms, ticks := float64(o.at-s.at)/1e6, float64(int32(o.syn.Stamp-s.syn.Stamp))
	if ms < 0 {
		ms, ticks = -ms, -ticks
	}
	return ticks > ms/12 && ticks < ms*1.1+20
}

// FTP (RFC 959): the port for commands, and the one from which the server opens a connection for data.
const (
	ftpControl = 21
	ftpData    = 20
)

// relate keeps that two hosts speak FTP with each other.
func (v *view) relate(f flow) {
	if f[0].port != ftpControl && f[1].port != ftpControl || len(v.ftp) >= maxServers {
		return
	}
	if v.ftp == nil {
		v.ftp = map[pair]struct{}{}
	}
	key, _ := pairOf(f[0].host, f[1].host)
	v.ftp[key] = struct{}{}
}

// partOfMore reports whether a connection need not have a request and an answer of its own: one for FTP's data, which one
// side opens and either fills, or a part of Multipath TCP (RFC 8684), where the answer may take another path.
func (c *conn) partOfMore(v *view) bool {
	low, high := c.flow[0].port, c.flow[1].port
	if c.side[client].multipath && (c.side[server].multipath || !c.side[server].hasISN) || low == ftpData || high == ftpData {
		return true
	}
	key, _ := pairOf(c.flow[0].host, c.flow[1].host)
	_, ftp := v.ftp[key]
	return ftp && low != ftpControl && high != ftpControl
}
