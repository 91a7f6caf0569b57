package signature

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tcplab/tcplab/wire"
)

// Difference is the first difference between a signature and the packets of an attempt.
type Difference struct {
	// Packet is the number within the attempt of the first packet that differs, counted from 1; where a packet is
	// missing, the number that it would have had.
	Packet int `json:"packet"`
	// Reason says what differs in one sentence, without a full stop.
	Reason string `json:"reason"`
	// Rows set what was wanted beside what was seen, up to the difference, which is the last.
	Rows []Row `json:"rows"`
	// Seen are all packets of the attempt, as [Lines] prints them.
	Seen []string `json:"seen"`
}

// Row is a line of the signature and the packet that stands beside it, as far as the line checks it.
type Row struct {
	Want    string `json:"want"`
	Got     string `json:"got"`
	Differs bool   `json:"differs,omitempty"`
}

// noneText stands in a row for the packet that is missing on that side.
const noneText = "(no packet)"

// wantWidth is the least width of the column of what was wanted.
const wantWidth = 18

// String sets want and got side by side, with ! at the difference, then says what differs and lists every packet seen.
// It ends with a newline, so that the caller can add where the capture lies.
func (m *Difference) String() string {
	width := wantWidth
	for _, r := range m.Rows {
		width = max(width, utf8.RuneCountInString(r.Want)+2)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %s%s\n", pad("want", width), "got")
	for _, r := range m.Rows {
		mark := " "
		if r.Differs {
			mark = "!"
		}
		fmt.Fprintf(&b, "%s %s%s\n", mark, pad(r.Want, width), r.Got)
	}
	fmt.Fprintf(&b, "%s\n", m.Reason)
	if len(m.Seen) == 0 {
		return b.String() + "packets seen: none\n"
	}
	return b.String() + "packets seen:\n  " + strings.Join(m.Seen, "\n  ") + "\n"
}

// appeared is the mismatch of a packet that a never line forbids.
func appeared(a wire.Attempt, l line, i int) *Difference {
	got := row{"+" + milliseconds(since(a, i-1, i)), describe(a, &a.Packets[i]).only(l.packet)}
	return &Difference{
		Packet: i + 1,
		Reason: fmt.Sprintf("%s must not appear; packet %d is one", article(l.packet.name()), i+1),
		Rows:   []Row{{Want: l.String(), Got: got.compact(), Differs: true}},
		Seen:   Lines(a),
	}
}

// mismatch describes the failure that got furthest.
func (m *matcher) mismatch() *Difference {
	f := m.best
	result := &Difference{Packet: f.at.packet + 1, Reason: f.reason, Seen: Lines(m.attempt)}
	next, path := 0, f.path // the next packet to be shown
	for i := range min(f.at.line, len(m.lines)) {
		l := m.lines[i]
		switch {
		case len(path) > 0 && path[0].line == i:
			previous := noPacket
			if j := len(f.path) - len(path); j > 0 {
				previous = f.path[j-1].packet
			}
			next = path[0].packet
			result.add(l, m.got(l, state{i, next, previous}))
			next, path = next+1, path[1:]
		case l.kind == anyPackets:
			until := f.at.packet
			if len(path) > 0 {
				until = path[0].packet
			}
			result.add(l, count(until-next, "(%d packet)", "(%d packets)"))
			next = until
		default:
			result.add(l, "(absent)")
		}
	}
	m.addDifference(result, f.at)
	return result
}

func (m *Difference) add(l line, got string) {
	m.Rows = append(m.Rows, Row{Want: l.String(), Got: got})
}

// addDifference adds the last row.
func (m *matcher) addDifference(to *Difference, at state) {
	r := Row{Want: noneText, Got: noneText, Differs: true}
	switch {
	case at.line == len(m.lines):
		surplus := row{"+" + milliseconds(since(m.attempt, at.packet-1, at.packet)), m.packets[at.packet].full()}
		r.Got = surplus.compact()
	case at.packet == len(m.packets):
		r.Want = m.lines[at.line].String()
	default:
		l := m.lines[at.line]
		r.Want, r.Got = l.String(), m.got(l, at)
	}
	to.Rows = append(to.Rows, r)
}

// got is the packet beside the line: its time since the packet that the line counts from, and what the line checks.
func (m *matcher) got(l line, s state) string {
	since := m.reference(l, s)
	if since == noPacket {
		since = s.packet - 1
	}
	var took time.Duration
	if since >= 0 {
		took = m.attempt.Packets[s.packet].Time.Sub(m.attempt.Packets[since].Time)
	}
	return row{"+" + milliseconds(took), m.packets[s.packet].only(l.packet)}.compact()
}

func (r row) compact() string { return r.time + " " + r.packet.String() }
