package ladder

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// sight is a packet at one vantage point.
type sight struct {
	packet    *wire.Packet
	id        wire.PathIdentity
	rightward bool
	again     int       // how often the same had been sent before
	copied    bool      // it is a copy, which nobody has sent again
	handshake bool      // it is a part of the handshake
	isn       uint32    // the client's initial sequence number, which its connection is known by
	until     time.Time // when the next like it was seen here; zero: never
	// unanswered says that it asks for an answer, and that none was seen here.
	unanswered bool
	// ttl is the time to live of a packet that comes by again on its way, as in a routing loop; 0: it is the first time. Returns
	// says that it comes by once more.
	ttl     uint8
	returns bool
	probe   string          // the kind of a segment that only wants an answer; empty: it is none
	message wire.DNSMessage // of a message to or from a name server
	port    uint16          // the client's, where there are several connections
	stood   bool            // the connection stood before the capture
	server  netip.Addr      // the one that is asked, where several are
}

func (s *sight) time() time.Time { return s.packet.Time }

func (s *sight) sighting(p *point) Sighting {
	return Sighting{At: p.at, Point: p.name, Frame: s.packet.Frame, Time: s.packet.Time}
}

// couldBe reports whether a later sighting can be of the same packet: not one like it that was sent before or after. Where all of them went
// through they came in their order, and then the next one may have been sent before this one arrived.
func (s *sight) couldBe(o *sight, allThrough bool) bool {
	return !s.packet.IsResent(o.packet) && !o.time().Before(s.time().Add(-clockSlack)) && (allThrough || s.until.IsZero() || o.time().Before(s.until))
}

// sights are the packets of a trace that a ladder shows: those of connections, of echo exchanges, and requests for a
// neighbour that nobody answers. Ports are those of the clients whose SYN was seen at any vantage point: where there
// are some, other connections are what is left of an earlier time.
func (p Columns) sights(t wire.Trace, at Spot, ports map[uint16]bool, known numbers) []*sight {
	var list []*sight
	flows := t.Attempts(0)
	if len(ports) > 0 {
		flows = slices.DeleteFunc(flows, func(f wire.Attempt) bool { return !f.HasSYN && !ports[f.Client.Port()] })
	}
	several, servers := len(flows) > 1, slices.ContainsFunc(flows, func(f wire.Attempt) bool { return f.Server.Addr() != flows[0].Server.Addr() })
	for _, f := range slices.Concat(flows, t.Echoes(), questions(t)) {
		seen := p.sightsOf(&f, known)
		for _, s := range seen {
			if s.packet.Kind == wire.KindDNS {
				s.message, _ = wire.ParseDNS(t.Payloads[s.packet.Frame])
			}
		}
		if f.Lookup {
			noteServers(seen)
		} else if several {
			for _, s := range seen {
				s.port, s.stood = f.Client.Port(), !f.HasSYN
				if servers {
					s.server = f.Server.Addr()
				}
			}
		}
		list = append(list, seen...)
	}
	list = append(list, p.neighbours(t, at)...)
	slices.SortStableFunc(list, func(a, b *sight) int {
		return cmp.Or(a.time().Compare(b.time()), cmp.Compare(a.packet.Frame, b.packet.Frame))
	})
	return list
}

// noteServers tells each query of a lookup whom it asks, where that is not one alone.
func noteServers(list []*sight) {
	asked := func(s *sight) bool { return s.packet.Kind == wire.KindDNS && !s.packet.DNS.Response }
	first := slices.IndexFunc(list, asked)
	if first < 0 || !slices.ContainsFunc(list, func(s *sight) bool { return asked(s) && s.packet.Dst != list[first].packet.Dst }) {
		return
	}
	for _, s := range list {
		if asked(s) {
			s.server = s.packet.Dst
		}
	}
}

// noteNext tells each packet when the next packet like it was seen at the same vantage point, and counts the packets that are alike.
func noteNext(list []*sight) map[wire.PathIdentity]int {
	next, counts := map[wire.PathIdentity]time.Time{}, map[wire.PathIdentity]int{}
	for _, s := range slices.Backward(list) {
		s.until = next[s.id]
		next[s.id] = s.time()
		counts[s.id]++
	}
	return counts
}

// sightsOf are the packets of a connection.
func (p Columns) sightsOf(f *wire.Attempt, known numbers) []*sight {
	shift := known.shift(f)
	list := make([]*sight, len(f.Packets))
	before := map[resent]int{} // the index of the latest that was the same
	for i := range f.Packets {
		packet := &f.Packets[i]
		s := &sight{packet: packet, rightward: p.isRightward(f, packet), handshake: isOfHandshake(f, packet), isn: f.ISN}
		s.id = s.identity(f, shift)
		list[i] = s
		key, counts := resentOf(f, packet)
		if !counts {
			continue
		}
		if j, ok := before[key]; ok {
			s.again, s.copied = list[j].again+1, packet.IsCopy(list[j].packet)
			if s.copied {
				s.again = list[j].again
			}
		}
		before[key] = i
	}
	for i, s := range list {
		s.unanswered = isUnanswered(f, list, i)
	}
	noteCircles(list)
	if !f.Echo && !f.Lookup {
		noteProbes(f, list)
	}
	return list
}

