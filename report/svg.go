package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/ladder"
)

// A drawing is as wide as there is room: its widths are in percent, its heights in pixels, so that text has the same
// size on a telephone and on a large screen.
const (
	firstX, lastX = 28.0, 93.0 // of the outer lifelines
	halfBand      = 2.6        // of a host
	timesX        = 15.0       // right edge of the times
	axisX         = 17.2
	barX          = 20.6
	headHeight    = 46.0
	footHeight    = 16.0
	shortRole     = 10  // letters that there is room for at the top of a column
	lossTail      = 6.0 // how much further down a packet falls that is lost on a link
)

// drawing is a [Ladder] with coordinates: what the template needs.
type drawing struct {
	ID, Title, Text string
	Height, Bottom  float64
	Head            float64
	Hosts           []hostShape
	Arrows          []arrowShape
	Waits           []waitShape
	Times           []timeShape
	Lost            []stripShape
	Bar             *barShape
	AxisX, TimesX   string
}

type hostShape struct {
	X, Left, Width   string
	NameX, Anchor    string
	Name, Addr, Note string
	Off, Blind, Lost bool
}

type stripShape struct{ Left, Width string }

type arrowShape struct {
	Class, Label, Tip string
	Hops              []hopShape
	LabelX, Anchor    string
	LabelDX           int
	LabelY            float64
	Cross, Question   *spotShape
	SentNS, LastNS    int64
	Again             int
	Rightward         bool
}

type hopShape struct {
	X1, X2   string
	Y1, Y2   float64
	Presumed bool // nobody captured there
	Head     bool
}

type spotShape struct {
	X string
	Y float64
}

type waitShape struct {
	Y, From, To  float64
	FromNS, ToNS int64
	Text         string
	Cut          bool
}

type timeShape struct {
	Y    float64
	Text string
	Main bool
}

type barShape struct {
	X, Width, Mid, TextX string
	From, To, Height     float64
	OK                   bool
	Text                 string
}

func percent(x float64) string { return fmt.Sprintf("%.2f%%", x) }

// pen draws a ladder.
type pen struct {
	*ladder.Ladder
	axis axis
	out  drawing
}

// draw gives the ladder coordinates.
func draw(l ladder.Ladder, id, title string) drawing {
	p := pen{Ladder: &l, axis: newAxis(&l, headHeight+24)}
	bottom := pixels(max(p.axis.bottom(), headHeight+40) + footHeight)
	p.out = drawing{ID: id, Title: title, Text: Style{}.Ladder(l), Height: pixels(bottom + footHeight), Bottom: bottom, Head: headHeight,
		AxisX: percent(axisX), TimesX: percent(timesX)}
	p.hosts()
	for i := range l.Arrows {
		p.arrow(&l.Arrows[i])
	}
	p.times()
	p.waits()
	p.bar()
	return p.out
}

// x is the place of a spot in percent.
func (p *pen) x(s ladder.Spot) float64 {
	if s.OnLink() {
		return (p.center(s.Host()) + p.center(s.Host()+1)) / 2
	}
	return p.center(s.Host()) + halfBand*float64(s-ladder.Inside(s.Host()))
}

func (p *pen) center(host int) float64 {
	if len(p.Lifelines) == 1 {
		return firstX
	}
	return firstX + (lastX-firstX)*float64(host)/float64(len(p.Lifelines)-1)
}

func (p *pen) hosts() {
	for i, line := range p.Lifelines {
		h := hostShape{X: percent(p.center(i)), Left: percent(p.center(i) - halfBand), Width: percent(2 * halfBand),
			NameX: percent(p.center(i)), Anchor: "middle", Name: line.Name, Addr: line.Addr, Off: line.Off, Blind: line.Blind}
		switch {
		case i == 0:
			h.NameX, h.Anchor = h.Left, "start"
		case i == len(p.Lifelines)-1:
			h.NameX, h.Anchor = percent(p.center(i)+halfBand), "end"
		}
		if line.Role != "" { // it is what one looks for; where it runs stands below
			h.Name, h.Addr = line.Role, line.Name
			if len(line.Role) > shortRole { // on a line of its own, where no neighbour's address is
				h.Name, h.Addr, h.Note = line.Name, line.Addr, line.Role
			}
		}
		switch {
		case line.Off:
			h.Note = "switched off"
		case line.Blind:
			h.Note = "no capture"
		}
		p.out.Hosts = append(p.out.Hosts, h)
	}
}

func (p *pen) arrow(a *ladder.Arrow) {
	shape := arrowShape{Class: a.Class, Label: cmp.Or(a.Quote, strings.Replace(a.Label, "ICMP unreachable ", "ICMP ", 1)), Again: a.Again, Rightward: a.Rightward, Tip: p.tip(a),
		SentNS: p.Since(a.Sent()).Nanoseconds(), LastNS: p.Since(a.Last()).Nanoseconds()}
	from, to := p.axis.y(p.Since(a.Sent())), p.endY(a)
	p.hops(a, &shape, from, to)
	p.fate(a, &shape, to)
	shape.LabelX, shape.LabelDX, shape.Anchor, shape.LabelY = percent(p.x(a.From)), 6, "start", pixels(from-4)
	if !a.Rightward {
		shape.LabelDX, shape.Anchor = -6, "end"
		if a.From.Host() < len(p.Lifelines)-1 { // there may be little room on its left: its name begins where it ends
			shape.LabelX, shape.LabelDX, shape.Anchor = percent(p.x(a.To)), 6, "start"
		}
	}
	p.out.Arrows = append(p.out.Arrows, shape)
}

