package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
)

// Status is the run's result in one word: "match", "MISMATCH" or "skipped".
func Status(r *harness.Report) string {
	switch {
	case r.Skipped != "":
		return "skipped"
	case r.Match():
		return "match"
	}
	return "MISMATCH"
}

// Line is the run in one line: what it was, how it ended, what the client felt.
func Line(r *harness.Report) string {
	text := r.Skipped
	switch {
	case r.Skipped != "":
	case r.Phase(harness.Observe) == nil:
		text = "the failure was not observed"
	case !r.Match():
		text = Felt(r.Client)
	default:
		text = fmt.Sprintf("%s: %s", r.Scenario.Verdict, Felt(r.Client))
	}
	return fmt.Sprintf("%-8s  %-36s  %s", Status(r), r.Name(), text)
}

// Felt is what the client felt, in one sentence.
func Felt(o harness.Outcome) string {
	if o.OK() {
		return fmt.Sprintf("%s got its reply after %s", o.Program, seconds(o.Elapsed))
	}
	name := o.Errno
	if o.Timeout {
		name = "its own timeout"
	}
	if name == "" {
		return fmt.Sprintf("%s failed after %s: %s", o.Program, seconds(o.Elapsed), o.Error)
	}
	return fmt.Sprintf("%s failed with %s after %s", o.Program, name, seconds(o.Elapsed))
}

// seconds is a duration to the millisecond, or to a tenth of it below one.
func seconds(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.3f s", d.Seconds())
}

// Text writes the run for a person: the line, the packets at each vantage point side by side, and, where it did not
// match, what was wanted beside what was seen.
func Text(w io.Writer, r *harness.Report) error {
	var b strings.Builder
	b.WriteString(Line(r) + "\n")
	if r.Client.Error != "" {
		b.WriteString(indent + r.Client.Error + "\n")
	}
	if r.Speed > 1 {
		b.WriteString(indent + Scales(r) + "\n")
	}
	if p := r.Phase(harness.Observe); p != nil && p.Traces != nil {
		b.WriteString("\n" + Columns(p.Traces) + "\n")
	}
	for _, m := range r.Mismatches {
		b.WriteString(MismatchText(r, m))
	}
	if r.Artifacts != "" {
		b.WriteString(indent + "captures: " + r.Artifacts + "\n")
	}
	for _, f := range r.Fixtures {
		b.WriteString(indent + "with: " + f + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Scales says of compressed time how it and real time stand to each other.
func Scales(r *harness.Report) string {
	var here, real []string
	for _, at := range due(r.Schedule.Gaps)[:min(4, len(r.Schedule.Gaps)+1)] {
		here = append(here, fmt.Sprintf("%.3f", at.Seconds()))
		real = append(real, fmt.Sprintf("%.0f", at.Seconds()*r.Speed))
	}
	return fmt.Sprintf("time is compressed %.4g times: SYNs are due at %s s, in real time at %s s",
		r.Speed, strings.Join(here, ", "), strings.Join(real, ", "))
}

// due is when the SYNs of an unanswered attempt are due, from the first on.
func due(gaps []time.Duration) []time.Duration {
	at := []time.Duration{0}
	for i, gap := range gaps {
		at = append(at, at[i]+gap)
	}
	return at
}

// MismatchText is a mismatch in full: where, what was wanted beside what was seen, and every packet.
func MismatchText(r *harness.Report, m harness.Mismatch) string {
	text := fmt.Sprintf("%s: %s: %s\n", r.Name(), m.Phase, m.At)
	if m.Detail == "" {
		return text + "  " + m.Reason + "\n"
	}
	for line := range strings.Lines(m.Detail) {
		text += "  " + line
	}
	return text
}

const (
	indent      = "          "
	columnWidth = 18
)

// Columns shows what each vantage point saw, side by side: the time since the first packet, the direction and the
// flags of each packet of the attempts at the service.
func Columns(traces []wire.Trace) string {
	columns := make([][]string, len(traces))
	start, rows := firstTime(traces), 0
	for i, t := range traces {
		columns[i] = append([]string{t.Point}, cells(t, start)...)
		rows = max(rows, len(columns[i]))
	}
	var b strings.Builder
	for row := range rows {
		line := indent
		for _, c := range columns {
			cell := ""
			if row < len(c) {
				cell = c[row]
			}
			line += fmt.Sprintf("%-*s", columnWidth, cell)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func cells(t wire.Trace, start time.Time) []string {
	var list []string
	for _, a := range t.Attempts(harness.Port) {
		for i := range a.Packets {
			p := &a.Packets[i]
			list = append(list, fmt.Sprintf("%.3f %s", p.Time.Sub(start).Seconds(), head(a, p)))
		}
	}
	if list == nil {
		return []string{"(nothing)"}
	}
	return list
}

// head is the packet's direction and its flags, or the name of an ICMP error.
func head(a wire.Attempt, p *wire.Packet) string {
	direction := "<"
	if a.FromClient(p) {
		direction = ">"
	}
	if p.Kind == wire.KindICMP {
		return "< " + p.ICMP.Name()
	}
	return direction + " " + p.TCP.Flags.String()
}

// firstTime is the time of the earliest packet of any attempt at the service.
func firstTime(traces []wire.Trace) time.Time {
	var first time.Time
	for _, t := range traces {
		for _, a := range t.Attempts(harness.Port) {
			if at := a.Packets[0].Time; first.IsZero() || at.Before(first) {
				first = at
			}
		}
	}
	return first
}