// fewestPasses tells a routing loop from a router that is captured at all of its interfaces, where a packet passes twice.
const fewestPasses = 4

// noteCircles finds packets that pass again and again with a smaller time to live: it is the packet that comes back, and nobody has
// sent it again. Where it has lost 1 in between, the next router has sent it back; in a larger circle it comes from the same side.
func noteCircles(list []*sight) {
	passes := map[wire.PathIdentity][]*sight{}
	for _, s := range list {
		id := s.id
		if before := passes[id]; len(before) > 0 && (s.packet.TTL >= before[len(before)-1].packet.TTL || before[0].packet.IsResent(s.packet)) {
			markCircle(before)
			passes[id] = nil
		}
		passes[id] = append(passes[id], s)
	}
	for _, circle := range passes {
		markCircle(circle)
	}
}

func markCircle(passes []*sight) {
	if len(passes) < fewestPasses {
		return
	}
	for i, s := range passes {
		s.returns = i < len(passes)-1
		if i == 0 {
			continue
		}
		before := passes[i-1]
		s.ttl, s.again, s.rightward = s.packet.TTL, passes[0].again, before.rightward
		if before.packet.TTL-s.packet.TTL == 1 {
			s.rightward = !before.rightward
		}
	}
}

// resent is what a segment has in common with the same one sent again.
type resent struct {
	fromClient bool
	seq        uint32
	flags      wire.Flags
}

// resentOf returns the key of a segment that would be sent again without an answer.
func resentOf(f *wire.Attempt, p *wire.Packet) (key resent, counts bool) {
	if p.Kind == wire.KindDNS { // a lookup has one question
		return resent{fromClient: true}, !p.DNS.Response
	}
	if p.Kind != wire.KindTCP || p.TCP.Flags.Has(wire.RST) {
		return resent{}, false
	}
	key = resent{f.FromClient(p), p.TCP.Seq, p.TCP.Flags & (wire.SYN | wire.FIN)}
	if p.TCP.Payload > 0 {
		key.flags &^= wire.FIN // the same data may be sent again with the FIN that came after it
	}
	return key, key.flags != 0 || p.TCP.Payload > 0
}

// answerWithin bounds how many packets are searched for an answer: one to a segment in flight comes much sooner.
const answerWithin = 1000

// isUnanswered reports whether a segment asks for an answer and none was seen before it was sent again, or at all. A
// segment other than a SYN that was sent once may merely be the last in the capture.
func isUnanswered(f *wire.Attempt, list []*sight, i int) bool {
	p := list[i].packet
	switch {
	case f.Echo:
		return isUnansweredEcho(p, list[i+1:])
	case f.Lookup:
		return isUnansweredQuery(p, list[i+1:])
	}
	key, counts := resentOf(f, p)
	if !counts {
		return false
	}
	end := p.TCP.Seq + uint32(p.TCP.Payload)
	if key.flags != 0 {
		end++
	}
	following := list[i+1:]
	for _, s := range following[:min(len(following), answerWithin)] {
		o := s.packet
		switch {
		case f.FromClient(o) == key.fromClient:
			if again, _ := resentOf(f, o); again == key && !s.copied {
				return true
			}
		case o.Kind == wire.KindICMP, o.TCP.Flags.Has(wire.RST), isChallenge(p, o),
			o.TCP.Flags.Has(wire.ACK) && int32(o.TCP.Ack-end) >= 0:
			return false
		}
	}
	return len(following) < answerWithin && (key.flags.Has(wire.SYN) || list[i].again > 0)
}

// isChallenge reports whether a segment answers a SYN by the numbers of an older connection (RFC 5961 section 4).
func isChallenge(syn, answer *wire.Packet) bool {
	return syn.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN && answer.TCP.Flags&(wire.SYN|wire.ACK) == wire.ACK
}

// isUnansweredEcho reports whether the packet is an echo request to which neither a reply nor an error was seen.
func isUnansweredEcho(p *wire.Packet, following []*sight) bool {
	return p.ICMP.IsEchoRequest() && !slices.ContainsFunc(following, func(s *sight) bool {
		m := &s.packet.ICMP
		return m.IsEchoReply() && m.Sequence == p.ICMP.Sequence || m.Quote.HasEcho && m.Quote.Sequence == p.ICMP.Sequence
	})
}

