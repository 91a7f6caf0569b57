package diagnose

import (
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// Options of an [Engine]. The zero value of each but Emit is its default.
type Options struct {
	// Emit is called for each attempt when nothing more is expected of it. The attempt is valid until it returns.
	Emit func(*Attempt)
	// MaxTracked is how many attempts are held at most; beyond it the least active ones are reported before their end.
	MaxTracked int
	// MaxEnded is how many attempts are held after their end, for packets that come late.
	MaxEnded int
}

const (
	defaultMaxTracked = 65536
	defaultMaxEnded   = 8192
)

// Engine diagnoses one capture, packet by packet.
type Engine struct {
	options    Options
	table      table
	duplicates duplicates
	neighbours neighbours
	view       view
	stats      Stats
	attempt    Attempt
}

// Stats are counts of a capture as a whole.
type Stats struct {
	Packets, TCP, Copies int64
	// Attempts were reported; of these, Evicted before their end because there were too many.
	Attempts, Evicted int64
	First, Last       time.Time
}

// view is what the capture as a whole tells about its vantage point.
type view struct {
	last    int64 // the latest time, in ns
	both    int64 // connections of which both directions were seen
	lone    int64 // connections of which one direction is missing for certain
	servers map[endpoint]struct{}
}

// maxServers bounds what is remembered for telling the roles in connections without a SYN.
const maxServers = 1 << 14

// New returns an engine.
func New(o Options) *Engine {
	if o.MaxTracked <= 0 {
		o.MaxTracked = defaultMaxTracked
	}
	if o.MaxEnded <= 0 {
		o.MaxEnded = defaultMaxEnded
	}
	e := &Engine{options: o}
	e.table.flows = map[flow]*conn{}
	e.duplicates.seed = maphash.MakeSeed()
	e.view.servers = map[endpoint]struct{}{}
	return e
}

// Stats returns the counts so far.
func (e *Engine) Stats() Stats { return e.stats }

// Add takes in the next packet; payload is the TCP data as far as it was captured, and may be nil.
func (e *Engine) Add(p *wire.Packet, payload []byte) { e.AddKeyed(p, KeyOf(p), payload) }

// AddKeyed is Add for a packet of which the key has been computed.
func (e *Engine) AddKeyed(p *wire.Packet, key Key, payload []byte) {
	m := mark{at: nanoseconds(p.Time), frame: int64(p.Frame)}
	e.stats.Packets++
	e.period(p.Time, m.at)
	switch p.Kind {
	case wire.KindTCP:
		e.stats.TCP++
		e.tcp(p, key, payload, m)
	case wire.KindICMP:
		e.icmp(p, m)
	case wire.KindARP, wire.KindND:
		e.neighbours.add(p, m)
		return
	}
	e.neighbours.heard(p)
}

// nanoseconds is the time as a number; 0 for a packet without one.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func (e *Engine) period(t time.Time, at int64) {
	if e.stats.First.IsZero() || t.Before(e.stats.First) {
		e.stats.First = t
	}
	if at > e.view.last {
		e.view.last, e.stats.Last = at, t
	}
}

func (e *Engine) tcp(p *wire.Packet, key Key, payload []byte, m mark) {
	f, from := key.flow, key.from
	c := e.table.find(f, from, p, m.at)
	copied := e.duplicates.seen(p, f, from, m.at)
	if c == nil {
		c = e.open(f, from, p, m)
	}
	c.note(m)
	if copied {
		e.stats.Copies++
		c.copies++
		return
	}
	oneWay := c.side[client].packets == 0 || c.side[server].packets == 0
	c.add(p, from, m, payload)
	if oneWay && c.side[client].packets > 0 && c.side[server].packets > 0 {
		e.view.both++
	}
	if !c.queued && c.over() {
		e.end(c)
	}
}

// open begins an attempt with its first packet.
func (e *Engine) open(f flow, from int, p *wire.Packet, m mark) *conn {
	for len(e.table.all) >= e.options.MaxTracked {
		e.makeRoom()
	}
	c := e.table.fresh()
	c.flow, c.first, c.last = f, m, m
	c.clientAt = e.clientOf(f, from, p)
	e.table.insert(c)
	e.neighbours.see(p.Src)
	e.neighbours.see(p.Dst)
	if old := e.table.surplus(f); old != nil {
		e.finish(old)
	}
	return c
}

