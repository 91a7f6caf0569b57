package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// seen is what package diagnose says of packets.
type seen struct {
	diagnose.Explanation
	verdict      diagnose.Verdict
	inconclusive bool
	packets      int64
}

// diagnosed returns what the packets say of the connection, or, when none of it left, of the next hop.
func diagnosed(packets []wire.Packet) *seen {
	var connection, neighbour *seen
	diagnose.Each(packets, func(a *diagnose.Attempt) {
		s := &seen{a.Explain(), a.Verdict, a.Inconclusive, a.Packets()}
		switch {
		case a.Verdict == diagnose.NoNeighbour:
			neighbour = s
		case connection == nil:
			connection = s
		}
	})
	if connection == nil {
		return neighbour
	}
	return connection
}

// conclude puts together what was seen, where there was a capture, and what was felt.
func (r *Result) conclude(f *flow, felt feeling, tapped bool) {
	if f.port.Load() != 0 {
		r.Client = netip.AddrPortFrom(f.local, uint16(f.port.Load())).String()
	}
	r.ElapsedMS, r.Error = milliseconds(felt.elapsed), felt.cause()
	if s := diagnosed(f.packets); s != nil && felt.agrees(s.verdict) {
		r.fromPackets(s)
	} else {
		r.fromFeeling(f, felt)
		// A neighbour that was asked for once has not had its time: the kernel's own table decided.
		if tapped && r.Verdict != diagnose.NoNeighbour {
			r.unseen("the packets that decided it: they did not pass %s, where the capture was", r.Route.Interface)
		}
	}
	r.pingError()
	r.answerPath()
	r.weigh(f)
}

// fromPackets takes over what the packets say. That this end closed at once, asked for nothing, and did not wait long for
// the server to close, is no finding.
func (r *Result) fromPackets(s *seen) {
	r.Captured, r.Verdict, r.Inconclusive, r.Packets = true, s.verdict, s.inconclusive, s.packets
	r.Summary, r.Notes = s.Summary, append(r.Notes, s.Notes...)
	if r.Route.Local { // every packet passes the loopback interface twice, out and in
		r.Notes = slices.DeleteFunc(r.Notes, func(note string) bool { return strings.HasSuffix(note, "captured twice") })
	}
	for _, e := range s.Evidence {
		r.Evidence = append(r.Evidence, Evidence(e))
	}
	switch s.verdict {
	case diagnose.HalfClosed, diagnose.ResetByClient:
		r.Verdict, r.Summary = diagnose.Open, "established; the server had not closed its side when the probe ended"
	case diagnose.ClosedEarly: // whose FIN was first is a race
		r.Verdict = diagnose.OK
		r.note("the server closed without being asked anything: so does a proxy that has lost its backend, or an access list")
	}
	if r.Verdict.Failed() {
		r.Rivals, r.Next = slices.Clone(s.Rivals), slices.Clone(s.Next)
	}
}

// fromFeeling is for an attempt that no packet was seen of.
func (r *Result) fromFeeling(f *flow, felt feeling) {
	r.Verdict = felt.verdict(r.Neighbour)
	after := span(r.ElapsedMS)
	switch {
	case felt.err == nil:
		r.Summary = fmt.Sprintf("connected after %s", after)
	case r.Verdict == diagnose.NoAnswer || r.Verdict == diagnose.NoNeighbour:
		r.Summary = fmt.Sprintf("no answer in %s", after)
	default:
		r.Summary = fmt.Sprintf("connect failed after %s: %s", after, r.Error)
	}
	if least := diagnosed(leastOf(r.Verdict, f)); least != nil && r.Verdict.Failed() {
		r.Rivals, r.Next = slices.Clone(least.Rivals), slices.Clone(least.Next)
	}
	if r.Verdict == diagnose.Refused {
		r.Rivals = append(r.Rivals, "a firewall on the way rejects (ICMP unreachable port gives the same error as RST)")
	}
}

// leastOf is the least that a capture with this verdict would hold. Package diagnose is asked about it for the rivals and
// the next checks, so that they are the same whether or not packets could be seen; its summary and evidence are not used.
func leastOf(v diagnose.Verdict, f *flow) []wire.Packet {
	client, server := f.client(), f.server
	start := time.Unix(1, 0)
	packet := func(kind wire.Kind, from, to netip.AddrPort) wire.Packet {
		start = start.Add(time.Second)
		return wire.Packet{Time: start, Frame: 1, Kind: kind, TTL: 64, Src: from.Addr(), SrcPort: from.Port(),
			Dst: to.Addr().WithZone(""), DstPort: to.Port()}
	}
	syn := packet(wire.KindTCP, client, server)
	syn.TCP = wire.TCP{Flags: wire.SYN, Seq: 1}
	answer := packet(wire.KindTCP, server, client)
	answer.Frame = 2
	switch v {
	case diagnose.NoAnswer:
		return []wire.Packet{syn}
	case diagnose.Refused:
		answer.TCP = wire.TCP{Flags: wire.RST | wire.ACK, Ack: 2}
		return []wire.Packet{syn, answer}
	case diagnose.Rejected:
		answer.Kind = wire.KindICMP
		answer.ICMP = unreachable(client, server)
		return []wire.Packet{syn, answer}
	case diagnose.NoNeighbour:
		request := packet(wire.KindARP, client, netip.AddrPortFrom(f.hop, 0))
		if f.hop.Is6() {
			request.Kind = wire.KindND
		}
		request.Neighbour.Target = f.hop
		again := request
		again.Frame, again.Time = 2, start.Add(time.Second)
		return []wire.Packet{request, again}
	}
	return nil
}

// unreachable is the ICMP error "unreachable host" about a connection.
func unreachable(client, server netip.AddrPort) wire.ICMP {
	m := wire.ICMP{V6: server.Addr().Is6(), Type: 3, Code: 1, HasQuote: true,
		Quote: wire.Quote{Src: client, Dst: server, Protocol: protocolTCP, HasSeq: true, Seq: 1}}
	if m.V6 {
		m.Type, m.Code = 1, 3
	}
	return m
}
