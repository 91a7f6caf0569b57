package wire

import (
	"cmp"
	"net/netip"
	"slices"
)

// protocolTCP is IANA's number.
const protocolTCP = 6

// Attempts returns the connection attempts to the server port, 0 for any, in the order of their first packets.
func (t Trace) Attempts(port uint16) []Attempt {
	g := grouper{port: port, flows: map[flow][]int{}}
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
	flows    map[flow][]int // indices of attempts, oldest first
}

func (g *grouper) addTCP(p *Packet) {
	src, dst := p.SrcAddrPort(), p.DstAddrPort()
	if g.port != 0 && src.Port() != g.port && dst.Port() != g.port {
		return
	}
	key := flowOf(src, dst)
	i := g.find(key, p)
	switch {
	case i >= 0:
	case isSYN(p):
		if g.port != 0 && dst.Port() != g.port {
			return // a connection in the other direction that happens to use the port
		}
		i = g.begin(key, Attempt{Client: src, Server: dst, HasSYN: true, ISN: p.TCP.Seq})
	default:
		i = g.begin(key, g.midstream(p))
	}
	a := &g.attempts[i]
	a.HasSYN = a.HasSYN || isSYN(p)
	if isSYNACK(p) && !a.HasServerISN && !a.FromClient(p) {
		a.HasServerISN, a.ServerISN = true, p.TCP.Seq
	}
	a.Packets = append(a.Packets, *p)
}

func (g *grouper) begin(key flow, a Attempt) int {
	i := len(g.attempts)
	g.attempts = append(g.attempts, a)
	g.flows[key] = append(g.flows[key], i)
	return i
}

// find returns the attempt that the segment belongs to, or -1: a SYN to the one with its sequence number, what
// acknowledges a SYN to that SYN's, anything else to the latest. So the challenge ACK by which a server answers when
// it still holds an older connection on the ports (RFC 5961 section 4) stays with the SYN that provoked it.
func (g *grouper) find(key flow, p *Packet) int {
	list := g.flows[key]
	src := p.SrcAddrPort()
	for _, i := range slices.Backward(list) {
		a := &g.attempts[i]
		switch {
		case isSYN(p) && a.Client == src && a.ISN == p.TCP.Seq && a.knowsISN(),
			answersSYN(p) && a.Client != src && a.ISN == p.TCP.Ack-1 && a.knowsISN():
			return i
		}
	}
	if isSYN(p) || len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

// knowsISN reports whether ISN is the number of a SYN and not merely the first one seen.
func (a *Attempt) knowsISN() bool { return a.HasSYN || len(a.Packets) > 0 && isSYNACK(&a.Packets[0]) }

func isSYN(p *Packet) bool    { return p.TCP.Flags&(SYN|ACK|RST) == SYN }
func isSYNACK(p *Packet) bool { return p.TCP.Flags&(SYN|ACK|RST) == SYN|ACK }

// answersSYN reports whether the segment can be an answer that acknowledges a SYN: SYN-ACK or RST-ACK.
func answersSYN(p *Packet) bool {
	return p.TCP.Flags.Has(ACK) && p.TCP.Flags&(SYN|RST) != 0
}

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
	i := g.quoted(key, q)
	if i < 0 {
		i = g.begin(key, g.unseen(q))
	}
	g.attempts[i].Packets = append(g.attempts[i].Packets, *p)
}

// quoted returns the attempt that the quoted segment belongs to, or -1: the one that began with the quoted sequence
// number, else the latest.
func (g *grouper) quoted(key flow, q Quote) int {
	list := g.flows[key]
	for _, i := range slices.Backward(list) {
		if a := &g.attempts[i]; q.HasSeq && a.Client == q.Src && a.ISN == q.Seq && a.knowsISN() {
			return i
		}
	}
	if len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

// unseen is the attempt of an ICMP error that quotes a segment which was not captured.
func (g *grouper) unseen(q Quote) Attempt {
	if g.isServer(q.Src, q.Dst) {
		return Attempt{Client: q.Dst, Server: q.Src}
	}
	return Attempt{Client: q.Src, Server: q.Dst}
}