// clientOf tells the index of the client: the sender of a SYN, the receiver of a SYN-ACK. Without either it is guessed
// from what the capture has shown of servers, then from the port numbers: servers have the lower ones.
func (e *Engine) clientOf(f flow, from int, p *wire.Packet) int {
	switch flags := p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST); {
	case flags == wire.SYN:
		e.remember(f[1-from])
		return from
	case flags == wire.SYN|wire.ACK:
		e.remember(f[from])
		return 1 - from
	}
	for i := range f {
		if e.view.isServer(f[i]) && !e.view.isServer(f[1-i]) {
			return 1 - i
		}
	}
	switch low, high := f[0].port(), f[1].port(); {
	case low < high:
		return 1
	case low > high:
		return 0
	}
	return from
}

func (e *Engine) remember(s endpoint) {
	if len(e.view.servers) < maxServers {
		e.view.servers[s] = struct{}{}
	}
}

func (v *view) isServer(s endpoint) bool {
	_, ok := v.servers[s]
	return ok
}

// end puts a connection in the queue of those that wait for late packets.
func (e *Engine) end(c *conn) {
	c.queued = true
	e.table.ended = append(e.table.ended, c)
	if len(e.table.ended) > e.options.MaxEnded {
		if old := e.table.oldestEnded(); old != nil {
			e.finish(old)
		}
	}
}

// makeRoom reports one connection: one that has ended, else the least active one.
func (e *Engine) makeRoom() {
	if c := e.table.oldestEnded(); c != nil {
		e.finish(c)
		return
	}
	e.stats.Evicted++
	e.finish(e.table.leastActive())
}

// finish reports a connection and forgets it.
func (e *Engine) finish(c *conn) {
	e.table.remove(c)
	e.view.count(c)
	e.report(c)
}

func (v *view) count(c *conn) {
	if c.isLone() {
		v.lone++
	}
}

func (e *Engine) report(c *conn) {
	e.stats.Attempts++
	if e.options.Emit == nil {
		return
	}
	c.assignRoles(&e.view)
	e.attempt = Attempt{conn: c, view: &e.view}
	e.attempt.Verdict, e.attempt.Ending, e.attempt.Inconclusive = c.judge(&e.view)
	e.options.Emit(&e.attempt)
}

// Close reports what is left, in the order of the first packets, and then the neighbours that never answered.
func (e *Engine) Close() {
	left := e.table.inOrder()
	for _, c := range left {
		e.view.count(c)
	}
	for _, c := range left {
		e.report(c)
	}
	for _, n := range e.neighbours.unanswered() {
		e.stats.Attempts++
		if e.options.Emit != nil {
			e.options.Emit(&Attempt{neighbour: n, view: &e.view, Verdict: NoNeighbour})
		}
	}
	e.table = table{}
}

// Attempt is the diagnosis of one attempt at a connection.
type Attempt struct {
	Verdict Verdict
	// Ending is how a connection whose SYN is not in the capture ended.
	Ending Verdict
	// Inconclusive says that the capture ends too early for the verdict to be more than what was seen so far.
	Inconclusive bool

	conn      *conn
	neighbour *neighbour
	view      *view
}

// Failed reports whether something went wrong.
func (a *Attempt) Failed() bool {
	return a.Verdict.Failed() || a.Verdict == Midstream && a.Ending.Failed()
}

// Client is who wanted the connection. Of a neighbour that did not answer it is who asked for it, with port 0.
func (a *Attempt) Client() netip.AddrPort {
	if a.neighbour != nil {
		return netip.AddrPortFrom(a.neighbour.asker, 0)
	}
	return a.conn.addr(client)
}

// Server is whom the connection was to; of a neighbour that did not answer, its address with port 0.
func (a *Attempt) Server() netip.AddrPort {
	if a.neighbour != nil {
		return netip.AddrPortFrom(a.neighbour.target, 0)
	}
	return a.conn.addr(server)
}

// First is the time of the first packet.
func (a *Attempt) First() time.Time {
	if a.neighbour != nil {
		return fromNanoseconds(a.neighbour.requests.marks[0].at)
	}
	return fromNanoseconds(a.conn.first.at)
}

func fromNanoseconds(at int64) time.Time { return time.Unix(0, at).UTC() }

// Packets counts the packets of the attempt: copies that the capture holds twice, and ICMP errors about it, included.
func (a *Attempt) Packets() int64 {
	if a.neighbour != nil {
		return a.neighbour.requests.count
	}
	return a.conn.packets
}
