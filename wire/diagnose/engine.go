package diagnose

import (
	"cmp"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// Options of an [Diagnoser]. The zero value of each but Emit is its default.
type Options struct {
	// Emit is called for each attempt when nothing more is expected of it. The attempt is valid until it returns.
	Emit func(*Judged)
	// MaxTracked is how many attempts are held at most; beyond it the least active ones are reported before their end.
	MaxTracked int
	// MaxEnded is how many attempts are held after their end, for packets that come late.
	MaxEnded int
	// Stop, once closed, ends [Read] and [Reading.Add] at once, with [context.Canceled]. It may be nil.
	Stop <-chan struct{}
}

const (
	defaultMaxTracked = 65536
	defaultMaxEnded   = 8192
)

// Diagnoser diagnoses one capture, packet by packet.
type Diagnoser struct {
	options    Options
	table      table
	echoes     echoTable
	lookups    lookups
	order      reorder
	recent     *recent
	resent     resent
	iface      string // the latest interface
	several    bool   // and there were others
	filling    *Batch // by Add
	spare      []*Batch
	duplicates duplicates
	neighbours neighbours
	view       view
	stats      Stats
	attempt    Judged
	room       wire.Packet // of the segment that is taken in
}

// Stats are counts of a capture as a whole.
type Stats struct {
	Packets, TCP, Echoes, Copies int64
	// Messages are those of DNS.
	Messages int64
	// Attempts were reported; of these, Evicted before their end because there were too many.
	Attempts, Evicted int64
	First, Last       time.Time
	// Backwards counts packets whose time is earlier than can be sorted, and FarthestBack is by how much at
	// the most: the clock was set, or the file holds captures one after the other.
	Backwards    int64
	FarthestBack time.Duration
	// Inventory is what the capture holds besides what was decoded; [Read] fills it in.
	Inventory wire.Inventory
}

// New returns an engine.
func New(o Options) *Diagnoser {
	if o.MaxTracked <= 0 {
		o.MaxTracked = defaultMaxTracked
	}
	if o.MaxEnded <= 0 {
		o.MaxEnded = defaultMaxEnded
	}
	e := &Diagnoser{options: o}
	e.view.servers = map[endpoint]struct{}{}
	e.view.proofs = map[pair]proof{}
	e.recent = new(recent)
	e.view.lookups = &e.lookups
	return e
}

// Each diagnoses a whole capture that is at hand, and hands out its attempts as [Options.Emit] does.
func Each(packets []wire.Packet, emit func(*Judged)) {
	e := New(Options{Emit: emit})
	for i := range packets {
		e.Add(&packets[i], nil)
	}
	e.Close()
}

// EachIn diagnoses a trace, with what is known of its data.
func EachIn(t wire.Trace, emit func(*Judged)) {
	e := New(Options{Emit: emit})
	for i := range t.Packets {
		e.Add(&t.Packets[i], t.Payloads[t.Packets[i].Frame])
	}
	e.Close()
}

// Stats returns the counts so far.
func (e *Diagnoser) Stats() Stats { return e.stats }

// Add takes in the next packet; payload is the TCP data as far as it was captured, and may be nil. Packets may be out of
// order by 50 ms; so the latest ones are held back until later ones come, or the end.
func (e *Diagnoser) Add(p *wire.Packet, payload []byte) {
	b := e.filling
	if b == nil || b.n == batchSize {
		b = e.spareBatch()
		e.filling = b
	}
	b.append(p, payload)
	e.hold(b, b.n-1)
}

// spareBatch returns an empty batch for Add. One that is full is given back after its last packet was taken.
func (e *Diagnoser) spareBatch() *Batch {
	if n := len(e.spare); n > 0 {
		b := e.spare[n-1]
		e.spare = e.spare[:n-1]
		b.clear()
		return b
	}
	return &Batch{done: func(b *Batch) {
		if b.n == batchSize {
			e.spare = append(e.spare, b)
		}
	}}
}

// hold takes in the next packet of the capture, to be diagnosed in its turn.
func (e *Diagnoser) hold(b *Batch, i int) {
	e.stats.Packets++
	h := held{at: b.segments[i].at, batch: b, index: int32(i), size: int32(int(b.segments[i].end) - b.begin(i))}
	if h.at == 0 {
		h.at = e.order.latest // no time: the place in the file is all there is
	}
	if back := e.order.latest - h.at; back > disorder {
		e.stats.Backwards++
		e.stats.FarthestBack = max(e.stats.FarthestBack, time.Duration(back))
		e.drain()
		e.order.latest = h.at
	}
	e.order.place(h)
	for e.order.isDue() {
		e.next()
	}
}

// drain takes in everything that is held.
func (e *Diagnoser) drain() {
	for e.order.len() > 0 {
		e.next()
	}
}

// next takes in the first packet that is held.
func (e *Diagnoser) next() {
	h := e.order.take()
	b, i := h.batch, int(h.index)
	e.take(b.at(i, &e.room), &b.segments[i].key, b.payload(i))
	b.taking()
}

// take takes in a packet in its place in time.
func (e *Diagnoser) take(p *wire.Packet, key *Key, payload []byte) {
	m := mark{at: nanoseconds(p.Time), frame: int64(p.Frame)}
	e.period(p.Time, m.at)
	if p.Kind != wire.KindTCP {
		e.view.kinds.foreign++
	}
	if p.Protocol == protocolESP {
		e.view.veils.pass(p, m)
	}
	switch p.Kind {
	case wire.KindTCP:
		e.stats.TCP++
		e.view.kinds.add(&p.TCP)
		e.tcp(p, key, payload, m)
	case wire.KindICMP:
		e.icmp(p, m)
	case wire.KindDNS:
		e.dns(p, payload, m)
	case wire.KindARP, wire.KindND:
		e.neighbours.add(p, m)
		if p.Neighbour.Reply {
			e.view.onLink(p.Neighbour.Target, m)
			e.view.claim(p, m)
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

func (e *Diagnoser) period(t time.Time, at int64) {
	if e.stats.First.IsZero() || t.Before(e.stats.First) {
		e.stats.First = t
	}
	if at > e.view.last {
		e.view.last, e.stats.Last = at, t
	}
}

func (e *Diagnoser) tcp(p *wire.Packet, key *Key, payload []byte, m mark) {
	from := int(key.from)
	c := e.table.find(key, p, m.at)
	copied := e.duplicates.rememberKey(key, m.at)
	if c == nil {
		c = e.open(key, p, m)
	}
	c.note(m)
	if p.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN && e.manyInterfaces(p) {
		c.pass(p)
	}
	if copied {
		e.stats.Copies++
		c.copies++
		if p.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN {
			c.circle.pass(p, c.side[client].ttl, m)
		}
		return
	}
	oneWay := c.side[client].packets == 0 || c.side[server].packets == 0
	c.add(p, from, m, payload)
	if c.side[c.direction(from)].stuck.last == m {
		e.resent.add(c)
	}
	if p.TCP.Flags.Has(wire.RST) {
		e.view.kinds.skip(c)
	}
	if c.isToNameServer() && p.TCP.Payload > 0 {
		e.dnsStream(c, p, c.direction(from), payload, m)
	}
	switch flags := p.TCP.Flags & (wire.SYN | wire.ACK); {
	case flags == wire.SYN|wire.ACK && c.hasSYN && c.synacks.count == 1:
		e.view.keepAnswer(c)
		e.view.settleTries(c)
	case flags == wire.SYN && c.synacks.count == 0:
		e.view.veils.ask(c, m)
		if c.isToNameServer() {
			e.askByStream(c.flow[c.clientAt], c.flow[1-c.clientAt], m)
		}
		switch {
		case c.syns.count > 1:
			e.view.ask(c)
		case c.owner == nil:
			e.view.try(c, p)
		}
	}
	if c.owner != nil && c.owner != c {
		c.follow()
	}
	if oneWay && c.side[client].packets > 0 && c.side[server].packets > 0 {
		e.view.both++
	}
	if !c.queued && c.over() {
		e.end(c)
	}
}

// manyInterfaces reports whether the capture tells apart the interfaces at which packets were seen: one of "any", or a pcapng of
// several.
func (e *Diagnoser) manyInterfaces(p *wire.Packet) bool {
	if p.InterfaceIndex == 0 && p.Interface != e.iface {
		e.several, e.iface = e.several || e.iface != "", p.Interface
	}
	return p.InterfaceIndex != 0 || e.several
}

// open begins an attempt with its first packet.
func (e *Diagnoser) open(key *Key, p *wire.Packet, m mark) *conn {
	f := key.flow
	for len(e.table.all) >= e.options.MaxTracked {
		e.makeRoom()
	}
	c := e.table.fresh()
	c.flow, c.hash, c.first, c.last = f, key.hash, m, m
	c.clientAt = e.clientOf(f, int(key.from), p)
	e.table.insert(c)
	e.view.kinds.attempts++
	e.view.relate(f)
	e.join(c, p)
	e.neighbours.see(p.Src)
	e.neighbours.see(p.Dst)
	if old := e.table.surplus(c); old != nil {
		e.finish(old)
	}
	return c
}

// end puts a connection in the queue of those that wait for late packets.
func (e *Diagnoser) end(c *conn) {
	c.queued = true
	e.table.ended = append(e.table.ended, c)
	if len(e.table.ended) > e.options.MaxEnded {
		if old := e.table.oldestEnded(); old != nil {
			e.finish(old)
		}
	}
}

// makeRoom reports one connection: one that has ended, else the least active one.
func (e *Diagnoser) makeRoom() {
	if c := e.table.oldestEnded(); c != nil {
		e.finish(c)
		return
	}
	e.stats.Evicted++
	e.finish(e.table.leastActive())
}

// finish reports a connection and forgets it.
func (e *Diagnoser) finish(c *conn) {
	e.table.remove(c)
	e.view.count(c)
	c.leaveToConnection(&e.view)
	if c.owner == nil && !c.told {
		e.report(c)
	}
	c.part()
}

// report hands out what is to be said of an attempt.
func (e *Diagnoser) report(s subject) {
	e.stats.Attempts++
	if e.options.Emit == nil {
		return
	}
	e.attempt = Judged{subject: s, view: &e.view}
	e.attempt.Verdict, e.attempt.Ending, e.attempt.Inconclusive = s.judge(&e.view)
	e.options.Emit(&e.attempt)
}

// Close reports what is left, in the order of the first packets, and then the neighbours that never answered.
func (e *Diagnoser) Close() {
	e.drain()
	var left []subject
	for _, c := range e.table.all {
		e.view.count(c)
		c.leaveToConnection(&e.view)
		if c.owner == nil && !c.told {
			left = append(left, c)
		}
	}
	for _, x := range e.echoes.all {
		e.view.countEcho(x)
		if !x.told {
			left = append(left, x)
		}
	}
	for _, x := range e.lookups.queue {
		if !x.told {
			left = append(left, x)
		}
	}
	slices.SortStableFunc(left, func(a, b subject) int { return cmp.Compare(a.begun().frame, b.begun().frame) })
	for _, s := range left {
		e.report(s)
	}
	for _, n := range e.neighbours.unanswered() {
		if !n.told {
			e.report(n)
		}
	}
	e.table, e.echoes, e.lookups = table{}, echoTable{}, lookups{}
}
