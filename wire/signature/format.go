package signature

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tcplab/tcplab/wire"
)

// Lines prints an attempt in the notation of a signature, each packet in full, with aligned columns. Times are in
// seconds since the packet before. The lines together are a signature that the attempt matches.
func Lines(a wire.Attempt) []string {
	rows := make([]row, len(a.Packets))
	for i := range a.Packets {
		rows[i] = traceRow(a, i)
	}
	return layout(rows)
}

// Format prints the packet with index i as one of [Lines], not aligned with the others.
func Format(a wire.Attempt, i int) string { return layout([]row{traceRow(a, i)})[0] }

func traceRow(a wire.Attempt, i int) row {
	m := describe(a, &a.Packets[i]).full()
	return row{"+" + milliseconds(since(a, i-1, i)), m}
}

// since is the time from packet i to packet j of the attempt; 0 where there is no packet i.
func since(a wire.Attempt, i, j int) time.Duration {
	if i < 0 {
		return 0
	}
	return a.Packets[j].Time.Sub(a.Packets[i].Time)
}

// row is a line to be printed with others: what stands before the direction, and the packet. A row without a packet
// has direction 0.
type row struct {
	time   string
	packet PacketMatcher
}

// layout prints rows in aligned columns.
func layout(rows []row) []string {
	times, flags := 0, 2 // S and S. are aligned even when printed alone
	for _, r := range rows {
		if r.packet.dir == 0 {
			continue
		}
		times = max(times, utf8.RuneCountInString(r.time))
		if !r.packet.icmp && !r.packet.dns {
			flags = max(flags, len(r.packet.flagText()))
		}
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.time
		if m := r.packet; m.dir != 0 {
			text := pad(r.time, times) + " " + string(rune(m.dir)) + " " + pad(m.head(), flags) + " " + m.rest()
			lines[i] = strings.TrimRight(text, " ")
		}
	}
	return lines
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// String is the signature in the notation that [Parse] reads, with aligned columns. Comments are not kept.
func (s Signature) String() string {
	rows := make([]row, len(s.lines))
	for i, l := range s.lines {
		rows[i] = row{l.lead(), l.packet}
	}
	return strings.Join(layout(rows), "\n")
}

// lead is what stands before the direction, or the whole line where there is none.
func (l line) lead() string {
	switch {
	case l.kind == anyPackets:
		return "..."
	case l.kind == none:
		return "none"
	case l.kind == never:
		return "never"
	case l.optional:
		return "? " + l.when.String()
	}
	return l.when.String()
}

// String is the line as it stands in a mismatch: not aligned with the others.
func (l line) String() string {
	if l.packet.dir == 0 {
		return l.lead()
	}
	return l.lead() + " " + l.packet.String()
}
