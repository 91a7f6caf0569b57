package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Loss says where a packet was lost, as far as two vantage points can tell.
type Loss string

// The places.
const (
	LostNowhere      Loss = ""
	LostBeforeServer Loss = "before-server" // it left the client and did not reach the server
	LostAtServer     Loss = "at-server"     // it reached the server, and no answer left
	LostBeforeClient Loss = "before-client" // the answer left the server and did not reach the client
	LostAtClient     Loss = "at-client"     // the answer reached the client, which did not take it
	ForgedBetween    Loss = "forged-between"
)

// JoinedSides is an attempt as seen from both sides.
type JoinedSides struct {
	// Other is the index of the same attempt in the server's capture, -1 when it is not there.
	Other int
	// NAT says that the addresses or ports differ between the two.
	NAT  bool
	Loss Loss
	// Unwatched says that the server's capture holds nothing any more of the time when something was lost before it: it may have ended.
	Unwatched bool
	// Text is one sentence.
	Text lang.Message
}

// SidePair is the outcome of [Join].
type SidePair struct {
	// JoinedSides has an element for each attempt of the client's capture.
	Joined []JoinedSides
	// Swapped says that the first capture was made nearer to the server than the second.
	Swapped bool
	// Offset is how far the server's clock is ahead of the client's, as far as it can be told (Known), give or take
	// Margin.
	Offset, Margin time.Duration
	Known          bool
}

// Join finds, for each attempt of the client's capture, the same one in the server's, also through address translation:
// by the initial sequence number, and where that is rewritten too, by the timestamp of the SYN; an echo exchange by the
// data of its requests. What the server's capture does not hold is taken to have been absent: [JoinCovered] is for one that
// may not show all.
func Join(fromClient, fromServer []Seen) SidePair {
	return JoinCovered(fromClient, fromServer, Coverage{})
}

// JoinCovered is Join with a server's capture of which it is known what it covers.
func JoinCovered(fromClient, fromServer []Seen, behind Coverage) SidePair {
	there, ends := finderIn(fromServer), endsIn(fromServer)
	p := SidePair{Joined: make([]JoinedSides, len(fromClient))}
	for i := range fromClient {
		mark := fromClient[i].hallmark()
		j := &p.Joined[i]
		if j.Other, j.NAT = there.Find(&mark); j.Other < 0 {
			j.Other = ends.find(&fromClient[i], fromServer)
		}
	}
	p.clock(fromClient, fromServer)
	p.Swapped = p.areSwapped(fromClient, fromServer)
	directions := directionsOf(fromServer)
	both := periodsOf(fromClient, behind, p.Offset)
	others, shown := strangersIn(fromServer, p.Joined), hostsIn(fromClient, fromServer, p.Joined)
	for i := range fromClient {
		c, j := &fromClient[i], &p.Joined[i]
		var doubt lang.Message
		switch {
		case p.Swapped:
			doubt = lang.Tell(lang.Text{English: "the captures are swapped: the one given for the client was made nearer to the server; give them the other way round",
				Korean: "두 캡처가 뒤바뀌었다: 클라이언트의 것으로 준 캡처가 서버에 더 가까운 곳에서 만들어졌다; 반대로 준다"})
		case j.Other < 0:
			doubt = firstOf(behind.doubt(c, p.Offset), directions.doubt(client), shown.doubt(c), behind.filters(c), others.doubt(c, p.Offset))
		case fromServer[j.Other].packets[server] == 0:
			doubt = firstOf(behind.hides(c), directions.doubt(server), both.doubt(c, &fromServer[j.Other]))
		default:
			doubt = both.doubt(c, &fromServer[j.Other])
		}
		switch {
		case !doubt.IsEmpty():
			j.say(lang.Text{English: "undecided: %s", Korean: "판단할 수 없다: %s"}, doubt)
		case j.Other >= 0:
			j.compare(c, &fromServer[j.Other], both.known)
			j.Unwatched = j.Loss == LostBeforeServer && both.isUnwatched(c)
		default:
			j.missing(c, fromServer)
		}
	}
	return p
}

// pairOfEnds is the client and the server of a connection.
type pairOfEnds [2]netip.AddrPort

// ends are the only connections between their ends; -1 where there are several.
type ends map[pairOfEnds]int

