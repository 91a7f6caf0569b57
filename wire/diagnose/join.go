package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Loss says where a packet was lost, as far as two vantage points can tell.
type Loss string

// The places.
const (
	LostNowhere      Loss = ""
	LostBeforeServer Loss = "before-server" // it left the client and did not reach the server
	LostAtServer     Loss = "at-server"     // it reached the server, and no answer left
	LostBeforeClient Loss = "before-client" // the answer left the server and did not reach the client
	ForgedBetween    Loss = "forged-between"
)

// Joined is an attempt as seen from both sides.
type Joined struct {
	// Other is the index of the same attempt in the server's capture, -1 when it is not there.
	Other int
	// NAT says that the addresses or ports differ between the two.
	NAT  bool
	Loss Loss
	// Text is one sentence.
	Text string
}

// Pair is the outcome of [Join].
type Pair struct {
	// Joined has an element for each attempt of the client's capture.
	Joined []Joined
	// Offset is how far the server's clock is ahead of the client's, as far as it can be told (Known), give or take
	// Margin.
	Offset, Margin time.Duration
	Known          bool
}

// attemptKey is what both sides see of an attempt when nothing rewrites addresses.
type attemptKey struct {
	protocol       Protocol
	client, server netip.AddrPort
	number         uint32 // the initial sequence number; of an echo exchange, its identifier
}

func (s *Seen) key() attemptKey { return attemptKey{s.Protocol, s.Client, s.Server, s.isn} }

// Join finds, for each attempt of the client's capture, the same one in the server's, also through address translation:
// by the initial sequence number, and where that is rewritten too, by the timestamp of the SYN; an echo exchange by the
// data of its requests.
func Join(fromClient, fromServer []Seen) Pair {
	j := newJoiner(fromServer)
	p := Pair{Joined: make([]Joined, len(fromClient))}
	for i := range fromClient {
		p.Joined[i].Other, p.Joined[i].NAT = j.find(&fromClient[i])
	}
	p.clock(fromClient, fromServer)
	for i := range fromClient {
		if other := p.Joined[i].Other; other >= 0 {
			p.Joined[i].compare(&fromClient[i], &fromServer[other])
		} else {
			p.Joined[i].missing(&fromClient[i], fromServer)
		}
	}
	return p
}

type joiner struct {
	list   []Seen
	echoes []int
	exact  map[attemptKey]int
	number map[uint32][]int // by ISN
	stamp  map[uint32][]int // by the timestamp of the SYN
}

func newJoiner(list []Seen) *joiner {
	j := &joiner{list, nil, map[attemptKey]int{}, map[uint32][]int{}, map[uint32][]int{}}
	for i := range list {
		s := &list[i]
		j.exact[s.key()] = i
		if s.Protocol == ICMP {
			j.echoes = append(j.echoes, i)
		}
		if s.hasSYN {
			j.number[s.isn] = append(j.number[s.isn], i)
			if s.hasTSval && s.tsval != 0 {
				j.stamp[s.tsval] = append(j.stamp[s.tsval], i)
			}
		}
	}
	return j
}

func (j *joiner) find(s *Seen) (index int, nat bool) {
	if i, ok := j.exact[s.key()]; ok {
		return i, false
	}
	if s.Protocol == ICMP {
		return j.findEcho(s)
	}
	if !s.hasSYN {
		return -1, false
	}
	same := func(i int) bool { return j.couldBe(s, &j.list[i]) }
	if i := slices.IndexFunc(j.number[s.isn], same); i >= 0 {
		return j.number[s.isn][i], true
	}
	if found := j.stamp[s.tsval]; s.hasTSval && len(found) == 1 && same(found[0]) {
		return found[0], true
	}
	return -1, false
}

// couldBe excludes what translation leaves alone: the timestamp, and which options there are and in what order.
func (j *joiner) couldBe(a, b *Seen) bool {
	return a.hasTSval == b.hasTSval && a.tsval == b.tsval && len(a.options) == len(b.options)
}

