package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// mostTextArrows is how many packets of a run are drawn in text; what is longer is for the page.
const mostTextArrows = 40

// Status is the run's result in one word: "match", "MISMATCH", "skipped", or "observed" where nothing was expected of the
// client.
func Status(r *harness.Report) string { return status(r.Skipped, r.Match(), r.Free) }

func status(skipped string, match, free bool) string {
	switch {
	case skipped != "":
		return "skipped"
	case match && free:
		return "observed"
	case match:
		return "match"
	}
	return "MISMATCH"
}

// Line is the run in one line: what it was, how it ended, what the client felt.
func Line(r *harness.Report) string { return NewRecord(r).Line() }

// Line is [Line].
func (r *RunRecord) Line() string {
	text := r.Skipped
	switch {
	case r.Skipped != "":
	case r.Phase(harness.Observe) == nil:
		text = "the failure was not observed"
	case !r.Match || r.Free:
		text = Felt(r.Client.Outcome)
	default:
		text = fmt.Sprintf("%s: %s", r.Verdict, Felt(r.Client.Outcome))
	}
	return fmt.Sprintf("%-8s  %-36s  %s", r.Status(), r.Name(), text)
}

// failureName is the shortest name of how the client failed, empty where there is none but its text.
func failureName(o lab.Outcome) string {
	switch {
	case o.Timeout:
		return "its own timeout"
	case o.Errno != "":
		return o.Errno
	}
	return o.Code
}

// ended is how the client's attempt ended, and after what time.
func ended(o lab.Outcome) string {
	after := " after " + seconds(o.Elapsed)
	if o.OK() {
		return "reply" + after
	}
	return orElse(failureName(o), o.Error) + after
}

// Felt is what the client felt, in one sentence.
func Felt(o lab.Outcome) string {
	if o.OK() && o.Code != "" {
		return fmt.Sprintf("%s: %s, after %s", o.Program, o.Code, seconds(o.Elapsed))
	}
	if o.OK() {
		return fmt.Sprintf("%s got its reply after %s", o.Program, seconds(o.Elapsed))
	}
	name := failureName(o)
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
func Text(w io.Writer, r *harness.Report) error { return Style{}.Text(w, r) }

// Text is [Text] in a style.
func (s Style) Text(w io.Writer, r *harness.Report) error { return s.Record(w, NewRecord(r)) }

// Record is [Text] of a run that was kept.
func (s Style) Record(w io.Writer, r *RunRecord) error {
	var b strings.Builder
	b.WriteString(r.Line() + "\n")
	for _, line := range []string{r.Client.Error, r.diagnosed(), r.Scales()} {
		if line != "" {
			b.WriteString(indent + line + "\n")
		}
	}
	if drawing := s.drawing(r); drawing != "" {
		b.WriteString("\n" + drawing + "\n")
	}
	b.WriteString(r.checks())
	for _, m := range r.Mismatches {
		b.WriteString(r.mismatchText(m))
	}
	for _, f := range r.Fixtures {
		b.WriteString(indent + "with: " + f + "\n")
	}
	if r.Artifacts != "" {
		b.WriteString(indent + "captures: " + r.Artifacts + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// checks are the further questions that were asked, and their answers, and what the client felt once the fault was undone.
func (r *RunRecord) checks() string {
	var text string
	for _, p := range r.Phases {
		if p.Name == harness.Checking && p.Question != "" && p.Client != nil {
			text += indent + p.Question + " " + Felt(p.Client.Outcome) + "\n"
		}
	}
	if p := r.Phase(harness.Heal); p != nil && p.Client != nil {
		text += indent + "With the fault undone: " + Felt(p.Client.Outcome) + "\n"
	}
	if text != "" {
		text += "\n"
	}
	return text
}

// Phases draws what was seen in each phase of a run that was kept.
func (s Style) Phases(w io.Writer, r *RunRecord) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Name(), r.Title)
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.traces == nil {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", r.heading(p))
		if p.Question != "" {
			b.WriteString(p.Question + "\n")
		}
		b.WriteString(s.Ladder(r.Ladder(p).Brief(mostTextArrows)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Drawing is the ladder of what the run is about: of the phase in which the first mismatch was seen, else of the one in
// which the fault was observed. It is empty where nothing was captured in that phase.
func (s Style) Drawing(r *harness.Report) string { return s.drawing(NewRecord(r)) }

func (s Style) drawing(record *RunRecord) string {
	name := harness.Observe
	if len(record.Mismatches) > 0 {
		name = record.Mismatches[0].Phase
	}
	// A run ends with the mismatch, so that of several phases of the name (those of the checks) it is the last one's.
	for i := range slices.Backward(record.Phases) {
		p := &record.Phases[i]
		if p.Name == name && p.traces != nil && (p.Check == "" || len(record.Mismatches) > 0) {
			return s.Ladder(record.Ladder(p).Brief(mostTextArrows))
		}
	}
	return ""
}

// Scales says of compressed time how it and real time stand to each other.
func Scales(r *harness.Report) string { return NewRecord(r).Scales() }

// Scales is [Scales]; empty in real time.
func (r *RunRecord) Scales() string {
	if r.Speed <= 1 {
		return ""
	}
	var here, real []string
	for _, ms := range r.SYNsDueMS[:min(4, len(r.SYNsDueMS))] {
		here = append(here, fmt.Sprintf("%.3f", ms/1000))
		real = append(real, fmt.Sprintf("%.0f", ms/1000*r.Speed))
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
	return NewRecord(r).mismatchText(MismatchRecord(m))
}

func (r *RunRecord) mismatchText(m MismatchRecord) string {
	text := fmt.Sprintf("%s: %s: %s\n", r.Name(), m.Phase, m.At)
	if m.Detail == "" {
		return text + "  " + m.Reason + "\n"
	}
	for line := range strings.Lines(m.Detail) {
		text += "  " + line
	}
	return text
}

const indent = "          "