func endsIn(list []Seen) ends {
	e := ends{}
	for i := range list {
		if s := &list[i]; s.Protocol == TCP {
			key := pairOfEnds{s.Client, s.Server}
			if _, known := e[key]; known {
				i = -1
			}
			e[key] = i
		}
	}
	return e
}

// find returns the connection where one of the captures, or both, begin in the middle of it, so that its number is not known.
func (e ends) find(s *Seen, fromServer []Seen) int {
	i, known := e[pairOfEnds{s.Client, s.Server}]
	if !known || i < 0 || s.Protocol != TCP || s.hasSYN && fromServer[i].hasSYN {
		return -1
	}
	return i
}

// hallmark is what the attempt is known by in another capture.
func (s *Seen) hallmark() wire.Hallmark {
	h := wire.Hallmark{Kind: kindOf[s.Protocol], Client: s.Client, Server: s.Server, Number: s.isn, HasSYN: s.hasSYN, SYN: s.syn,
		Requests: s.samples[:min(s.echo.Requests, fewSamples)]}
	if s.Protocol == DNS {
		h.Number, h.Queries = s.queries[0], s.queries[:min(s.packets[client], fewQueries)]
	}
	return h
}

var kindOf = map[Subject]wire.Kind{TCP: wire.KindTCP, ICMP: wire.KindICMP, ARP: wire.KindARP, ND: wire.KindND, DNS: wire.KindDNS}

func finderIn(list []Seen) *wire.Finder {
	marks := make([]wire.Hallmark, len(list))
	for i := range list {
		marks[i] = list[i].hallmark()
	}
	return wire.NewFinder(marks)
}

// say says what came of the comparison.
func (j *JoinedSides) say(text lang.Text, args ...any) { j.Text = lang.Tell(text, args...) }

// lost says where packets that the side dir sent were lost.
func (j *JoinedSides) lost(dir int, p wire.Passage, text lang.Text, args ...any) {
	j.say(text, args...)
	switch w := p.Whereabouts(); {
	case w == wire.BegunBetween:
		j.Loss = ForgedBetween
	case w == wire.LostBetween:
		j.Loss = [...]Loss{client: LostBeforeServer, server: LostBeforeClient}[dir]
	case w == wire.LostAtEnd:
		j.Loss = [...]Loss{client: LostAtServer, server: LostAtClient}[dir]
	}
}

// clock estimates the offset between the clocks: a SYN arrives after it was sent, and so does a SYN-ACK. Each attempt
// that both sides saw narrows the range; SYNs and SYN-ACKs that were lost and sent again only leave it wide.
func (p *SidePair) clock(fromClient, fromServer []Seen) {
	var upper, lower []int64
	for i, joined := range p.Joined {
		if joined.Other < 0 {
			continue
		}
		c, s := &fromClient[i], &fromServer[joined.Other]
		if c.Protocol == ICMP && (c.samples[0] != s.samples[0] || c.heardSeq != s.heardSeq) {
			continue // captures that begin or lose at another request
		}
		if c.Protocol == DNS && c.queries[0] != s.queries[0] {
			continue
		}
		if c.asked != 0 && s.asked != 0 {
			upper = append(upper, s.asked-c.asked)
		}
		if c.heard != 0 && s.heard != 0 {
			lower = append(lower, s.heard-c.heard)
		}
	}
	if len(upper) == 0 {
		return
	}
	high := slices.MinFunc(upper, cmp.Compare[int64])
	low := high
	if len(lower) > 0 {
		low = slices.Max(lower)
	}
	p.Known = true
	p.Offset = time.Duration(low + (high-low)/2)
	p.Margin = time.Duration(max(high-low, low-high) / 2)
}

