package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
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
func (s Style) Line(r *harness.Report) string { return NewRecord(r).line().In(s.Language) }

func (r *RunRecord) line() lang.Text {
	text := lang.Text{English: r.Skipped}
	switch {
	case r.Skipped != "":
	case r.Phase(harness.Observe) == nil:
		text = lang.Text{English: "the failure was not observed", Korean: "장애를 관측하지 못했다"}
	case !r.Match || r.Free:
		text = felt(r.Client.Outcome)
	default:
		text = lang.Same("%s: %s").With(r.Verdict, felt(r.Client.Outcome))
	}
	return lang.Same("%-8s  %-36s  %s").With(r.Status(), r.Name(), text)
}

// failureName is the shortest name of how the client failed, empty where there is none but its text.
func failureName(o lab.Outcome) lang.Text {
	switch {
	case o.Timeout:
		return lang.Text{English: "its own timeout", Korean: "자체 타임아웃"}
	case o.Errno != "":
		return lang.Same(o.Errno)
	}
	return lang.Same(o.Code)
}

// ended is how the client's attempt ended, and after what time.
func ended(o lab.Outcome) lang.Text {
	end := failureName(o)
	switch {
	case o.OK():
		end = lang.Text{English: "reply", Korean: "응답"}
	case end.English == "":
		end = lang.Same(o.Error)
	}
	return lang.Text{English: "%[1]s after %[2]s", Korean: "%[2]s 뒤 %[1]s"}.With(end, secondsWords(o.Elapsed))
}

// Felt is what the client felt, in one sentence.
func Felt(o lab.Outcome) string { return felt(o).English }

func felt(o lab.Outcome) lang.Text {
	after := secondsWords(o.Elapsed)
	if o.OK() && o.Code != "" {
		return lang.Text{English: "%[1]s: %[3]s, after %[2]s", Korean: "%[1]s: %[2]s 뒤 %[3]s"}.With(o.Program, after, o.Code)
	}
	if o.OK() {
		return lang.Text{English: "%s got its reply after %s", Korean: "%s: %s 뒤 응답을 받았다"}.With(o.Program, after)
	}
	name := failureName(o)
	if name.English == "" {
		return lang.Text{English: "%s failed after %s: %s", Korean: "%s: %s 뒤 실패했다: %s"}.With(o.Program, after, o.Error)
	}
	return lang.Text{English: "%[1]s failed with %[3]s after %[2]s", Korean: "%[1]s: %[2]s 뒤 실패했다(%[3]s)"}.With(o.Program, after, name)
}

// secondsWords are [seconds] in a sentence.
func secondsWords(d time.Duration) lang.Text {
	text := lang.Same(seconds(d))
	if d >= time.Millisecond {
		text.Korean = fmt.Sprintf("%.3f초", d.Seconds())
	}
	return text
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
	b.WriteString(r.line().In(s.Language) + "\n")
	for _, line := range []lang.Text{lang.Same(r.Client.Error), r.diagnosed(), r.scales()} {
		if line.English != "" {
			b.WriteString(indent + line.In(s.Language) + "\n")
		}
	}
	if drawing := s.drawing(r); drawing != "" {
		b.WriteString("\n" + drawing + "\n")
	}
	b.WriteString(s.checks(r))
	for _, m := range r.Mismatches {
		b.WriteString(r.mismatchText(m))
	}
	for i, f := range r.Fixtures {
		words := lang.Text{English: f}
		if i < len(r.fixtures) {
			words = r.fixtures[i]
		}
		b.WriteString(indent + withWords.Format(s.Language, words) + "\n")
	}
	if r.Artifacts != "" {
		b.WriteString(indent + capturesWords.Format(s.Language, r.Artifacts) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What stands below the drawing of a run.
var (
	withWords     = lang.Text{English: "with: %s", Korean: "랩에 있는 것: %s"}
	capturesWords = lang.Text{English: "captures: %s", Korean: "캡처: %s"}
	undoneWords   = lang.Text{English: "With the fault undone: %s", Korean: "장애를 복구한 뒤: %s"}
)

// checks are the further questions that were asked, and their answers, and what the client felt once the fault was undone.
func (s Style) checks(r *RunRecord) string {
	var text string
	for _, p := range r.Phases {
		if p.Name == harness.Checking && p.Question != "" && p.Client != nil {
			text += indent + p.questionIn(s.Language) + " " + felt(p.Client.Outcome).In(s.Language) + "\n"
		}
	}
	if p := r.Phase(harness.Heal); p != nil && p.Client != nil {
		text += indent + undoneWords.Format(s.Language, felt(p.Client.Outcome)) + "\n"
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
		fmt.Fprintf(&b, "\n%s\n", r.heading(p).In(s.Language))
		if p.Question != "" {
			b.WriteString(p.questionIn(s.Language) + "\n")
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
func (r *RunRecord) Scales() string { return r.scales().English }

func (r *RunRecord) scales() lang.Text {
	if r.Speed <= 1 {
		return lang.Text{}
	}
	var here, real []string
	for _, ms := range r.SYNsDueMS[:min(4, len(r.SYNsDueMS))] {
		here = append(here, fmt.Sprintf("%.3f", ms/1000))
		real = append(real, fmt.Sprintf("%.0f", ms/1000*r.Speed))
	}
	return lang.Text{
		English: "time is compressed %.4g times: SYNs are due at %s s, in real time at %s s",
		Korean:  "시간을 %.4g배로 압축했다: SYN이 나가는 때는 %s초이고, 실제 시간으로는 %s초다",
	}.With(r.Speed, strings.Join(here, ", "), strings.Join(real, ", "))
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
