package diagnose

import (
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// That a capture does not hold a packet proves that the packet was not there only if the capture would have shown it.

// Coverage is what is known of a capture as a whole. The zero value is one that would have shown every packet.
type Coverage struct {
	// First and Last are the times of its packets.
	First, Last time.Time
	// Inventory is what it holds besides what was decoded.
	Inventory wire.Inventory
	// OnlyTCP says that all its packets are TCP: its filter may take nothing else.
	OnlyTCP bool
}

// Coverage returns what these counts of a capture say of what it would have shown.
func (s Stats) Coverage() Coverage {
	return Coverage{s.First, s.Last, s.Inventory, s.Packets > 0 && s.TCP == s.Packets}
}

// uncovered is how long before the first packet of a capture, or after the last one, it may have run and captured nothing.
const uncovered = time.Minute

// doubt says why it proves nothing that the capture does not hold an attempt; its clock is ahead by the offset. It is empty
// where there is no doubt.
func (v *Coverage) doubt(s *Seen, ahead time.Duration) lang.Message {
	if text := v.hides(s); !text.IsEmpty() || v.First.IsZero() {
		return text
	}
	first, last := fromNanoseconds(s.first).Add(ahead), fromNanoseconds(s.last).Add(ahead)
	switch {
	case last.Before(v.First.Add(-uncovered)):
		return lang.Tell(lang.Text{English: "the server's capture does not cover the time of this attempt: it begins %s later",
			Korean: "서버의 캡처가 이 시도의 시간을 담고 있지 않다: %s 늦게 시작한다"}, apart(v.First.Sub(last)))
	case first.After(v.Last.Add(uncovered)):
		return lang.Tell(lang.Text{English: "the server's capture does not cover the time of this attempt: it ended %s earlier",
			Korean: "서버의 캡처가 이 시도의 시간을 담고 있지 않다: %s 먼저 끝났다"}, apart(first.Sub(v.Last)))
	}
	return lang.Message{}
}

// filters says that the capture's filter may have taken what is no TCP.
func (v *Coverage) filters(s *Seen) lang.Message {
	if !v.OnlyTCP || s.Protocol == TCP {
		return lang.Message{}
	}
	return lang.Tell(lang.Text{English: "the server's capture holds nothing but TCP: its filter may have taken the rest", Korean: "서버의 캡처에 TCP만 있다: 나머지는 필터가 걸러 냈을 수 있다"})
}

// shownHosts are the hosts that the server's capture shows.
type shownHosts struct {
	hosts  map[netip.Addr]bool
	joined map[netip.Addr]bool // servers of the client's capture of which it holds an attempt, by any address
}

func hostsIn(fromClient, fromServer []Seen, joined []JoinedSides) shownHosts {
	p := shownHosts{map[netip.Addr]bool{}, map[netip.Addr]bool{}}
	for i := range fromServer {
		p.hosts[fromServer[i].Client.Addr()], p.hosts[fromServer[i].Server.Addr()] = true, true
	}
	for i, j := range joined {
		if j.Other >= 0 {
			p.joined[fromClient[i].Server.Addr()] = true
		}
	}
	return p
}

// doubt says that the capture may have been made at another server than the one that was asked.
func (p shownHosts) doubt(s *Seen) lang.Message {
	if to := s.Server.Addr(); len(p.joined) > 0 && !p.joined[to] && !p.hosts[to] {
		return lang.Tell(lang.Text{English: "the server's capture holds nothing of %s: it may have been made at another host", Korean: "서버의 캡처에 %s 주소의 것이 없다: 다른 호스트에서 캡처했을 수 있다"}, to)
	}
	return lang.Message{}
}

// firstOf is the first of several doubts that there is.
func firstOf(list ...lang.Message) lang.Message {
	for _, m := range list {
		if !m.IsEmpty() {
			return m
		}
	}
	return lang.Message{}
}

// periods are when both captures ran, as far as their packets tell, by the client's clock.
type periods struct {
	known                   bool
	ahead                   int64 // by so much is the server's clock, in ns
	frontLast               int64
	behindFirst, behindLast int64
}

// periodsOf returns them; they are not known where the captures are known to have run at the same time.
func periodsOf(fromClient []Seen, behind Coverage, ahead time.Duration) periods {
	t := periods{known: !behind.First.IsZero(), ahead: int64(ahead)}
	if !t.known {
		return t
	}
	for i := range fromClient {
		t.frontLast = max(t.frontLast, fromClient[i].last)
	}
	t.behindFirst, t.behindLast = behind.First.UnixNano()-t.ahead, behind.Last.UnixNano()-t.ahead
	return t
}

// doubt says why the packets of an attempt that both captures hold cannot be counted against each other: one of the two began or
// ended while the attempt went on. It is empty where there is no doubt.
func (t periods) doubt(c, s *Seen) lang.Message {
	const grace = int64(uncovered)
	isTCP := c.Protocol == TCP
	switch {
	case isTCP && s.hasSYN && !c.hasSYN:
		return lang.Tell(lang.Text{English: "the client's capture begins in the middle of it", Korean: "클라이언트의 캡처가 그 도중에 시작한다"})
	case isTCP && c.hasSYN && !s.hasSYN:
		return lang.Tell(lang.Text{English: "the server's capture begins in the middle of it", Korean: "서버의 캡처가 그 도중에 시작한다"})
	case isTCP && !c.hasSYN && c.isn != s.isn:
		return lang.Tell(lang.Text{English: "the captures begin in the middle of it, each at another packet", Korean: "두 캡처가 그 도중에, 서로 다른 패킷에서 시작한다"})
	case !t.known:
	case c.first < t.behindFirst-grace:
		return lang.Tell(lang.Text{English: "the server's capture begins in the middle of it", Korean: "서버의 캡처가 그 도중에 시작한다"})
	case c.latest[server] > t.behindLast+underWay, c.last > t.behindLast+grace:
		return lang.Tell(lang.Text{English: "the server's capture ended before it did", Korean: "서버의 캡처가 그보다 먼저 끝났다"})
	case s.latest[client]-t.ahead > t.frontLast+underWay, s.last-t.ahead > t.frontLast+grace:
		return lang.Tell(lang.Text{English: "the client's capture ended before it did", Korean: "클라이언트의 캡처가 그보다 먼저 끝났다"})
	case s.packets[server] == 0 && s.latest[client] != 0 && t.behindLast-(s.first-t.ahead) < underWay && c.packets[server] == 0:
		return lang.Tell(lang.Text{English: "the server's capture ends right after the first packet: an answer may have left later",
			Korean: "서버의 캡처가 첫 패킷 바로 뒤에 끝난다: 응답이 나중에 나갔을 수 있다"})
	case c.Protocol == ICMP && s.echo.Requests > c.echo.Requests && c.echo.Lost+c.echo.Rejected > 0:
		return lang.Tell(lang.Text{English: "the server's capture holds requests that the client's lacks: the two ran at different times",
			Korean: "서버의 캡처에 클라이언트의 캡처에 없는 요청이 있다: 둘은 서로 다른 때에 돌았다"})
	}
	return lang.Message{}
}

// isUnwatched reports whether the client went on sending after the last packet of the server's capture.
func (t periods) isUnwatched(c *Seen) bool {
	return t.known && c.latest[client] > t.behindLast+underWay
}

// hides says what of the capture may hold packets of the attempt that were not decoded.
func (v *Coverage) hides(s *Seen) lang.Message {
	hidden := v.Inventory.Hiding(s.Client.Addr(), s.Server.Addr())
	if len(hidden) == 0 {
		return lang.Message{}
	}
	h := hidden[0]
	text := lang.Tell(lang.Text{English: "the server's capture holds %s that could not be decoded, %s",
		Korean: "서버의 캡처에 해독하지 못한 패킷이 있다, %s, %s"}, packets(h.Packets), h.Name)
	if h.Instead != (lang.Text{}) {
		text = lang.Tell(lang.Same("%s: %s"), text, h.Instead)
	}
	return text
}

// oneWay is a capture that shows one direction only.
type oneWay struct {
	is    bool
	shows int // the side whose packets it shows
}

// directionsOf tells whether a capture shows one direction only: some connection must miss the other for certain.
func directionsOf(list []Seen) oneWay {
	var heard [2]int
	lone := 0
	for i := range list {
		for dir := range heard {
			if list[i].packets[dir] > 0 {
				heard[dir]++
			}
		}
		if list[i].Verdict == OneSided {
			lone++
		}
	}
	switch {
	case lone == 0, heard[client] > 0 && heard[server] > 0:
		return oneWay{}
	case heard[client] > 0:
		return oneWay{true, client}
	}
	return oneWay{true, server}
}

// doubt says why packets of a side are not to be expected.
func (o oneWay) doubt(dir int) lang.Message {
	if !o.is || o.shows == dir {
		return lang.Message{}
	}
	return lang.Tell(lang.Text{English: "the server's capture holds only what the %s sends", Korean: "서버의 캡처에 %s가 보내는 것만 있다"}, sides[o.shows])
}

// areSwapped reports whether the SYNs were in the second capture before they were in the first: each router on the way takes one
// from the time to live. Of answers that tells nothing, because something on the way may have sent them.
func (p *SidePair) areSwapped(front, behind []Seen) bool {
	wrong := false
	for i, j := range p.Joined {
		if j.Other < 0 || !front[i].hasSYN || !behind[j.Other].hasSYN {
			continue
		}
		a, b := front[i].ttl[client], behind[j.Other].ttl[client]
		if a > b {
			return false
		}
		wrong = wrong || a < b
	}
	return wrong
}
