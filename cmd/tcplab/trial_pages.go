package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
	"github.com/tcplab/tcplab/wire/ladder"
)

// mostTrialArrows is how many packets of a command's run are drawn on a terminal.
const mostTrialArrows = 30

// trialLadder are the packets that were captured while the failure held; nil where the command did not run then, or spoke UDP, whose datagrams are
// counted.
func trialLadder(r *trial.TrialResult) *ladder.Ladder {
	act := r.Broken
	if act == nil || act.Datagrams != nil {
		return nil
	}
	way := report.LabPath(r.Topology, lab.Family(r.Family), lab.ClientHost, r.Target, act.Traces, nil)
	way.Stood = r.Moment != nil
	l := ladder.New(way)
	if len(l.Arrows) > 0 {
		l.End = &ladder.Ending{After: act.Ended.Sub(l.Start), OK: act.OK(), Text: act.Words()}
	}
	return &l
}

// tellTrial prints what there is to be seen of a command's run: the packets, its streams and its sockets.
func (f runFlags) tellTrial(out io.Writer, r *trial.TrialResult) {
	fmt.Fprintln(out)
	r.Heading(out, f.tag)
	if l := trialLadder(r); l != nil {
		fmt.Fprint(out, report.Style{Language: f.tag}.Ladder(l.Brief(mostTrialArrows)))
	}
	r.Details(out, f.tag)
}

// writeTrialPage writes the page of all runs of the command, and returns its name.
func (f runFlags) writeTrialPage(argv []string, results []*trial.TrialResult) (string, error) {
	var runs []report.CommandRun
	good := 0
	for _, r := range results {
		run := report.CommandRun{Scenario: r.Scenario, Verdict: string(r.Verdict), Why: r.Why(f.tag), Good: r.Good(), Ladder: trialLadder(r)}
		if s, err := scenarios.Named(r.Scenario); err == nil {
			run.Title = s.Title.In(f.tag)
		}
		if act := r.Broken; act != nil {
			run.Ended, run.After = act.Words().In(f.tag), trial.SecondsWords(act.Elapsed).In(f.tag)
			run.Connections, run.SYNs = act.Connections, act.SYNs
			run.Folder = trialFolder(r.Scenario, r.Engine, lab.Family(r.Family))
		}
		var told strings.Builder
		r.Details(&told, f.tag)
		run.Told = strings.TrimRight(told.String(), "\n")
		if runs = append(runs, run); run.Good {
			good++
		}
	}
	command := strings.Join(argv, " ")
	if command == "" {
		command = "tcplab"
	}
	summary := lang.Text{English: "%d failures: nothing is wrong with the command in %d", Korean: "장애 %d개 가운데 %d개에서 명령에 문제가 없다"}.With(len(results), good)
	write := func(w io.Writer) error { return report.Commands(w, f.tag, command, summary.In(f.tag), runs) }
	return filepath.Join(f.out, indexName), writeFile(f.out, indexName, write)
}

// trialFolder is the name of the folder with a trial's captures.
func trialFolder(scenario, engine string, family lab.Family) string {
	return fmt.Sprintf("%s-%s-%s", scenario, engine, family)
}
