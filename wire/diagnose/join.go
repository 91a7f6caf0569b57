package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

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
	// Text is one sentence.
	Text string
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
	for i := range fromClient {
		c, j := &fromClient[i], &p.Joined[i]
		doubt := ""
		switch {
		case p.Swapped:
			doubt = "the captures are swapped: the one given for the client was made nearer to the server; give them the other way round"
		case j.Other < 0:
			doubt = cmp.Or(behind.doubt(c, p.Offset), directions.doubt(client))
		case fromServer[j.Other].packets[server] == 0:
			doubt = cmp.Or(behind.hides(c), directions.doubt(server), both.doubt(c, &fromServer[j.Other]))
		default:
			doubt = both.doubt(c, &fromServer[j.Other])
		}
		switch {
		case doubt != "":
			j.Text = "undecided: " + doubt
		case j.Other >= 0:
			j.compare(c, &fromServer[j.Other], both.known)
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

// lost says where packets that the side dir sent were lost.
func (j *JoinedSides) lost(dir int, p wire.Passage, format string, args ...any) {
	j.Text = fmt.Sprintf(format, args...)
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
		j.Text = "no packet left for the server"
	case s.packets[server] > 0 && s.refusals+s.rsts > 0 && s.synacks == 0:
		j.lost(server, answered, "the server never saw the SYN: the RST was sent by something on the way")
	case s.rejected:
		j.lost(client, asked, "the SYN never reached the server: what sent the ICMP error stopped it")
	case s.packets[server] == 0 && (s.hasSYN || s.Protocol != TCP):
		j.lost(client, asked, "%s left the client and never reached the server's network card", plural(asked.Near, "SYN"))
	default:
		j.Text = "the server's capture does not hold this connection: another time, another interface, or a proxy in between"
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
		j.lost(client, asked, "the server itself sent the ICMP error")
	case asked.Whereabouts() == wire.LostAtEnd:
		j.lost(client, asked, "%s reached the server's network card, and no answer left it", plural(asked.Far, "packet"))
	case answered.Whereabouts() == wire.BegunBetween:
		j.lost(server, answered, "the server sent nothing: what the client got was sent by something on the way")
	case answered.Far == 0 && c.foreign:
		j.lost(server, wire.Passage{Near: answered.Near, Far: answered.Near, Unanswered: true}, "the answers reached the client from another address, %s, "+
			"and it does not take them: NAT translates one direction only", s.Server)
	case answered.Far == 0:
		j.lost(server, answered, "%s left the server, and none reached the client", plural(answered.Near, "packet"))
	case resets.Whereabouts() == wire.BegunBetween:
		j.lost(server, resets, "the client got a RST that the server did not send")
	case clientResets.Whereabouts() == wire.BegunBetween:
		j.lost(client, clientResets, "the server got a RST that the client did not send")
	case c.refusals > 0 && s.refusals > 0:
		j.Text = "the server itself sent the RST"
	case clientResets.Far == 0 && clientResets.Near > 0 && c.synacks+s.synacks == 0: // to an ACK of an older connection
		j.lost(client, clientResets, "%s left the client, and none reached the server: the older connection stays there", plural(clientResets.Near, "RST"))
	default:
		j.compareData(c, s, covered)
	}
}

// compareData compares what was sent once the connection stood; covered says that the captures may have begun and ended at different
// times.
func (j *JoinedSides) compareData(c, s *Seen, covered bool) {
	synacks := wire.Passage{Near: s.synacks, Far: c.synacks, Unanswered: c.Verdict == SYNACKUnanswered && !c.acked}
	down := wire.Passage{Near: s.bytes[server], Far: c.bytes[server]}
	up := wire.Passage{Near: c.bytes[client], Far: s.bytes[client]}
	packets := wire.Passage{Near: c.packets[client], Far: s.packets[client]}
	answers := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch {
	case synacks.Whereabouts() == wire.LostAtEnd:
		j.lost(server, synacks, "%s reached the client, and it acknowledged none: the cause is at the client (its firewall, its stack)", plural(synacks.Far, "SYN-ACK"))
	case down.Whereabouts() == wire.LostBetween && !s.unacked[server], up.Whereabouts() == wire.LostBetween && !c.unacked[client]:
		j.Text = "all data was acknowledged: one of the captures lacks a part of it"
	case down.Whereabouts() == wire.LostBetween && covered && !s.owed[server], up.Whereabouts() == wire.LostBetween && covered && !c.owed[client]:
		j.Text = "undecided: a capture ends while the last data is under way"
	case down.Whereabouts() == wire.LostBetween:
		j.lost(server, down, "of %d bytes that the server sent, %d reached the client", down.Near, down.Far)
	case up.Whereabouts() == wire.LostBetween:
		j.lost(client, up, "of %d bytes that the client sent, %d reached the server", up.Near, up.Far)
	case synacks.Whereabouts() == wire.LostBetween:
		j.lost(server, synacks, "%d of %s did not reach the client", synacks.Near-synacks.Far, plural(synacks.Near, "SYN-ACK"))
	// Elsewhere the other side has answered all that counts: one capture may have ended a packet before the other.
	case packets.Whereabouts() == wire.LostBetween && (c.Verdict == Blackhole || c.Verdict == MTUBlackhole || c.Verdict == SYNACKUnanswered):
		j.lost(client, packets, "%d of %s of the client did not reach the server", packets.Near-packets.Far, plural(packets.Near, "packet"))
	case answers.Whereabouts() == wire.LostBetween && s.Verdict == Blackhole:
		j.lost(server, answers, "%d of %s of the server did not reach the client", answers.Near-answers.Far, plural(answers.Near, "packet"))
	case c.Verdict == NoReply || c.Verdict == SYNACKUnanswered || c.Verdict == Blackhole && c.stuck:
		packets.Unanswered = true
		j.lost(client, packets, "everything reached the server: the cause is there")
	default:
		j.Text = "both sides saw the same"
	}
}
