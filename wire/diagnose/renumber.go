package diagnose

import (
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// A firewall that hides initial sequence numbers, or a proxy, makes another attempt of an attempt: by its number and its timestamp it is not found
// again. Then the ports and the times are what is left to know it by, and what looks like it may be it.

// How far apart, in ns, the same SYN may be in two captures, whose clocks are only roughly the same, and the time that an attempt lasts.
const (
	sameMoment = 2e9
	sameSpan   = 1e8
)

// fewestAlike is how many SYNs must have come at the same times to look like those of another address.
const fewestAlike = 2

// mostAlike bounds how many attempts are compared with one.
const mostAlike = 64

// spanKey is what attempts that look alike have in common when their addresses differ.
type spanKey struct {
	port uint16
	syns int64
}

// strangers are the attempts of the server's capture that the client's does not hold.
type strangers struct {
	list   []Seen
	byEnds map[pairOfEnds][]int
	bySpan map[spanKey][]int
}

// strangersIn finds them, by what was joined.
func strangersIn(fromServer []Seen, joined []JoinedSides) *strangers {
	known := make([]bool, len(fromServer))
	for _, j := range joined {
		if j.Other >= 0 {
			known[j.Other] = true
		}
	}
	s := &strangers{fromServer, map[pairOfEnds][]int{}, map[spanKey][]int{}}
	for i := range fromServer {
		x := &fromServer[i]
		if known[i] || x.Protocol != TCP || !x.hasSYN {
			continue
		}
		ends, span := pairOfEnds{x.Client, x.Server}, spanKey{x.Server.Port(), x.syns}
		s.byEnds[ends] = append(s.byEnds[ends], i)
		s.bySpan[span] = append(s.bySpan[span], i)
	}
	return s
}

// doubt says which attempt of the server's capture may be this one.
func (s *strangers) doubt(c *Seen, ahead time.Duration) lang.Message {
	if c.Protocol != TCP || !c.hasSYN {
		return lang.Message{}
	}
	for _, i := range fewOf(s.byEnds[pairOfEnds{c.Client, c.Server}]) {
		if isWithin(s.list[i].first-c.first-int64(ahead), sameMoment) {
			return lang.Tell(lang.Text{English: "the server's capture holds an attempt of the same ends at that time with another number: a firewall or a proxy on the way may have rewritten it",
				Korean: "서버의 캡처에 그때 같은 양 끝 사이의 번호가 다른 시도가 있다: 경로상의 방화벽이나 프록시가 바꿨을 수 있다"})
		}
	}
	if c.syns < fewestAlike {
		return lang.Message{}
	}
	for _, i := range fewOf(s.bySpan[spanKey{c.Server.Port(), c.syns}]) {
		if x := &s.list[i]; isWithin(x.first-c.first-int64(ahead), sameMoment) && isWithin((x.latest[client]-x.first)-(c.latest[client]-c.first), sameSpan) {
			return s.alike(x.Client, x.Server)
		}
	}
	return lang.Message{}
}

func (s *strangers) alike(client, server netip.AddrPort) lang.Message {
	return lang.Tell(lang.Text{English: "the server's capture holds an attempt at the same times from %s to %s: a NAT or a proxy on the way may have made it of this one",
		Korean: "서버의 캡처에 같은 시각의 시도 %s -> %s, 하나가 있다: 경로상의 NAT나 프록시가 이 시도로 만든 것일 수 있다"}, client, server)
}

func fewOf(list []int) []int { return list[:min(len(list), mostAlike)] }

func isWithin(ns int64, limit float64) bool { return float64(ns) < limit && float64(ns) > -limit }
