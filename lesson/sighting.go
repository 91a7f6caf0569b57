package lesson

import (
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// index is a record by its packets. To look a packet up takes a search among the times at which it was seen, and never a walk
// along them: a record of nothing but one packet must not take a time that grows with the square of its size.
type index struct {
	record *LabRecord
	about  topic
	seen   map[wire.LinkIdentity]sightings
	bare   map[wire.LinkIdentity][]*wire.Packet // those in the order of time, by what is left of them; nil as long as nobody asks
	left   int                                  // how many packets of evidence are still looked at
}

// sightings are when a packet was seen, at each vantage point that has seen it.
type sightings []struct {
	point string
	times []time.Time // in order
}

func newIndex(r *LabRecord, about topic) *index {
	x := &index{r, about, map[wire.LinkIdentity]sightings{}, nil, maxPackets}
	for _, t := range r.Traces {
		for i := range t.Packets {
			x.note(t.Point, &t.Packets[i])
		}
	}
	for _, s := range x.seen {
		for _, at := range s {
			slices.SortFunc(at.times, time.Time.Compare)
		}
	}
	return x
}

// barePackets are the packets that a capture of their beginning cannot tell from this one.
func (x *index) barePackets(p *wire.Packet) []*wire.Packet {
	if x.bare == nil {
		x.bare = map[wire.LinkIdentity][]*wire.Packet{}
		for _, t := range x.record.Traces {
			for i := range t.Packets {
				bare := t.Packets[i].OnLink().Bare()
				x.bare[bare] = append(x.bare[bare], &t.Packets[i])
			}
		}
		for _, list := range x.bare {
			slices.SortStableFunc(list, func(a, b *wire.Packet) int { return a.Time.Compare(b.Time) })
		}
	}
	return x.bare[p.OnLink().Bare()]
}

// note notes a packet of the record. Vantage points are few, and come one after the other.
func (x *index) note(point string, p *wire.Packet) {
	id := p.OnLink()
	s := x.seen[id]
	if len(s) == 0 || s[len(s)-1].point != point {
		s = append(s, sightings{{point: point}}...)
	}
	last := &s[len(s)-1]
	last.times = append(last.times, p.Time)
	x.seen[id] = s
}

// find returns the vantage points at which a packet was seen within [sameTime] of its time, else by how much it is off. One
// that was captured in part is made whole.
func (x *index) find(p *wire.Packet) (points []string, off time.Duration) {
	id := p.OnLink()
	if len(x.seen[id]) > 0 || !p.Truncated {
		return x.seen[id].near(p.Time)
	}
	list := x.barePackets(p)
	i, _ := closest(list, p.Time, func(p *wire.Packet) time.Time { return p.Time })
	if i < 0 {
		return nil, 0
	}
	p.TCP, p.ICMP = list[i].TCP, list[i].ICMP
	return x.seen[list[i].OnLink()].near(p.Time)
}

// near returns the vantage points at which a packet was seen within [sameTime] of a time, else by how much it is off.
func (s sightings) near(t time.Time) (points []string, off time.Duration) {
	off = -1
	for _, at := range s {
		_, d := closest(at.times, t, func(t time.Time) time.Time { return t })
		if d <= sameTime {
			points = append(points, at.point)
		}
		if off < 0 || d < off {
			off = d
		}
	}
	if len(points) == 0 && len(s) > 0 {
		points = []string{s[0].point}
	}
	return points, off
}

// closest finds what is closest to a time in a list in the order of time, and by how much it is off; -1 in an empty one. Of two
// that are as close it is the first.
func closest[T any](list []T, t time.Time, timeOf func(T) time.Time) (i int, off time.Duration) {
	if len(list) == 0 {
		return -1, 0
	}
	search := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(list, t, func(e T, t time.Time) int { return timeOf(e).Compare(t) })
		return i
	}
	i = search(t)
	if i == len(list) || i > 0 && t.Sub(timeOf(list[i-1])) <= timeOf(list[i]).Sub(t) {
		i = search(timeOf(list[i-1]))
	}
	return i, timeOf(list[i]).Sub(t).Abs()
}
