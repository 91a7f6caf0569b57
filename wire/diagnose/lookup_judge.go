package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/lang"
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
		j.say(lang.Text{English: "the server's capture does not hold this lookup: another time, another interface, a filter, or something answers in its place",
			Korean: "서버의 캡처에 이 조회가 없다: 다른 때, 다른 인터페이스, 필터, 또는 무언가가 대신 응답한다"})
	case s.rejected:
		j.lost(client, asked, lang.Text{English: "no query reached the server: what sent the ICMP error stopped it", Korean: "서버에 닿은 질의가 없다: ICMP 오류를 보낸 쪽이 막았다"})
	default:
		j.lost(client, asked, lang.Text{English: "%s left the client and never reached the server's network card",
			Korean: "%s, 클라이언트에서 나갔지만 서버의 네트워크 카드에 닿지 않았다"}, queries(asked.Near))
	}
}

// compareLookup says where queries and answers were lost, from what both sides saw.
func (j *JoinedSides) compareLookup(c, s *Seen) {
	asked := wire.Passage{Near: c.packets[client], Far: s.packets[client], Unanswered: s.packets[server] == 0}
	answered := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch {
	case answered.Whereabouts() == wire.BegunBetween:
		j.lost(server, answered, lang.Text{English: "the server sent no answer: what the client got was sent by something on the way",
			Korean: "서버는 응답을 보내지 않았다: 클라이언트가 받은 것은 경로상의 무언가가 보냈다"})
	case asked.Far > 0 && s.packets[server] == 0 && c.rejected && s.rejected:
		j.say(lang.Text{English: "the server itself sent the ICMP error", Korean: "서버 자신이 ICMP 오류를 보냈다"})
	case asked.Far > 0 && s.packets[server] == 0:
		j.lost(client, wire.Passage{Near: asked.Far, Far: asked.Far, Unanswered: true}, lang.Text{English: "%s reached the server's network card, and no answer left it",
			Korean: "%s, 서버의 네트워크 카드에 닿았지만 응답이 나가지 않았다"}, queries(asked.Far))
	case answered.Far == 0:
		j.lost(server, answered, lang.Text{English: "the answer left the server, and did not reach the client", Korean: "응답이 서버에서 나갔지만 클라이언트에 닿지 않았다"})
	default:
		j.say(lang.Text{English: "the server itself sent the answer", Korean: "서버 자신이 응답을 보냈다"})
	}
}
