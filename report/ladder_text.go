package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/ladder"
)

// The width of a ladder in text, and of its column of times.
const (
	textWidth  = 80
	timesWidth = 11
)

// Style is how text is written.
type Style struct {
	// Color uses the terminal's colours.
	Color bool
	// Language is the language of the sentences; the zero value is English. Names, and labels in a drawing, are the same in all languages.
	Language lang.Tag
}

// The escape sequences of ECMA-48 (SGR) for each kind of arrow.
var textColors = map[string]string{
	"syn": "36", "synack": "32", "ack": "32", "data": "32", "fin": "32", "rst": "31", "icmp": "35", "echo": "36",
	"neighbour": "33", "cross": "1;31", "good": "1;32", "quiet": "2",
}

func (s Style) paint(class, text string) string {
	if code := textColors[class]; s.Color && code != "" && text != "" {
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	return text
}

var (
	nothingSeen = lang.Text{English: "no packet was seen", Korean: "관찰된 패킷이 없다"}
	morePackets = lang.Text{English: "%d more packets", Korean: "패킷 %d개 더"}
)

// Ladder draws the ladder in characters, 80 columns wide.
func (s Style) Ladder(l ladder.Ladder) string {
	t := ladderText{Ladder: &l, style: s}
	for i := range l.Lifelines {
		t.columns = append(t.columns, t.column(i))
	}
	t.head()
	if len(l.Arrows) == 0 {
		t.write("", "quiet", nothingSeen.In(s.Language))
	}
	for i := range l.Arrows {
		if t.End != nil && !t.ended && t.Since(l.Arrows[i].Sent()) > t.End.After {
			t.end()
		}
		t.arrow(i)
		if l.Omitted > 0 && i == l.OmittedAfter {
			t.write("...", "quiet", morePackets.Format(s.Language, l.Omitted))
		}
	}
	if t.End != nil && !t.ended {
		t.end()
	}
	for _, loss := range l.Losses() {
		t.write("", "cross", loss.In(s.Language))
	}
	return t.b.String()
}

// ladderText is a ladder while it is drawn.
type ladderText struct {
	*ladder.Ladder
	style   Style
	columns []int
	b       strings.Builder
	burst   time.Time // the first packet since the last wait
	latest  time.Time
	ended   bool
}

// column is that of a host's lifeline. The first and the last have room for half of their names beside them.
func (t *ladderText) column(host int) int {
	first, last := timesWidth+2, textWidth-1-2
	hosts := len(t.Lifelines)
	first = max(first, timesWidth+utf8.RuneCountInString(t.name(0))/2)
	last = min(last, textWidth-1-utf8.RuneCountInString(t.name(hosts-1))/2)
	if hosts == 1 {
		return first
	}
	return first + (last-first)*host/(hosts-1)
}

// name is the host's, and that it is off.
func (t *ladderText) name(host int) string {
	if t.Lifelines[host].Off {
		return t.Lifelines[host].Name + " (off)"
	}
	return t.Lifelines[host].Name
}

func (t *ladderText) head() {
	line := []rune(strings.Repeat(" ", textWidth))
	for i := range t.Lifelines {
		text := []rune(t.name(i))
		begin := max(0, t.columns[i]-len(text)/2)
		copy(line[begin:], text)
	}
	t.b.WriteString(strings.TrimRight(string(line), " ") + "\n")
}

// write adds a line with a time and a text where the first lifeline stands.
func (t *ladderText) write(when, class, text string) {
	room := textWidth - t.columns[0]
	if lang.Columns(text) > room {
		for lang.Columns(text) > room-1 {
			_, last := utf8.DecodeLastRuneInString(text)
			text = text[:len(text)-last]
		}
		text += "…"
	}
	line := fmt.Sprintf("%*s", timesWidth-1, when)
	line += strings.Repeat(" ", t.columns[0]-utf8.RuneCountInString(line)) + t.style.paint(class, text)
	t.b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// wait draws the time between packets where it is long enough.
func (t *ladderText) wait(now time.Time) {
	if gap := now.Sub(t.latest); !t.latest.IsZero() && gap >= t.LongGap {
		line := newCanvas(t, '┆')
		t.flush("↓ "+wait(gap), line)
		t.burst = now
	}
}

func (t *ladderText) arrow(i int) {
	a := &t.Arrows[i]
	t.wait(a.Sent())
	when := seconds3(t.Since(a.Sent()))
	if t.burst.IsZero() || i == 0 {
		t.burst = a.Sent()
	}
	if a.Sent() != t.burst {
		when = "+" + short(a.Sent().Sub(t.burst))
	}
	line := newCanvas(t, '│')
	line.arrow(a)
	t.flush(when, line)
	t.latest = a.Sent()
}

func (t *ladderText) flush(when string, line *canvas) {
	t.b.WriteString(fmt.Sprintf("%*s ", timesWidth-1, when) + line.String() + "\n")
}

// end tells of the end of the client's attempt, in its place in time.
func (t *ladderText) end() {
	at := t.Start.Add(t.End.After)
	if len(t.Arrows) > 0 {
		t.wait(at)
	}
	t.ended, t.latest = true, at
	class, mark := "cross", "✕ "
	if t.End.OK {
		class, mark = "good", "✓ "
	}
	t.write(moment(t.End.After), class, mark+t.End.Text.In(t.style.Language))
}

// canvas is one line of lifelines and of the arrow across them.
type canvas struct {
	text    *ladderText
	runes   []rune
	classes []string
}

func newCanvas(t *ladderText, lifeline rune) *canvas {
	c := &canvas{t, []rune(strings.Repeat(" ", textWidth)), make([]string, textWidth)}
	for i, column := range t.columns {
		c.set(column, lifeline, "quiet")
		if t.Lifelines[i].Off || t.Lifelines[i].Blind {
			c.set(column, '┊', "quiet")
		}
	}
	return c
}

func (c *canvas) set(column int, r rune, class string) {
	c.runes[column], c.classes[column] = r, class
}

// at is the column of a spot.
func (c *canvas) at(s ladder.Spot) int {
	host := s.Host()
	if s.OnLink() {
		return (c.text.columns[host] + c.text.columns[host+1]) / 2
	}
	return c.text.columns[host]
}

// arrow draws the packet: a line with its name, a head or a cross, and points where nobody saw it.
func (c *canvas) arrow(a *ladder.Arrow) {
	step, head := 1, '→'
	if !a.Rightward {
		step, head = -1, '←'
	}
	from, to := c.at(a.From), c.at(a.To)
	first, last := c.at(a.Seen[0].At), c.at(a.Seen[len(a.Seen)-1].At)
	if from == to { // it was lost in the host that sent it
		to += 4 * step
	}
	for x := from + step; x != to; x += step {
		r := '─'
		if (x-first)*step < 0 || (x-last)*step > 0 && !a.Fate.Lost() {
			r = '╌'
		}
		if c.runes[x] != ' ' && r == '─' {
			r = '┼'
		}
		c.set(x, r, a.Class)
	}
	switch a.Fate {
	case ladder.Arrived:
		c.set(to-step, head, a.Class)
	case ladder.Unseen:
		c.set(to, '?', "cross")
	case ladder.LostInside: // it has reached the host
		c.set(to-step, head, a.Class)
		c.set(to, '✕', "cross")
	case ladder.LostOnLink:
		c.set(to, '✕', "cross")
	}
	c.label(a, from, to, step)
}

// label writes the packet's name into its arrow, near where it was sent, without covering a lifeline or the head.
func (c *canvas) label(a *ladder.Arrow, from, to, step int) {
	room := abs(to-from) - 3
	runes := []rune(" " + a.Label + " ")
	if len(runes) > room {
		runes = []rune(" " + a.Short + " ")
	}
	if len(runes) > room {
		runes = append(runes[:max(room-1, 0)], '…')
	}
	begin := from + 2
	if step < 0 {
		begin = from - 1 - len(runes)
	}
	for i, r := range runes {
		c.set(begin+i, r, a.Class)
	}
}

func abs(n int) int { return max(n, -n) }

// String is the line, without what is left of its first lifeline's column of times.
func (c *canvas) String() string {
	var b strings.Builder
	end := textWidth
	for end > timesWidth && c.runes[end-1] == ' ' {
		end--
	}
	for x := timesWidth; x < end; {
		next := x
		for next < end && c.classes[next] == c.classes[x] {
			next++
		}
		b.WriteString(c.text.style.paint(c.classes[x], string(c.runes[x:next])))
		x = next
	}
	return b.String()
}