// endX is the place where an arrow ends. What was lost on a link ends in its middle; of what nobody saw any more not even
// that is known, and there is more room for its name.
func (p *pen) endX(a *ladder.Arrow) float64 {
	if a.Fate != ladder.Unseen {
		return p.x(a.To)
	}
	last := p.x(a.Seen[len(a.Seen)-1].At)
	return last + 1.5*(p.x(a.To)-last)
}

// endY is the height at which an arrow ends. Several things may happen at the same time: it does not rise.
func (p *pen) endY(a *ladder.Arrow) float64 {
	y := p.axis.y(p.Since(a.Last()))
	if len(a.Seen) == 1 || a.Last() == a.Sent() {
		y = pixels(y + lossTail)
	}
	return y
}

// hops are the pieces of an arrow from one vantage point to the next, and those where nobody captured.
func (p *pen) hops(a *ladder.Arrow, shape *arrowShape, from, to float64) {
	at, y := p.x(a.From), from
	add := func(x, next float64, presumed bool) {
		if x != at {
			shape.Hops = append(shape.Hops, hopShape{percent(at), percent(x), y, next, presumed, false})
		}
		at, y = x, next
	}
	for i, s := range a.Seen {
		height := p.axis.y(p.Since(s.Time))
		if i == 0 {
			height = from
		}
		add(p.x(s.At), max(height, y), i == 0)
	}
	// What is lost inside a host has reached it: the cross stands behind the head.
	if x := p.endX(a); x != at && (a.Fate != ladder.LostInside || len(shape.Hops) == 0) {
		add(x, max(to, y), !a.Fate.Lost())
	}
	if n := len(shape.Hops); n > 0 && !a.To.OnLink() {
		shape.Hops[n-1].Head = true
		shape.Hops[n-1].Y2 = max(to, shape.Hops[n-1].Y1)
	}
}

// fate marks where the packet vanished: on the spot, and along the whole lifeline or link.
func (p *pen) fate(a *ladder.Arrow, shape *arrowShape, to float64) {
	mark := &spotShape{percent(p.endX(a)), to}
	switch a.Fate {
	case ladder.Arrived:
		return
	case ladder.Unseen:
		shape.Question = mark
		return
	case ladder.LostInside:
		p.out.Hosts[a.To.Host()].Lost = true
	case ladder.LostOnLink:
		p.loseOn(a.To.Host())
	}
	shape.Cross = mark
}

// loseOn marks the link after the host, once.
func (p *pen) loseOn(host int) {
	left := p.center(host) + halfBand
	strip := stripShape{percent(left), percent(p.center(host+1) - halfBand - left)}
	for _, s := range p.out.Lost {
		if s == strip {
			return
		}
	}
	p.out.Lost = append(p.out.Lost, strip)
}

// tip is what is said of the packet where the pointer rests on it, and to those who cannot see it.
func (p *pen) tip(a *ladder.Arrow) string {
	var seen []string
	for _, s := range a.Seen {
		seen = append(seen, fmt.Sprintf("%s %.6f s (frame %d)", s.Point, p.Since(s.Time).Seconds(), s.Frame))
	}
	text := a.Label
	if a.Quote != "" {
		text = a.Quote + " (" + a.Label + ")"
	}
	text += " seen at " + strings.Join(seen, ", ")
	if loss := p.Loss(a).English; loss != "" {
		text += ": " + loss
	}
	return text
}

// times are those of the packets: since the start for the first of a burst, since that one for the others.
func (p *pen) times() {
	var burst, latest time.Duration
	for i := range p.Arrows {
		at := p.Since(p.Arrows[i].Sent())
		shape := timeShape{Y: p.axis.y(at), Text: seconds3(at), Main: true}
		if i > 0 && at-latest < p.LongGap {
			shape.Text, shape.Main = "+"+short(at-burst), false
		} else {
			burst = at
		}
		latest = at
		p.out.Times = append(p.out.Times, shape)
	}
}

func (p *pen) waits() {
	for _, s := range p.axis.waits {
		shape := waitShape{Y: pixels((s.from.y + s.to.y) / 2), From: s.from.y, To: s.to.y, FromNS: s.from.at.Nanoseconds(),
			ToNS: s.to.at.Nanoseconds(), Text: wait(s.to.at - s.from.at), Cut: s.cut}
		if s.omitted > 0 {
			shape.Text = fmt.Sprintf("%d more", s.omitted)
		}
		p.out.Waits = append(p.out.Waits, shape)
	}
}

// bar is the client's: it waits from the first packet on, and ends at its moment.
func (p *pen) bar() {
	if p.End == nil {
		return
	}
	from, to := p.axis.y(p.End.Began), p.axis.y(p.End.After)
	p.out.Bar = &barShape{X: percent(barX), Width: percent(1.6), Mid: percent(barX + 0.8), TextX: percent(barX + 2.4), From: from, To: to,
		Height: pixels(to - from), OK: p.End.OK, Text: p.End.Text.English}
}
