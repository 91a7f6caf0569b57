package report

import (
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// FlowID is the two ends of a connection, or those of a ping and its identifier.
type FlowID struct {
	Client, Server netip.AddrPort
	Echo           bool
	EchoID         uint16
}

// key is the same for both directions.
func (f FlowID) key() FlowID {
	if f.Client.Compare(f.Server) > 0 {
		f.Client, f.Server = f.Server, f.Client
	}
	return f
}

// flowOf is the flow of a packet; of an ICMP error, that of the packet which it quotes.
func flowOf(p *wire.Packet) FlowID {
	q := &p.ICMP.Quote
	switch {
	case p.Kind != wire.KindICMP:
		return FlowID{Client: p.SrcAddrPort(), Server: p.DstAddrPort()}
	case p.ICMP.IsEcho():
		return FlowID{p.SrcAddrPort(), p.DstAddrPort(), true, p.ICMP.ID}
	}
	if !q.HasEcho {
		return FlowID{Client: q.Src, Server: q.Dst}
	}
	return FlowID{q.Src, q.Dst, true, q.ID}
}

// Collector gathers the packets of some connections of a capture. Of a long one it keeps the beginning and the end.
type Collector struct {
	point  string
	offset time.Duration
	flows  map[FlowID]*gathered
	hosts  map[netip.Addr]*gathered // of neighbours that were asked for
	wishes []wish
}

type wish struct {
	flow  FlowID
	first time.Time
	give  func(*wire.Trace)
}

// gathered is the packets of a flow.
type gathered struct {
	head, tail []wire.Packet
}

// The packets that are kept of a flow; far more than are drawn, so that what is missing from one capture at the edges of
// the gap is never taken for lost.
const (
	keptHead = 500
	keptTail = 1000
)

func newCollector(point string, offset time.Duration) *Collector {
	return &Collector{point: point, offset: offset, flows: map[FlowID]*gathered{}, hosts: map[netip.Addr]*gathered{}}
}

func (c *Collector) want(f FlowID, first time.Time, give func(*wire.Trace)) {
	c.wishes = append(c.wishes, wish{f, first, give})
	if f.Server.Port() == 0 && !f.Echo {
		c.hosts[f.Server.Addr()] = &gathered{}
		return
	}
	c.flows[f.key()] = &gathered{}
}

// Wants reports whether there is anything to gather.
func (c *Collector) Wants() bool { return len(c.wishes) > 0 }

// Add takes in the next packet of the capture.
func (c *Collector) Add(p *wire.Packet) {
	var g *gathered
	switch p.Kind {
	case wire.KindTCP, wire.KindICMP:
		g = c.flows[flowOf(p).key()]
	case wire.KindARP, wire.KindND:
		g = c.hosts[p.Neighbour.Target]
	}
	if g == nil {
		return
	}
	moved := *p
	moved.Time = p.Time.Add(-c.offset)
	g.add(moved)
}

func (g *gathered) add(p wire.Packet) {
	if len(g.head) < keptHead {
		g.head = append(g.head, p)
		return
	}
	if g.tail = append(g.tail, p); len(g.tail) > 2*keptTail { // seldom, so that each packet is moved once on average
		g.tail = append(g.tail[:0], g.tail[len(g.tail)-keptTail:]...)
	}
}

// Close hands out what was gathered.
func (c *Collector) Close() {
	for _, w := range c.wishes {
		g := c.flows[w.flow.key()]
		if g == nil {
			g = c.hosts[w.flow.Server.Addr()]
		}
		t := wire.Trace{Point: c.point, Packets: slices.Concat(g.head, g.tail)}
		w.give(c.attempt(t, w.first))
	}
}

// attempt is the packets of one attempt, where ports were used again: of the one that began at the time.
func (c *Collector) attempt(t wire.Trace, first time.Time) *wire.Trace {
	if first.IsZero() {
		return &t
	}
	for _, a := range t.Attempts(0) {
		if a.Packets[0].Time.Equal(first) {
			t.Packets = a.Packets
			break
		}
	}
	return &t
}