// clock estimates the offset between the clocks: a SYN arrives after it was sent, and so does a SYN-ACK. Each attempt
// that both sides saw narrows the range; SYNs and SYN-ACKs that were lost and sent again only leave it wide.
func (p *Pair) clock(fromClient, fromServer []Seen) {
	var upper, lower []int64
	for i, joined := range p.Joined {
		if joined.Other < 0 {
			continue
		}
		c, s := &fromClient[i], &fromServer[joined.Other]
		if c.Protocol == ICMP && (c.samples[0] != s.samples[0] || c.heardSeq != s.heardSeq) {
			continue // captures that begin or lose at another request
		}
		if c.syn != 0 && s.syn != 0 {
			upper = append(upper, s.syn-c.syn)
		}
		if c.synack != 0 && s.synack != 0 {
			lower = append(lower, s.synack-c.synack)
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
func (j *Joined) missing(s *Seen, fromServer []Seen) {
	switch {
	case s.Protocol == ICMP:
		j.missingEcho(s)
	case s.Verdict == NoNeighbour:
		j.Text = "no packet left for the server"
	case s.packets[server] > 0 && s.refusals+s.rsts > 0 && s.synacks == 0:
		j.Loss, j.Text = ForgedBetween, "the server never saw the SYN: the RST was sent by something on the way"
	case s.rejected:
		j.Loss, j.Text = LostBeforeServer, "the SYN never reached the server: what sent the ICMP error stopped it"
	case s.packets[server] == 0:
		j.Loss, j.Text = LostBeforeServer, fmt.Sprintf("%s left the client and never reached the server's network card",
			plural(max(s.syns, 1), "SYN"))
	default:
		j.Text = "the server's capture does not hold this connection: another time, another interface, or a proxy in between"
	}
}

// compare says where packets were lost, from what both sides saw.
func (j *Joined) compare(c, s *Seen) {
	switch {
	case c.Protocol == ICMP:
		j.compareEcho(c, s)
	case s.packets[server] == 0 && c.packets[server] == 0:
		j.Loss, j.Text = LostAtServer, fmt.Sprintf("%s reached the server's network card, and no answer left it", plural(s.packets[client], "packet"))
	case s.packets[server] == 0:
		j.Loss, j.Text = ForgedBetween, "the server sent nothing: what the client got was sent by something on the way"
	case c.packets[server] == 0:
		j.Loss, j.Text = LostBeforeClient, fmt.Sprintf("%s left the server, and none reached the client", plural(s.packets[server], "packet"))
	case c.refusals+c.rsts > 0 && s.refusals+s.rsts == 0:
		j.Loss, j.Text = ForgedBetween, "the client got a RST that the server did not send"
	case s.clientRSTs > 0 && c.clientRSTs == 0:
		j.Loss, j.Text = ForgedBetween, "the server got a RST that the client did not send"
	case c.refusals > 0 && s.refusals > 0:
		j.Text = "the server itself sent the RST"
	default:
		j.compareData(c, s)
	}
}

func (j *Joined) compareData(c, s *Seen) {
	switch {
	case s.bytes[server] > c.bytes[server]:
		j.Loss, j.Text = LostBeforeClient, fmt.Sprintf("of %d bytes that the server sent, %d reached the client", s.bytes[server], c.bytes[server])
	case c.bytes[client] > s.bytes[client]:
		j.Loss, j.Text = LostBeforeServer, fmt.Sprintf("of %d bytes that the client sent, %d reached the server", c.bytes[client], s.bytes[client])
	case s.synacks > c.synacks:
		j.Loss, j.Text = LostBeforeClient, fmt.Sprintf("%d of %s did not reach the client", s.synacks-c.synacks, plural(s.synacks, "SYN-ACK"))
	case c.packets[client] > s.packets[client] && c.Verdict.Failed():
		j.Loss, j.Text = LostBeforeServer, fmt.Sprintf("%d of %s of the client did not reach the server", c.packets[client]-s.packets[client],
			plural(c.packets[client], "packet"))
	case c.Verdict == NoReply || c.Verdict == SYNACKUnanswered:
		j.Loss, j.Text = LostAtServer, "everything reached the server: the cause is there"
	default:
		j.Text = "both sides saw the same"
	}
}
