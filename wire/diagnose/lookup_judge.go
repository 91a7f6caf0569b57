package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// longestLookup is how long resolvers wait for an answer before they ask again, in ns: RES_TIMEOUT of resolv.h.
const longestLookup = 5e9

func (x *lookup) protocol() Subject { return DNS }
func (x *lookup) begun() mark       { return x.first }
func (x *lookup) counted() int64    { return x.packets }
func (x *lookup) frames() Frames    { return x.numbers }

func (x *lookup) addr(dir int) netip.AddrPort {
	if dir == client {
		return x.client.addrPort()
	}
	return x.server.addrPort()
}

// judge names what happened.
func (x *lookup) judge(v *view) (verdict, ending Verdict, inconclusive bool) {
	switch {
	case x.answer.seen():
		verdict, inconclusive = x.judgeAnswer(v)
		return verdict, "", inconclusive
	case x.rejection.seen():
		return Rejected, "", false
	case v.lookups.isOneWay(v, x):
		return OneSided, "", false
	}
	return NoAnswer, "", x.asked.count == 1 && v.last-x.first.at < longestLookup
}

// judgeAnswer tells an answer that helps from one that does not.
func (x *lookup) judgeAnswer(v *view) (verdict Verdict, inconclusive bool) {
	switch code := x.message.Code; {
	case x.message.Truncated && !x.byStream.seen() && !x.stream && len(x.message.Addrs) == 0:
		return Truncated, v.kinds.attempts == 0 || v.last-x.answer.at < longestThought
	case code == wire.DNSNoError, x.found.seen():
		return OK, false
	case code == wire.DNSNoSuchName && x.message.Type == wire.DNSTypePTR: // most addresses have no name
		return OK, false
	case code == wire.DNSNoSuchName:
		return NoSuchName, false
	case code == wire.DNSServerFailure:
		return ServerFailure, false
	case code == wire.DNSRefused:
		return QueryRefused, false
	}
	return QueryError, false
}

// isOneWay reports whether the capture takes queries only: it says so by answers without queries, or by queries of which none is
// answered and none is sent again, although there was time.
func (l *lookups) isOneWay(v *view, x *lookup) bool {
	const fewest, time = 2, 10e9
	if l.both > 0 || v.both > 0 || x.asked.count > 1 {
		return false
	}
	return l.lone > 0 || l.total >= fewest && l.resent == 0 && v.last-x.first.at >= time
}

func (x *lookup) see(s *Seen) {
	s.first, s.last = x.first.at, x.last.at
	s.packets = [2]int64{x.asked.count, 0}
	s.latest = [2]int64{x.asked.last.at, x.answer.at}
	if x.answer.seen() {
		s.packets[server] = 1
	}
	s.rejected = x.rejection.seen()
	if x.asked.count <= fewQueries {
		s.asked, s.heard = x.asked.marks[0].at, x.answer.at
	}
	for i := range x.queries {
		if x.queries[i].seen() {
			s.queries[i] = uint32(x.queries[i].key.id)<<16 | uint32(x.key.hash())
		}
	}
}

// missingLookup is for a lookup that the server's capture does not hold.
func (j *JoinedSides) missingLookup(s *Seen) {
	asked := wire.Passage{Near: s.packets[client]}
	switch {
	case s.packets[server] > 0:
		j.Text = "the server's capture does not hold this lookup: another time, another interface, a filter, or something answers in its place"
	case s.rejected:
		j.lost(client, asked, "no query reached the server: what sent the ICMP error stopped it")
	default:
		j.lost(client, asked, "%s left the client and never reached the server's network card", queries(asked.Near))
	}
}

// compareLookup says where queries and answers were lost, from what both sides saw.
func (j *JoinedSides) compareLookup(c, s *Seen) {
	asked := wire.Passage{Near: c.packets[client], Far: s.packets[client], Unanswered: s.packets[server] == 0}
	answered := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch {
	case answered.Whereabouts() == wire.BegunBetween:
		j.lost(server, answered, "the server sent no answer: what the client got was sent by something on the way")
	case asked.Far > 0 && s.packets[server] == 0 && c.rejected && s.rejected:
		j.Text = "the server itself sent the ICMP error"
	case asked.Far > 0 && s.packets[server] == 0:
		j.lost(client, wire.Passage{Near: asked.Far, Far: asked.Far, Unanswered: true}, "%s reached the server's network card, and no answer left it", queries(asked.Far))
	case answered.Far == 0:
		j.lost(server, answered, "the answer left the server, and did not reach the client")
	default:
		j.Text = "the server itself sent the answer"
	}
}

func queries(n int64) string { return count(n, "%d query", "%d queries") }