// missing is for an attempt that the server's capture does not hold.
func (j *JoinedSides) missing(s *Seen, fromServer []Seen) {
	asked, answered := wire.Passage{Near: max(s.syns, 1)}, wire.Passage{Far: s.packets[server]}
	switch {
	case s.Protocol == ICMP:
		j.missingEcho(s)
	case s.Protocol == DNS:
		j.missingLookup(s)
	case s.Verdict == NoNeighbour:
		j.say(lang.Text{English: "no packet left for the server", Korean: "서버로 나간 패킷이 없다"})
	case s.packets[server] > 0 && s.refusals+s.rsts > 0 && s.synacks == 0:
		j.lost(server, answered, lang.Text{English: "the server never saw the SYN: the RST was sent by something on the way",
			Korean: "서버는 SYN을 보지 못했다: RST는 경로상의 무언가가 보냈다"})
	case s.rejected:
		j.lost(client, asked, lang.Text{English: "the SYN never reached the server: what sent the ICMP error stopped it", Korean: "SYN이 서버에 닿지 않았다: ICMP 오류를 보낸 쪽이 막았다"})
	case s.packets[server] == 0 && (s.hasSYN || s.Protocol != TCP):
		j.lost(client, asked, lang.Text{English: "%s left the client and never reached the server's network card",
			Korean: "%s, 클라이언트에서 나갔지만 서버의 네트워크 카드에 닿지 않았다"}, syns(asked.Near))
	default:
		j.say(lang.Text{English: "the server's capture does not hold this connection: another time, another interface, or a proxy in between",
			Korean: "서버의 캡처에 이 연결이 없다: 다른 때, 다른 인터페이스, 또는 사이에 있는 프록시"})
	}
}

// compare says where packets were lost, from what both sides saw.
func (j *JoinedSides) compare(c, s *Seen, covered bool) {
	asked := wire.Passage{Near: c.packets[client], Far: s.packets[client], Unanswered: s.packets[server]+c.packets[server] == 0}
	answered := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	resets := wire.Passage{Near: s.refusals + s.rsts, Far: c.refusals + c.rsts}
	clientResets := wire.Passage{Near: c.clientRSTs, Far: s.clientRSTs}
	switch {
	case c.Protocol == ICMP:
		j.compareEcho(c, s)
	case c.Protocol == DNS:
		j.compareLookup(c, s)
	case asked.Whereabouts() == wire.LostAtEnd && c.rejected && s.rejected:
		j.lost(client, asked, lang.Text{English: "the server itself sent the ICMP error", Korean: "서버 자신이 ICMP 오류를 보냈다"})
	case asked.Whereabouts() == wire.LostAtEnd:
		j.lost(client, asked, lang.Text{English: "%s reached the server's network card, and no answer left it",
			Korean: "%s, 서버의 네트워크 카드에 닿았지만 응답이 나가지 않았다"}, packets(asked.Far))
	case answered.Whereabouts() == wire.BegunBetween:
		j.lost(server, answered, lang.Text{English: "the server sent nothing: what the client got was sent by something on the way",
			Korean: "서버는 아무것도 보내지 않았다: 클라이언트가 받은 것은 경로상의 무언가가 보냈다"})
	case answered.Far == 0 && c.foreign:
		j.lost(server, wire.Passage{Near: answered.Near, Far: answered.Near, Unanswered: true}, lang.Text{English: "the answers reached the client from another address, %s, and it does not take them: NAT translates one direction only",
			Korean: "응답이 다른 주소(%s)에서 클라이언트에 닿아 받아들여지지 않는다: NAT가 한 방향만 변환한다"},
			s.Server)
	case answered.Far == 0:
		j.lost(server, answered, lang.Text{English: "%s left the server, and none reached the client", Korean: "%s, 서버에서 나갔지만 하나도 클라이언트에 닿지 않았다"}, packets(answered.Near))
	case c.synacks > 0 && s.refusals > 0 && s.synacks == 0:
		j.lost(server, wire.Passage{Near: s.synacks, Far: c.synacks}, lang.Text{English: "the server refused the SYN: the SYN-ACK that the client got was sent by something on the way",
			Korean: "서버는 SYN을 거부했다: 클라이언트가 받은 SYN-ACK을 보낸 것은 경로상의 무언가다"})
	case resets.Whereabouts() == wire.BegunBetween:
		j.lost(server, resets, lang.Text{English: "the client got a RST that the server did not send", Korean: "서버가 보내지 않은 RST를 클라이언트가 받았다"})
	case clientResets.Whereabouts() == wire.BegunBetween:
		j.lost(client, clientResets, lang.Text{English: "the server got a RST that the client did not send", Korean: "클라이언트가 보내지 않은 RST를 서버가 받았다"})
	case c.refusals > 0 && s.refusals > 0:
		j.say(lang.Text{English: "the server itself sent the RST", Korean: "서버 자신이 RST를 보냈다"})
	case clientResets.Far == 0 && clientResets.Near > 0 && c.synacks+s.synacks == 0: // to an ACK of an older connection
		j.lost(client, clientResets, lang.Text{English: "%s left the client, and none reached the server: the older connection stays there",
			Korean: "%s, 클라이언트에서 나갔지만 하나도 서버에 닿지 않았다: 서버에 옛 연결이 그대로 남는다"}, rsts(clientResets.Near))
	default:
		j.compareData(c, s, covered)
	}
}

