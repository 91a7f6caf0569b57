package report

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire/ladder"
)

// axis maps time to height, piece by piece: a burst of packets is stretched so that each can be read, waits are to one
// scale, and one that would be too long for it is cut short. What is not to scale is marked.
type axis struct {
	knots []knot
	waits []stretch
}

// knot is a time at which something happens, and its height in pixels.
type knot struct {
	at time.Duration
	y  float64
}

// stretch is the piece of the axis between two knots that is a wait.
type stretch struct {
	from, to knot
	// cut says that it is shorter than the scale of the others makes it.
	cut bool
	// omitted is how many packets were left out there.
	omitted int
}

// Heights in pixels: the least before the beginning of an arrow (its name stands there), before its end, and before and
// after a note.
const (
	beforeBegin = 17.0
	beforeEnd   = 7.0
	beforeNote  = 19.0
	afterNote   = 8.0
	// unitHeight is the height of the shortest wait, of which mostUnits are drawn to scale.
	unitHeight = 46.0
	mostUnits  = 4.6
	cutGrowth  = 18.0 // for each doubling beyond
)

// event is something with a place on the axis.
type event struct {
	at   time.Duration
	kind eventKind
	wait int // omitted packets before it
}

type eventKind int

const (
	beginning eventKind = iota
	ending
	note
)

func (k eventKind) height() float64 {
	return [...]float64{beginning: beforeBegin, ending: beforeEnd, note: beforeNote}[k]
}

func events(l *ladder.Ladder) []event {
	var list []event
	for i := range l.Arrows {
		a := &l.Arrows[i]
		begin := event{at: l.Since(a.Sent()), kind: beginning}
		if l.Omitted > 0 && i == l.OmittedAfter+1 {
			begin.wait = l.Omitted
		}
		list = append(list, begin, event{at: l.Since(a.Last()), kind: ending})
	}
	if l.End != nil {
		list = append(list, event{at: l.End.Began, kind: ending}, event{at: l.End.After, kind: note})
	}
	slices.SortStableFunc(list, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return list
}

// newAxis lays the ladder's events out from a height on.
func newAxis(l *ladder.Ladder, top float64) axis {
	var x axis
	events := events(l)
	unit := shortestWait(events, l.LongGap)
	y := top
	for i, e := range events {
		switch {
		case i == 0:
		case e.at-events[i-1].at >= l.LongGap || e.wait > 0:
			gap := e.at - events[i-1].at
			height, cut := waitHeight(gap, unit)
			height = max(height, beforeBegin+beforeNote)
			x.waits = append(x.waits, stretch{from: x.knots[i-1], to: knot{e.at, pixels(y + height)}, cut: cut || e.wait > 0, omitted: e.wait})
			y = pixels(y + height)
		default:
			y += e.kind.height()
			if events[i-1].kind == note {
				y += afterNote
			}
		}
		x.knots = append(x.knots, knot{e.at, y})
	}
	return x
}

// shortestWait is the least time between events that is a wait.
func shortestWait(events []event, least time.Duration) time.Duration {
	shortest := time.Duration(math.MaxInt64)
	for i := range events[min(1, len(events)):] {
		if gap := events[i+1].at - events[i].at; gap >= least {
			shortest = min(shortest, gap)
		}
	}
	return shortest
}

// waitHeight is the height of a wait, and whether it is cut short.
func waitHeight(gap, unit time.Duration) (float64, bool) {
	units := float64(gap) / float64(unit)
	if units <= mostUnits {
		return pixels(unitHeight * units), false
	}
	return pixels(unitHeight*mostUnits + cutGrowth*math.Log2(units/mostUnits)), true
}

// pixels rounds a height to a tenth: finer is not seen, and would differ from processor to processor.
func pixels(y float64) float64 { return math.Round(y*10) / 10 }

// y is the height of a time. Where several things happen at the same time, it is that of the first.
func (x axis) y(at time.Duration) float64 {
	i, found := slices.BinarySearchFunc(x.knots, at, func(k knot, at time.Duration) int { return cmp.Compare(k.at, at) })
	switch {
	case len(x.knots) == 0:
		return 0
	case found:
		return x.knots[i].y
	case i == 0:
		return x.knots[0].y
	case i == len(x.knots):
		return x.knots[i-1].y
	}
	a, b := x.knots[i-1], x.knots[i]
	return pixels(a.y + (b.y-a.y)*float64(at-a.at)/float64(b.at-a.at))
}

// bottom is the height of the last event.
func (x axis) bottom() float64 {
	if len(x.knots) == 0 {
		return 0
	}
	return x.knots[len(x.knots)-1].y
}
