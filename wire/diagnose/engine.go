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
	echoes     echoTable
	duplicates duplicates
	neighbours neighbours
	view       view
	stats      Stats
	attempt    Attempt
}

// Stats are counts of a capture as a whole.
type Stats struct {
	Packets, TCP, Echoes, Copies int64
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
	proofs  map[pair]proof
	links   map[netip.Addr]mark // the latest answers to ARP and Neighbour Discovery
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
	e.view.proofs = map[pair]proof{}
	return e
}

// Each diagnoses a whole capture that is at hand, and hands out its attempts as [Options.Emit] does.
func Each(packets []wire.Packet, emit func(*Attempt)) {
	e := New(Options{Emit: emit})
	for i := range packets {
		e.Add(&packets[i], nil)
	}
	e.Close()
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
		if p.Neighbour.Reply {
			e.view.onLink(p.Neighbour.Target, m)
		}
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
	v.proveTCP(c)
}

// report hands out what is to be said of an attempt.
func (e *Engine) report(s subject) {
	e.stats.Attempts++
	if e.options.Emit == nil {
		return
	}
	e.attempt = Attempt{subject: s, view: &e.view}
	e.attempt.Verdict, e.attempt.Ending, e.attempt.Inconclusive = s.judge(&e.view)
	e.options.Emit(&e.attempt)
}

// Close reports what is left, in the order of the first packets, and then the neighbours that never answered.
func (e *Engine) Close() {
	left, echoes := e.table.inOrder(), e.echoes.inOrder()
	for _, c := range left {
		e.view.count(c)
	}
	for _, x := range echoes {
		e.view.countEcho(x)
	}
	for _, c := range left {
		for len(echoes) > 0 && echoes[0].first.frame < c.first.frame {
			e.report(echoes[0])
			echoes = echoes[1:]
		}
		e.report(c)
	}
	for _, x := range echoes {
		e.report(x)
	}
	for _, n := range e.neighbours.unanswered() {
		e.report(n)
	}
	e.table, e.echoes = table{}, echoTable{}
}
