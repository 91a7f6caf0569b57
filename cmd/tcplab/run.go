package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/signature"
)

// errMismatch says that a scenario did not match; the details have been printed.
var errMismatch = errors.New("a scenario did not match")

// runFlags are the flags of "run".
type runFlags struct {
	all       bool
	engine    string
	family    int
	parallel  int
	out       string
	asJSON    bool
	tolerance float64
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "Run scenarios and hold what was seen against what was expected",
		Long: `Run scenarios, side by side. The captures of each run go to a folder of its own below --out, as pcapng.

Exit code: 0 when every scenario matched, 1 when one did not, 2 when one could not be run.`,
		Example: `  tcplab run --all
  tcplab run closed-port firewall-drop --engine docker
  tcplab run firewall-drop security-group-drop --json`,
		RunE: func(cmd *cobra.Command, names []string) error { return f.run(cmd, names) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run every scenario")
	flags.StringVar(&f.engine, "engine", "", "engine to build the labs with (default: the first one available; see \"tcplab engines\")")
	flags.IntVar(&f.family, "family", 4, "4 for IPv4, 6 for IPv6")
	flags.IntVar(&f.parallel, "parallel", 8*runtime.NumCPU(), "how many labs may stand at the same time")
	flags.StringVar(&f.out, "out", "artifacts", "folder for captures and reports")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object per run")
	flags.Float64Var(&f.tolerance, "tolerance", 1, "multiply how late a packet may be, for slow machines")
	return cmd
}

// result is the end of one run.
type result struct {
	report *harness.Report
	err    error
}

func (f runFlags) run(cmd *cobra.Command, names []string) error {
	list, err := f.scenarios(names)
	if err != nil {
		return err
	}
	family := harness.Family(f.family)
	if family != harness.IPv4 && family != harness.IPv6 {
		return fmt.Errorf("--family is 4 or 6, not %d", f.family)
	}
	if f.parallel < 1 {
		return fmt.Errorf("--parallel is at least 1, not %d", f.parallel)
	}
	if f.tolerance < 1 {
		return fmt.Errorf("--tolerance is at least 1, not %g", f.tolerance)
	}
	engine, err := chooseEngine(cmd.Context(), f.engine)
	if err != nil {
		return err
	}
	show := newProgress(cmd.ErrOrStderr(), list)
	results := f.runAll(cmd.Context(), engine, family, list, show)
	return f.print(cmd, results, show)
}

// scenarios returns those that were asked for.
func (f runFlags) scenarios(names []string) ([]harness.Scenario, error) {
	switch {
	case f.all && len(names) > 0:
		return nil, errors.New("give names or --all, not both")
	case f.all:
		return scenarios.All(), nil
	case len(names) == 0:
		return nil, errors.New("name the scenarios to run, or give --all (\"tcplab list\" shows them)")
	}
	var list []harness.Scenario
	for _, name := range names {
		s, err := scenarios.Named(name)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// runAll runs the scenarios side by side and returns a channel for the end of each, in the order of the list.
func (f runFlags) runAll(ctx context.Context, e harness.Engine, family harness.Family, list []harness.Scenario, show *progress) []result {
	results := make([]result, len(list))
	tolerance := signature.DefaultTolerance()
	tolerance.Scale = f.tolerance
	slots := make(chan struct{}, f.parallel)
	var group sync.WaitGroup
	for i, s := range list {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			options := harness.Options{Family: family, Artifacts: f.out, Tolerance: tolerance,
				Progress: func(p harness.PhaseName) { show.phase(i, p) }}
			r, err := harness.Run(ctx, e, s, options)
			if err == nil {
				err = keep(r)
			}
			results[i] = result{r, err}
			show.end(i, results[i])
		})
	}
	group.Wait()
	return results
}

// keep writes the report beside the captures, for people and for programs.
func keep(r *harness.Report) error {
	for name, write := range map[string]func(io.Writer, *harness.Report) error{
		"report.json": report.JSON, "report.txt": report.Text,
	} {
		f, err := os.Create(filepath.Join(r.Artifacts, name))
		if err != nil {
			return &harness.ArtifactError{Err: err}
		}
		if err := errors.Join(write(f, r), f.Close()); err != nil {
			return &harness.ArtifactError{Err: err}
		}
	}
	return nil
}

// print shows the runs in full, and says how it all ended.
func (f runFlags) print(cmd *cobra.Command, results []result, show *progress) error {
	show.close()
	out, write := cmd.OutOrStdout(), report.Text
	if f.asJSON {
		write = report.JSON
	}
	mismatch, failures := false, []error{}
	for i, r := range results {
		if r.err != nil {
			failures = append(failures, r.err)
			continue
		}
		mismatch = mismatch || len(r.report.Mismatches) > 0
		if r.report.Skipped != "" && !f.all {
			failures = append(failures, fmt.Errorf("%s was skipped: %s", r.report.Name(), r.report.Skipped))
		}
		if i > 0 && !f.asJSON {
			fmt.Fprintln(out)
		}
		if err := write(out, r.report); err != nil {
			return err
		}
	}
	switch {
	case errors.Is(context.Cause(cmd.Context()), errInterrupted):
		return errInterrupted
	case len(failures) > 0:
		return errors.Join(failures...)
	case mismatch:
		return errMismatch
	}
	return nil
}
