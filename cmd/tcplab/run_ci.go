package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/report/junit"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/trial"
)

// shardFlag is the flag --shard: one of several parts of a run, which other machines complete. The zero value is the whole.
type shardFlag struct{ part, of int }

func (s *shardFlag) String() string {
	if s.of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.part, s.of)
}

// Type is what the help calls the value.
func (s *shardFlag) Type() string { return "i/n" }

// Set takes "2/4".
func (s *shardFlag) Set(text string) error {
	part, of, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(part)
	n, err2 := strconv.Atoi(of)
	if err != nil || err2 != nil || i < 1 || i > n {
		return fmt.Errorf("it is a part of a whole, such as 1/4 to 4/4, not %q", text)
	}
	*s = shardFlag{i, n}
	return nil
}

// share is the part's. The scenarios are dealt like cards, those first that take longest, so that the parts take about as long as each
// other; the parts are the same for the same list.
func (s shardFlag) share(list []harness.Scenario) ([]harness.Scenario, error) {
	if s.of == 0 {
		return list, nil
	}
	if s.of > len(list) {
		return nil, fmt.Errorf("--shard %s: there are fewer scenarios than parts: %d", s.String(), len(list))
	}
	dealt := slices.Clone(list)
	slices.SortStableFunc(dealt, func(a, b harness.Scenario) int { return cmp.Compare(b.Waits(), a.Waits()) })
	mine := map[string]bool{}
	for i := s.part - 1; i < len(dealt); i += s.of {
		mine[dealt[i].Name] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(x harness.Scenario) bool { return !mine[x.Name] }), nil
}

// writeCI writes what was asked for of the runs' ends: JUnit's XML, and a summary in Markdown.
func (f runFlags) writeCI(results []result, took time.Duration) error {
	if f.trial.junit != "" {
		if err := f.named(f.trial.junit, "<?xml", func(w io.Writer) error { return junit.Write(w, junitCases(f.built.family, results)) }); err != nil {
			return err
		}
	}
	if f.summaryMD == "" {
		return nil
	}
	entries, ends := entriesOf(results)
	ends.Summary = fmt.Sprintf("%s, %.1f s", ends.Summary, took.Seconds())
	return f.named(f.summaryMD, "**", func(w io.Writer) error { return report.Markdown(w, entries, ends) })
}

// writeTrialsMD is the summary of a command of the user's.
func (f runFlags) writeTrialsMD(results []*trial.TrialResult) error {
	if f.summaryMD == "" {
		return nil
	}
	var table bytes.Buffer
	if err := trial.Table(&table, results, lang.English); err != nil {
		return err
	}
	return f.named(f.summaryMD, "**", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "**%d failures**\n\n````text\n%s````\n", len(results), strings.ReplaceAll(table.String(), "````", "'''"))
		return err
	})
}

// named writes a file that the user has named.
func (runFlags) named(name, begins string, write func(io.Writer) error) error {
	if err := safefile.Write(name, 0o644, write, begins); err != nil {
		return &harness.ArtifactError{Err: err}
	}
	return nil
}

func junitCases(family familyFlag, results []result) (cases []junit.Test) {
	for _, r := range results {
		c := junit.Test{Name: r.scenario, Class: "tcplab." + lab.Family(family).String()}
		if r.report != nil {
			c.Class = "tcplab." + r.report.Engine + "." + r.report.Family.String()
			for _, p := range r.report.Phases {
				c.Took += p.Elapsed
			}
		}
		switch {
		case r.err != nil:
			c.Failure = &junit.Reason{Message: "it could not be run: " + r.err.Error()}
		case r.report.Skipped != "":
			c.Skipped = &junit.Reason{Message: r.report.Skipped}
		case len(r.report.Mismatches) > 0:
			m := r.report.Mismatches[0]
			c.Failure = &junit.Reason{Message: fmt.Sprintf("%s: %s: %s", m.Phase, m.At, m.Reason), Text: report.Style{}.Drawing(r.report)}
		}
		cases = append(cases, c)
	}
	return cases
}
