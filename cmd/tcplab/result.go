package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
)

// errMismatch says that a scenario did not match; the details have been printed.
var errMismatch = errors.New("a scenario did not match")

// result is the end of one run.
type result struct {
	scenario string
	report   *harness.Report // nil where the run could not begin
	err      error
}

// drawnAtMost is how many runs are drawn when nobody asks for drawings: more would scroll away.
const drawnAtMost = 3

// print shows the runs that came to their end.
func (f runFlags) print(out io.Writer, results []result) error {
	if f.asJSON {
		return eachReport(results, func(r *harness.Report) error { return report.JSON(out, r) })
	}
	if f.quiet {
		return nil
	}
	style, brief, first := f.color.style(out, f.tag), !f.verbose && len(results) > drawnAtMost, true
	out, flush := folded(out)
	defer flush()
	return eachReport(results, func(r *harness.Report) error {
		if brief && len(r.Mismatches) == 0 {
			_, err := fmt.Fprintln(out, style.Line(r))
			return err
		}
		if !first && !brief {
			fmt.Fprintln(out)
		}
		first = false
		return style.Text(out, r)
	})
}

// eachReport calls do for each run that came to its end.
func eachReport(results []result, do func(*harness.Report) error) error {
	for _, r := range results {
		if r.err != nil {
			continue
		}
		if err := do(r.report); err != nil {
			return err
		}
	}
	return nil
}

// printEnd tells of several runs where the page about all of them is, and how they ended.
func printEnd(out io.Writer, index string, results []result, took time.Duration, tag lang.Tag) {
	out, flush := folded(out)
	defer flush()
	if index != "" {
		fmt.Fprint(out, allOfThem.Format(tag, index))
	}
	if len(results) > 1 {
		fmt.Fprint(out, allTook.Format(tag, summary(results), took.Seconds()))
	}
}

var (
	allOfThem = lang.Text{English: "\nall of them: %s\n", Korean: "\n전체: %s\n"}
	allTook   = lang.Text{English: "%s, %.1f s\n", Korean: "%s, %.1f초\n"}
)

// summary is all runs in one line: "28 scenarios: 27 match, 1 MISMATCH (waf-resets)".
func summary(results []result) lang.Text {
	names := map[string][]string{}
	for _, r := range results {
		end := endNotRun
		switch {
		case r.err == nil:
			end = report.Status(r.report)
		case errors.Is(r.err, errInterrupted):
			end = endInterrupted
		}
		names[end] = append(names[end], r.scenario)
	}
	return summed(len(results), names)
}

// summed is a number of runs, and how they ended.
func summed(runs int, names map[string][]string) lang.Text {
	return lang.Text{English: "%d scenarios: %s", Korean: "시나리오 %d개: %s"}.With(runs, endings(names))
}

// How a run can end without a result.
const (
	endInterrupted = "interrupted"
	endNotRun      = "could not be run"
)

// endWords are those ends in each language. The others are the names of a status ([report.Status]), which are the same in all.
var endWords = map[string]lang.Text{
	endInterrupted: {English: endInterrupted, Korean: "중단"},
	endNotRun:      {English: endNotRun, Korean: "실행하지 못함"},
}

func wordsOfEnd(end string) lang.Text {
	if words, other := endWords[end]; other {
		return words
	}
	return lang.Same(end)
}

// endings are the names of scenarios by how their runs ended, in words: "27 match, 1 MISMATCH (waf-resets)".
func endings(names map[string][]string) lang.Text {
	var parts []lang.Text
	for _, end := range []string{"match", "observed", "skipped", "MISMATCH", endNotRun, endInterrupted} {
		switch some := names[end]; {
		case len(some) == 0:
		case end == "match", end == "observed":
			parts = append(parts, lang.Text{English: "%d %s", Korean: "%[2]s %[1]d"}.With(len(some), wordsOfEnd(end)))
		default:
			parts = append(parts, lang.Text{English: "%d %s (%s)", Korean: "%[2]s %[1]d (%[3]s)"}.With(len(some), wordsOfEnd(end), strings.Join(some, ", ")))
		}
	}
	return lang.Join(parts, lang.Same(", "))
}

// failure is why some of the runs could not be made: each reason once, with the names of all that it kept from their
// end. A skipped run is a failure where it was asked for by name.
func (f runFlags) failure(results []result) error {
	var reasons []string
	names := map[string][]string{}
	for _, r := range results {
		err := r.err
		if errors.Is(err, errInterrupted) {
			err = besidesInterruption(err)
		}
		if r.err == nil && r.report.Skipped != "" && !f.all {
			err = fmt.Errorf("skipped: %s", r.report.Skipped)
		}
		if err == nil {
			continue
		}
		if disk, full := errors.AsType[*harness.ArtifactError](err); full {
			return disk
		}
		reason := err.Error()
		if r.report != nil {
			reason = strings.TrimPrefix(reason, r.report.Name()+": ")
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], r.scenario)
	}
	var errs []error
	for _, reason := range reasons {
		errs = append(errs, fmt.Errorf("%s: %s", strings.Join(names[reason], ", "), reason))
	}
	return errors.Join(errs...)
}

// besidesInterruption is what is left of an error without the end of the context, which has its own message: a lab that
// could not be removed must not go unsaid.
func besidesInterruption(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var left []error
		for _, e := range joined.Unwrap() {
			left = append(left, besidesInterruption(e))
		}
		return errors.Join(left...)
	}
	if errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// mismatch is errMismatch where a run did not match.
func mismatch(results []result) error {
	for _, r := range results {
		if r.err == nil && len(r.report.Mismatches) > 0 {
			return errMismatch
		}
	}
	return nil
}
