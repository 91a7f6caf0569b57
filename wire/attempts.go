package wire

import (
	"cmp"
	"net/netip"
)

// IANA's numbers.
const (
	protocolTCP = 6
	protocolESP = 50
)

// Attempts returns the connection attempts to the server port, 0 for any, in the order of their first packets.
func (t Trace) Attempts(port uint16) []Attempt {
	g := grouper{port: port, flows: map[flow][]*progress{}}
	for i := range t.Packets {
		p := &t.Packets[i]
		switch {
		case p.Kind == KindTCP:
			g.addTCP(p)
		case p.Kind == KindICMP && p.ICMP.HasQuote && p.ICMP.Quote.Protocol == protocolTCP:
			g.addICMP(p)
		}
	}
	return g.attempts
}

// flow is a pair of endpoints, the lower one first: the same for both directions.
type flow [2]netip.AddrPort

func flowOf(a, b netip.AddrPort) flow {
	if a.Compare(b) > 0 {
		a, b = b, a
	}
	return flow{a, b}
}

type grouper struct {
	port     uint16
	attempts []Attempt
	flows    map[flow][]*progress // the latest attempts between two endpoints, the latest one first
	room     [MostOnPorts]Course
}

func (g *grouper) addTCP(p *Packet) {
	src, dst := p.SrcAddrPort(), p.DstAddrPort()
	if g.port != 0 && src.Port() != g.port && dst.Port() != g.port {
		return
	}
	key := flowOf(src, dst)
	known := g.flows[key]
	i := Belongs(p, p.Time.UnixNano(), g.courses(known, src))
	var c *progress
	switch {
	case i >= 0:
		c = known[i]
	case isSYN(p):
		if g.port != 0 && dst.Port() != g.port {
			return // a connection in the other direction that happens to use the port
		}
		c = g.begin(key, Attempt{Client: src, Server: dst, HasSYN: true, ISN: p.TCP.Seq})
	default:
		c = g.begin(key, g.midstream(p))
	}
	a := &g.attempts[c.index]
	c.FromClient = a.FromClient(p)
	if !c.FromClient && isSYNACK(p) && !a.HasServerISN && (!c.HasSYN || c.acksSYN(p.TCP.Ack)) {
		a.HasServerISN, a.ServerISN = true, p.TCP.Seq
	}
	c.advance(p)
	a.HasSYN = c.HasSYN
	a.Packets = append(a.Packets, *p)
}

// courses are those of attempts between two endpoints, as a segment of the sender has to be looked at.
func (g *grouper) courses(known []*progress, sender netip.AddrPort) []Course {
	for i, c := range known {
		g.room[i] = c.Course
		g.room[i].FromClient = g.attempts[c.index].Client == sender
	}
	return g.room[:len(known)]
}

// begin adds an attempt.
func (g *grouper) begin(key flow, a Attempt) *progress {
	c := &progress{index: len(g.attempts)}
	g.attempts = append(g.attempts, a)
	older := g.flows[key]
	g.flows[key] = append([]*progress{c}, older[:min(len(older), MostOnPorts-1)]...)
	return c
}

func isSYN(p *Packet) bool    { return p.TCP.Flags&(SYN|ACK|RST) == SYN }
func isSYNACK(p *Packet) bool { return p.TCP.Flags&(SYN|ACK|RST) == SYN|ACK }

// midstream begins an attempt with a segment other than a SYN.
func (g *grouper) midstream(p *Packet) Attempt {
	src, dst := p.SrcAddrPort(), p.DstAddrPort()
	acked := p.TCP.Flags.Has(ACK)
	if g.isServer(src, dst) || isSYNACK(p) {
		a := Attempt{Client: dst, Server: src, HasServerISN: true, ServerISN: p.TCP.Seq}
		switch {
		case isSYNACK(p):
			a.ISN = p.TCP.Ack - 1
		case acked:
			a.ISN = p.TCP.Ack
		}
		return a
	}
	return Attempt{Client: src, Server: dst, ISN: p.TCP.Seq, HasServerISN: acked, ServerISN: p.TCP.Ack}
}

// isServer guesses whether the sender of a segment is the server.
func (g *grouper) isServer(src, dst netip.AddrPort) bool {
	if g.port != 0 && src.Port() != dst.Port() {
		return src.Port() == g.port
	}
	return cmp.Less(src.Port(), dst.Port())
}

func (g *grouper) addICMP(p *Packet) {
	q := p.ICMP.Quote
	if g.port != 0 && q.Src.Port() != g.port && q.Dst.Port() != g.port {
		return
	}
	key := flowOf(q.Src, q.Dst)
	known := g.flows[key]
	i := Quoted(&q, g.courses(known, q.Src))
	if i < 0 {
		known, i = []*progress{g.begin(key, g.unseen(q))}, 0
	}
	a := &g.attempts[known[i].index]
	a.Packets = append(a.Packets, *p)
}

// unseen is the attempt of an ICMP error that quotes a segment which was not captured.
func (g *grouper) unseen(q Quote) Attempt {
	if g.isServer(q.Src, q.Dst) {
		return Attempt{Client: q.Dst, Server: q.Src}
	}
	return Attempt{Client: q.Src, Server: q.Dst}
}