// compareData compares what was sent once the connection stood; covered says that the captures may have begun and ended at different
// times.
func (j *JoinedSides) compareData(c, s *Seen, covered bool) {
	atClient := wire.Passage{Near: s.synacks, Far: c.synacks, Unanswered: c.Verdict == SYNACKUnanswered && !c.acked}
	down := wire.Passage{Near: s.bytes[server], Far: c.bytes[server]}
	up := wire.Passage{Near: c.bytes[client], Far: s.bytes[client]}
	sent := wire.Passage{Near: c.packets[client], Far: s.packets[client]}
	answers := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch {
	case atClient.Whereabouts() == wire.LostAtEnd:
		j.lost(server, atClient, lang.Text{English: "%s reached the client, and it acknowledged none: the cause is at the client (its firewall, its stack)",
			Korean: "%s, 클라이언트에 닿았지만 하나도 확인 응답하지 않았다: 원인은 클라이언트에 있다(방화벽, 스택)"}, synacks(atClient.Far))
	case down.Whereabouts() == wire.LostBetween && !s.unacked[server], up.Whereabouts() == wire.LostBetween && !c.unacked[client]:
		j.say(lang.Text{English: "all data was acknowledged: one of the captures lacks a part of it", Korean: "데이터는 모두 확인 응답되었다: 한쪽 캡처에 일부가 빠져 있다"})
	case down.Whereabouts() == wire.LostBetween && covered && !s.owed[server], up.Whereabouts() == wire.LostBetween && covered && !c.owed[client]:
		j.say(lang.Text{English: "undecided: a capture ends while the last data is under way", Korean: "판단할 수 없다: 마지막 데이터가 오가는 도중에 캡처가 끝난다"})
	case down.Whereabouts() == wire.LostBetween:
		j.lost(server, down, lang.Text{English: "of %d bytes that the server sent, %d reached the client",
			Korean: "서버가 보낸 %d바이트 가운데 %d바이트가 클라이언트에 닿았다"}, down.Near, down.Far)
	case up.Whereabouts() == wire.LostBetween:
		j.lost(client, up, lang.Text{English: "of %d bytes that the client sent, %d reached the server", Korean: "클라이언트가 보낸 %d바이트 가운데 %d바이트가 서버에 닿았다"}, up.Near, up.Far)
	case atClient.Whereabouts() == wire.LostBetween:
		j.lost(server, atClient, lang.Text{English: "%d of %s did not reach the client",
			Korean: "%[2]s 가운데 %[1]d개가 클라이언트에 닿지 않았다"}, atClient.Near-atClient.Far, synacks(atClient.Near))
	// Elsewhere the other side has answered all that counts: one capture may have ended a packet before the other.
	case sent.Whereabouts() == wire.LostBetween && (c.Verdict == Blackhole || c.Verdict == MTUBlackhole || c.Verdict == SYNACKUnanswered ||
		c.Verdict == ZeroWindow && sent.Near-sent.Far >= fewestUnheard):
		j.lost(client, sent, lang.Text{English: "%d of %s of the client did not reach the server",
			Korean: "클라이언트의 %[2]s 가운데 %[1]d개가 서버에 닿지 않았다"}, sent.Near-sent.Far, packets(sent.Near))
	case answers.Whereabouts() == wire.LostBetween && s.Verdict == Blackhole:
		j.lost(server, answers, lang.Text{English: "%d of %s of the server did not reach the client",
			Korean: "서버의 %[2]s 가운데 %[1]d개가 클라이언트에 닿지 않았다"}, answers.Near-answers.Far, packets(answers.Near))
	case c.Verdict == NoReply || c.Verdict == SYNACKUnanswered || c.Verdict == Blackhole && c.stuck:
		sent.Unanswered = true
		j.lost(client, sent, lang.Text{English: "everything reached the server: the cause is there", Korean: "모두 서버에 닿았다: 원인은 그곳에 있다"})
	default:
		j.say(lang.Text{English: "both sides saw the same", Korean: "양쪽이 본 것이 같다"})
	}
}
