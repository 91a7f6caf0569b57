// Package ladder draws packets as a value: what several vantage points saw of them, joined along the way, as lifelines and
// arrows. It holds no coordinates and no text but names, so that every renderer tells the same.
package ladder

import (
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Ladder is packets as a diagram shows them: a lifeline for each host, an arrow for each packet, from where it was sent
// to where it was last seen. It holds no coordinates but [Spot]s and times, so that every drawing tells the same.
type Ladder struct {
	Lifelines []Lifeline
	// Arrows are in the order in which they were first seen.
	Arrows []Arrow
	// Start is when the first of them was.
	Start time.Time
	// Omitted is how many arrows were left out after the one with the index OmittedAfter, see [Ladder.Brief].
	Omitted, OmittedAfter int
	// losses are those of all arrows, where some were left out.
	losses []lang.Text
	// LongGap is the least time between packets that is a wait, and not a part of a burst.
	LongGap time.Duration
	// End is the end of the client's attempt; nil where it is not known.
	End *Ending
}

// Ending is how a client's attempt ended.
type Ending struct {
	// Began is when the client began to wait, After when it ended, both from the first packet on.
	Began, After time.Duration
	OK           bool
	Text         lang.Text
}

// Since is the time from the start of the ladder.
func (l *Ladder) Since(t time.Time) time.Duration { return t.Sub(l.Start) }

// LeastWait is the least wait in real time: no retransmission comes sooner, by TCP_RTO_MIN of 200 ms.
const LeastWait = 100 * time.Millisecond

// Brief leaves out arrows in the middle, so that no more than a number of them are left. [Ladder.Losses] are still those of all.
func (l Ladder) Brief(most int) Ladder {
	if len(l.Arrows) <= most {
		return l
	}
	l.losses = l.Losses()
	head := most * 2 / 3
	tail := len(l.Arrows) - (most - head)
	l.Omitted, l.OmittedAfter = tail-head, head-1
	l.Arrows = slices.Concat(l.Arrows[:head], l.Arrows[tail:])
	return l
}

// Lifeline is a host, from left to right.
type Lifeline struct {
	// Name is short, Addr and Role may be empty.
	Name, Addr, Role string
	// Off says that the host was switched off, Blind that nobody captured there.
	Off, Blind bool
}

// Spot is a place on the way, counted from left to right in quarters: 4*i is inside the host with index i, one less and
// one more are its interfaces on either side, and two more is the link to the next host.
type Spot int

// Host is the index of the host at the spot, or of the one before the link.
func (s Spot) Host() int { return (int(s) + 1) / 4 }

// OnLink reports whether the spot is between two hosts.
func (s Spot) OnLink() bool { return s >= 0 && s%4 == 2 }

// Inside is the spot inside a host.
func Inside(host int) Spot { return Spot(4 * host) }

// Fate is what became of a packet.
type Fate string

// The fates.
const (
	Arrived Fate = "arrived"
	// LostInside: it reached the host and was never seen to leave, or to be answered.
	LostInside Fate = "lost-inside"
	// LostOnLink: it left one host and did not reach the next.
	LostOnLink Fate = "lost-on-link"
	// Unseen: nobody captured further on, and nothing says that it arrived.
	Unseen Fate = "unseen"
)

// Lost reports whether the packet is known to have vanished.
func (f Fate) Lost() bool { return f == LostInside || f == LostOnLink }

// Arrow is a packet, as all vantage points together saw it.
type Arrow struct {
	Kind wire.Kind
	// Label is what it is, in words: "SYN, retry 1", "62 bytes"; Short is the same where there is little room.
	Label, Short string
	// Quote is what the data begin with, where that is to be shown: "GET / HTTP/1.1".
	Quote string
	// Class is its looks: "syn", "synack", "ack", "data", "fin", "rst", "icmp", "echo", "neighbour".
	Class string
	// Again is how many times the same had been sent before.
	Again int
	// Rightward says that it travels from the first host towards the last.
	Rightward bool
	// Seen is where it was captured, in the order of its way.
	Seen []Sighting
	// From and To are where it begins and ends. They are other than the first and the last sighting where nobody captured,
	// or where it vanished.
	From, To Spot
	Fate     Fate
}

// Sighting is a packet at one vantage point.
type Sighting struct {
	At    Spot
	Point string
	// Frame is its number in the capture of the vantage point.
	Frame int
	Time  time.Time
}

// Sent is when the packet was first seen, in the order of its way.
func (a *Arrow) Sent() time.Time { return a.Seen[0].Time }

// Last is when it was last seen.
func (a *Arrow) Last() time.Time { return a.Seen[len(a.Seen)-1].Time }

// New joins what was captured along the way into a ladder.
func New(path Columns) Ladder {
	j := joiner{path: path, open: map[wire.PathIdentity][]*Arrow{}}
	for _, rightward := range []bool{true, false} {
		points := path.points()
		if !rightward {
			slices.Reverse(points)
		}
		for _, p := range points {
			for _, s := range p.sights {
				if s.rightward == rightward {
					j.add(p, s)
				}
			}
		}
	}
	return j.ladder()
}

// joiner puts the sightings of one packet together.
type joiner struct {
	path   Columns
	arrows []*arrowInWork
	open   map[wire.PathIdentity][]*Arrow
	work   map[*Arrow]*arrowInWork
}

// arrowInWork is an arrow with what its fate depends on.
type arrowInWork struct {
	Arrow
	first, last *sight
	at          *point // of the last sighting
}

// clockSlack is by how much a packet may seem to arrive before it was sent: the kernel takes the two times on
// different processors.
const clockSlack = time.Millisecond

// add takes a sighting in: it belongs to the earliest arrow of the same packet that has not been seen here or further
// on, and was not sent again before this.
func (j *joiner) add(p *point, s *sight) {
	id := s.id
	for _, a := range j.open[id] {
		w := j.work[a]
		if a.Rightward == s.rightward && beyond(p.at, a.Seen[len(a.Seen)-1].At, s.rightward) && w.last.couldBe(s, p.counts[id] >= w.at.counts[id]) {
			a.Seen = append(a.Seen, s.sighting(p))
			w.last, w.at = s, p
			return
		}
	}
	if j.isPartOfOther(p, s) {
		return
	}
	w := &arrowInWork{first: s, last: s, at: p}
	label, short := s.label()
	w.Arrow = Arrow{Kind: s.packet.Kind, Label: label, Short: short, Class: s.class(), Again: s.again, Rightward: s.rightward,
		Seen: []Sighting{s.sighting(p)}}
	if j.work == nil {
		j.work = map[*Arrow]*arrowInWork{}
	}
	j.arrows = append(j.arrows, w)
	j.work[&w.Arrow] = w
	j.open[id] = append(j.open[id], &w.Arrow)
}

// isPartOfOther reports whether the data is a part of a larger segment that was seen before on its way: network cards
// and their drivers cut segments, and put them together (TSO, GRO).
func (j *joiner) isPartOfOther(p *point, s *sight) bool {
	if s.packet.Kind != wire.KindTCP || s.packet.TCP.Payload == 0 {
		return false
	}
	for _, w := range slices.Backward(j.arrows) {
		o := w.first.packet
		if w.Rightward != s.rightward || o.Kind != wire.KindTCP || w.Sent().After(s.time().Add(clockSlack)) {
			continue
		}
		if s.time().Sub(w.Sent()) > time.Second {
			return false
		}
		if s.packet.TCP.Seq != o.TCP.Seq && o.Contains(s.packet) && beyond(p.at, w.Seen[0].At, s.rightward) && o.SrcPort == s.packet.SrcPort {
			return true
		}
	}
	return false
}

// beyond reports whether a spot is further on the way than another.
func beyond(s, other Spot, rightward bool) bool {
	if rightward {
		return s > other
	}
	return s < other
}

// ladder decides what became of each packet.
func (j *joiner) ladder() Ladder {
	slices.SortStableFunc(j.arrows, func(a, b *arrowInWork) int { return a.Sent().Compare(b.Sent()) })
	l := Ladder{Lifelines: j.path.lifelines(), LongGap: LeastWait}
	for _, w := range j.arrows {
		j.path.begin(w)
		j.path.end(w)
	}
	takeHandshakes(j.arrows)
	for _, w := range j.arrows {
		l.Arrows = append(l.Arrows, w.Arrow)
	}
	if len(l.Arrows) > 0 {
		l.Start = l.Arrows[0].Sent()
	}
	return l
}

// Losses tell in words what vanished where, in the order of the way.
func (l *Ladder) Losses() []lang.Text {
	if l.Omitted > 0 {
		return slices.Clone(l.losses)
	}
	counts := map[lang.Text]int{}
	var places []lang.Text
	for i := range l.Arrows {
		place := l.Loss(&l.Arrows[i])
		if place == (lang.Text{}) {
			continue
		}
		if counts[place]++; counts[place] == 1 {
			places = append(places, place)
		}
	}
	for i, place := range places {
		packets := lang.Text{English: "%d packets %s", Korean: "패킷 %d개: %s"}
		if counts[place] == 1 {
			packets.English = "%d packet %s"
		}
		places[i] = packets.With(counts[place], place)
	}
	return places
}

// Loss is where the packet vanished, empty where it did not.
func (l *Ladder) Loss(a *Arrow) lang.Text {
	name := func(host int) string { return l.Lifelines[host].Name }
	switch last := a.Seen[len(a.Seen)-1].At.Host(); {
	case a.Fate == LostOnLink:
		return lang.Text{English: "lost between %s and %s", Korean: "%s - %s 구간에서 유실되었다"}.With(name(a.To.Host()), name(a.To.Host()+1))
	case a.Fate == LostInside && l.isEnd(a, last):
		return lang.Text{English: "reached the %s, and no answer left it", Korean: "%s에 도달했지만 응답이 나가지 않았다"}.With(name(last))
	case a.Fate == LostInside && l.answered(a, last):
		return lang.Text{English: "stopped by the %s, which answered itself", Korean: "%s에서 막혔고, 그 호스트가 직접 응답했다"}.With(name(last))
	case a.Fate == LostInside && l.replaced(a, last):
		return lang.Text{English: "replaced by the %s, which sent its own", Korean: "%s에서 다른 패킷으로 바뀌어 나갔다"}.With(name(last))
	case a.Fate == LostInside:
		return lang.Text{English: "lost in the %s", Korean: "%s에서 유실되었다"}.With(name(last))
	case a.Fate == Unseen:
		return lang.Text{English: "without an answer; nobody captured further on", Korean: "응답이 없고, 그 뒤에서는 아무도 캡처하지 않았다"}
	}
	return lang.Text{}
}

// answered reports whether a refusal begins in the host in which the packet ended, at once: what rejects a packet on its way.
func (l *Ladder) answered(a *Arrow, host int) bool {
	return slices.ContainsFunc(l.Arrows, func(b Arrow) bool {
		after := b.Sent().Sub(a.Last())
		return (b.Class == "rst" || b.Class == "icmp") && b.Rightward != a.Rightward && b.From.Host() == host && after >= 0 && after < atOnce
	})
}

// replaced reports whether a refusal that ended in the host went on from there as another one, at once: of whatever takes a connection's two halves
// for one.
func (l *Ladder) replaced(a *Arrow, host int) bool {
	return a.Class == "rst" && slices.ContainsFunc(l.Arrows, func(b Arrow) bool {
		after := b.Sent().Sub(a.Last())
		return b.Class == "rst" && b.Rightward == a.Rightward && b.From.Host() == host && after >= 0 && after < atOnce
	})
}

// atOnce is within how much time of a packet a refusal answers it, or follows it.
const atOnce = 100 * time.Millisecond

// isEnd reports whether the host is the last on the packet's way.
func (l *Ladder) isEnd(a *Arrow, host int) bool {
	if a.Rightward {
		return host == len(l.Lifelines)-1
	}
	return host == 0
}
