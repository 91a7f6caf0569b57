package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

func newBenchVerdicts() *cobra.Command {
	idle := false
	cmd := &cobra.Command{
		Use:   "verdicts N",
		Short: "Run N scenarios and N sabotaged ones on a machine kept busy, and count the wrong verdicts",
		Long: `Run N scenarios in real time while every processor is kept busy by four programs each, which compute, start other programs and
write to the disk; then N runs that are sabotaged: the fault is left out, a packet is lost on the way, a retransmission comes too many, a RST comes late by a
timer. A run is wrong when a scenario does not match, or when a sabotaged one does. It is inconclusive when the machine stood still for so
long that the run proves nothing. The exit code is 1 when a verdict was wrong.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			counts, err := labCounts(args)
			if err != nil {
				return err
			}
			if !idle {
				release, err := keepBusy()
				if err != nil {
					return err
				}
				defer release()
			}
			return benchVerdicts(cmd.Context(), cmd.OutOrStdout(), counts[0])
		},
	}
	cmd.Flags().BoolVar(&idle, "idle", false, "do not keep the machine busy")
	return cmd
}

// sabotage is a run that must not match.
type sabotage struct {
	name     string
	scenario harness.Scenario
}

// verdicts are what became of runs of one kind.
type verdicts struct {
	kind                      string
	runs, wrong, inconclusive int
	examples                  []string // of what was wrong
	late                      time.Duration
}

func (v verdicts) String() string {
	return fmt.Sprintf("| %s | %d | %d | %d | %.2f s |", v.kind, v.runs, v.wrong, v.inconclusive, v.late.Seconds())
}

func benchVerdicts(ctx context.Context, out io.Writer, n int) error {
	engine, err := chooseEngine(ctx, "netns")
	if err != nil {
		return err
	}
	genuine, sabotaged, err := casesOf(n)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d processors, %d runs at a time\n\n", runtime.NumCPU(), verdictsAtOnce)
	fmt.Fprintln(out, "| kind of run | runs | wrong | inconclusive | the machine's longest standstill |")
	fmt.Fprintln(out, "|---|---:|---:|---:|---:|")
	begin, wrong := time.Now(), []string{}
	for _, group := range [][]sabotage{genuine, sabotaged} {
		rows, err := judgeAll(ctx, engine, group, n)
		if err != nil {
			return err
		}
		for _, v := range rows {
			fmt.Fprintln(out, v)
			wrong = append(wrong, v.examples...)
		}
	}
	fmt.Fprintf(out, "\nIn %s.\n", time.Since(begin).Round(time.Second))
	for _, example := range wrong {
		fmt.Fprintln(out, "wrong: "+example)
	}
	if len(wrong) > 0 {
		return errMismatch
	}
	return nil
}

const (
	// verdictsAtOnce is how many runs are made side by side.
	verdictsAtOnce = 16
	// genuineRuns is the kind of runs that must match.
	genuineRuns = "as it is"
)

// casesOf are the scenarios that a run can take, as they are and sabotaged.
func casesOf(n int) (genuine, sabotaged []sabotage, err error) {
	for _, s := range scenarios.All() {
		if s.Long {
			continue
		}
		genuine = append(genuine, sabotage{genuineRuns, s})
		if s.Fault != (harness.NoFault{}) {
			s.Fault = skipped{s.Fault}
			sabotaged = append(sabotaged, sabotage{"fault left out", s})
		}
	}
	made, err := sabotages()
	for range max(1, len(sabotaged)/len(made)) { // as many of each kind as of faults left out, in turn
		sabotaged = append(sabotaged, made...)
	}
	return genuine, sabotaged, err
}

// skipped is a fault that is not injected, and says that it is.
type skipped struct{ harness.Fault }

func (skipped) Inject(context.Context, *lab.Bench) error { return nil }
func (skipped) Verify(context.Context, *lab.Bench) error { return nil }
func (skipped) Heal(context.Context, *lab.Bench) error   { return nil }

// beside is a fault with another one that nobody knows of.
type beside struct {
	harness.Fault
	secret harness.Fault
}

func (f beside) Inject(ctx context.Context, b *lab.Bench) error {
	return errors.Join(f.Fault.Inject(ctx, b), f.secret.Inject(ctx, b))
}

func (f beside) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(f.Fault.Heal(ctx, b), f.secret.Heal(ctx, b))
}

// sabotages are the runs with a packet too few or too many, or one that is late by a timer of the kernel.
func sabotages() ([]sabotage, error) {
	lost := func(n int) faults.FirewallRule {
		return faults.FirewallRule{Host: lab.RouterHost, Rule: faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, First: n}}
	}
	var list []sabotage
	for _, c := range []struct {
		name, scenario string
		with           func(harness.Fault) harness.Fault
	}{
		{"a packet lost on the way", "firewall-drop", func(f harness.Fault) harness.Fault { return beside{f, lost(1)} }},
		{"a retransmission too many", "lost-syn-once", func(harness.Fault) harness.Fault { return lost(2) }},
		{"a RST late by a timer", "closed-port", func(f harness.Fault) harness.Fault { return beside{f, lost(1)} }},
	} {
		s, err := scenarios.Named(c.scenario)
		if err != nil {
			return nil, err
		}
		s.Fault = c.with(s.Fault)
		list = append(list, sabotage{c.name, s})
	}
	return list, nil
}

// judgeAll makes n runs, of each case in turn, and returns what became of them by their kind.
func judgeAll(ctx context.Context, e lab.Engine, cases []sabotage, n int) ([]verdicts, error) {
	var mutex sync.Mutex
	var rows []verdicts
	var failed error
	count := func(c sabotage, r *harness.Report, err error) {
		mutex.Lock()
		defer mutex.Unlock()
		i := slices.IndexFunc(rows, func(v verdicts) bool { return v.kind == c.name })
		if i < 0 {
			rows = append(rows, verdicts{kind: c.name})
			i = len(rows) - 1
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", c.scenario.Name, err))
			return
		}
		rows[i].count(c, r)
	}
	slots := make(chan struct{}, verdictsAtOnce)
	var group sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			c := cases[i%len(cases)]
			r, err := harness.Run(ctx, e, c.scenario, harness.Options{Family: lab.Families[i/len(cases)%len(lab.Families)]})
			count(c, r, err)
		})
	}
	group.Wait()
	return rows, failed
}

// count adds a run. One that could not be made is told as the error of all.
func (v *verdicts) count(c sabotage, r *harness.Report) {
	v.runs++
	v.late = max(v.late, r.Lateness)
	genuine := v.kind == genuineRuns
	switch {
	case r.Inconclusive:
		v.inconclusive++
	case r.Skipped != "":
		v.wrong++
		v.examples = append(v.examples, fmt.Sprintf("%s (%s) was skipped: %s", r.Name(), c.name, r.Skipped))
	case genuine && !r.Match():
		v.wrong++
		m := r.Mismatches[0]
		v.examples = append(v.examples, fmt.Sprintf("%s: %s: %s: %s", r.Name(), m.Phase, m.At, m.Reason))
	case !genuine && r.Match():
		v.wrong++
		v.examples = append(v.examples, fmt.Sprintf("%s matches with %s", r.Name(), c.name))
	}
}