// isUnansweredQuery reports whether the packet is a query to which neither an answer nor an error was seen.
func isUnansweredQuery(p *wire.Packet, following []*sight) bool {
	return p.Kind == wire.KindDNS && !p.DNS.Response && !slices.ContainsFunc(following, func(s *sight) bool {
		o := s.packet
		return o.Kind == wire.KindDNS && o.DNS.Response && o.DNS.ID == p.DNS.ID && o.DstAddrPort() == p.SrcAddrPort() ||
			o.Kind == wire.KindICMP && o.ICMP.Quote.Src == p.SrcAddrPort()
	})
}

// questions are the lookups, without the connections on which a question was asked again: those are among the attempts.
func questions(t wire.Trace) []wire.Attempt {
	var list []wire.Attempt
	for _, l := range t.Lookups() {
		l.Packets = slices.DeleteFunc(l.Packets, func(p wire.Packet) bool {
			return p.Kind == wire.KindTCP || p.Kind == wire.KindICMP && p.ICMP.Quote.HasSeq
		})
		list = append(list, l.Attempt)
	}
	return list
}

// isRightward reports whether the packet travels from the first host towards the last: by its addresses, else by the
// roles of the connection, whose client is on the left.
func (p Columns) isRightward(f *wire.Attempt, packet *wire.Packet) bool {
	from, to := p.hostOf(packet.Src), p.hostOf(packet.Dst)
	if from >= 0 && to >= 0 && from != to {
		return from < to
	}
	if client := p.hostOf(f.Client.Addr()); client >= 0 && client == len(p.Hosts)-1 && client > 0 {
		return !f.FromClient(packet)
	}
	return f.FromClient(packet)
}

// neighbours are the requests (ARP, Neighbour Discovery) that nobody has answered.
func (p Columns) neighbours(t wire.Trace, at Spot) []*sight {
	var list []*sight
	for i := range t.Packets {
		packet := &t.Packets[i]
		if packet.Kind != wire.KindARP && packet.Kind != wire.KindND || packet.Neighbour.Reply || isAnnouncement(packet) {
			continue
		}
		if answers(packet, t.Packets[i:]) || p.wasTold(packet) {
			continue
		}
		// What a host itself asks for leaves by the interface at which it was captured; the rest comes in there.
		right := at > Inside(at.Host()) || at == Inside(at.Host()) && at == 0
		own := p.hostOf(packet.Src) == at.Host() || packet.Src.IsLinkLocalUnicast() && p.isBeyond(packet.Neighbour.Target, at, right)
		list = append(list, &sight{packet: packet, rightward: own == right, unanswered: true})
	}
	return list
}

// isBeyond reports whether an address belongs to a host behind the link of a vantage point, and not to the host that captures there. A router asks
// for such a host by an address of the link alone.
func (p Columns) isBeyond(addr netip.Addr, at Spot, right bool) bool {
	host := p.hostOf(addr)
	return host >= 0 && (right && host > at.Host() || !right && host < at.Host())
}

// answers reports whether the request is answered among the packets.
func answers(request *wire.Packet, packets []wire.Packet) bool {
	return slices.ContainsFunc(packets, func(o wire.Packet) bool {
		return o.Kind == request.Kind && o.Neighbour.Reply && o.Neighbour.Target == request.Neighbour.Target
	})
}

// untilAskedAgain is less than the time between two requests of a kernel for one neighbour (retrans_time_ms), and more than the clocks
// of vantage points differ by.
const untilAskedAgain = 500 * time.Millisecond

// wasTold reports whether the host that asked has its answer. On a switch, others hear the request and not the answer.
func (p Columns) wasTold(request *wire.Packet) bool {
	asker := p.hostOf(request.Src)
	if asker < 0 {
		return false
	}
	h := &p.Hosts[asker]
	return slices.ContainsFunc([]*wire.Trace{h.Left, h.Here, h.Right}, func(t *wire.Trace) bool {
		for i := range packetsOf(t) {
			o := &t.Packets[i]
			same := o.Kind == request.Kind && !o.Neighbour.Reply && o.Neighbour.Target == request.Neighbour.Target
			if same && request.Time.Sub(o.Time).Abs() < untilAskedAgain && answers(o, t.Packets[i:]) {
				return true
			}
		}
		return false
	})
}

// packetsOf are those of a trace, none where nothing was captured.
func packetsOf(t *wire.Trace) []wire.Packet {
	if t == nil {
		return nil
	}
	return t.Packets
}

// isAnnouncement reports whether a request asks for the sender's own address: to announce it, or to see whether another
// has it. Nobody is to answer that.
func isAnnouncement(p *wire.Packet) bool {
	return p.Src == p.Neighbour.Target || p.Src.IsUnspecified()
}
