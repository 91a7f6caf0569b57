package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"

	"github.com/shirou/gopsutil/v4/mem"
	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/signature"
)

// runFlags are the flags of "run".
type runFlags struct {
	built     labFlags
	all       bool
	client    string
	parallel  int
	out       string
	asJSON    bool
	profile   bool
	tolerance float64
	speed     float64
	color     colorFlag
}

func newRun() *cobra.Command {
	f := runFlags{color: colorAuto}
	cmd := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "Run scenarios and hold what was seen against what was expected",
		Long: `Run scenarios, side by side. The captures of each run go to a folder of its own below --out, as pcapng.

Exit code: 0 when every scenario matched, 1 when one did not, 2 when one could not be run.`,
		Example: `  tcplab run --all
  tcplab run closed-port firewall-drop --engine docker
  tcplab run firewall-drop security-group-drop --json`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if cmd.Flags().Changed("parallel") && f.parallel < 1 {
				return fmt.Errorf("--parallel is at least 1, not %d", f.parallel)
			}
			return f.run(cmd, names)
		},
	}
	f.built.addTo(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run every scenario, but for those that take minutes (with --speed those too)")
	flags.StringVar(&f.client, "client", "", "program to put into the failure, in place of the scenario's own (see \"tcplab clients\")")
	flags.IntVar(&f.parallel, "parallel", 0, "how many labs may stand at the same time (default: as many as the machine holds)")
	flags.StringVar(&f.out, "out", "artifacts", "folder for captures and reports")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object per run")
	flags.Var(&f.color, "color", colorUsage)
	flags.BoolVar(&f.profile, "profile", false, "show how long each phase took")
	flags.Float64Var(&f.speed, "speed", 1, "let the kernel's timers for SYNs run so many times faster (netns engine, as root)")
	flags.Float64Var(&f.tolerance, "tolerance", 1, "multiply how late a packet may be, for slow machines")
	return cmd
}

func (f runFlags) run(cmd *cobra.Command, names []string) error {
	list, err := f.scenarios(names)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	client, err := f.program()
	if err != nil {
		return err
	}
	engine, _, err := f.built.choose(cmd.Context())
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("parallel") {
		f.parallel = labsAtOnce(engine)
	}
	if f.speed > 1 {
		fast, err := harness.AtSpeed(engine, f.speed)
		switch {
		case errors.Is(err, harness.ErrUnsupported):
			fmt.Fprintf(cmd.ErrOrStderr(), "tcplab: %v; running in real time\n", err)
			list = f.inRealTime(list)
		case err != nil:
			return err
		default:
			engine = fast
		}
	}
	// Before any lab is built: a folder that cannot be written is one sentence, not one for each scenario.
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return &harness.ArtifactError{Err: err}
	}
	show := newProgress(cmd.ErrOrStderr(), list)
	if d, ok := engine.(*docker.Engine); ok {
		d.Progress = show.say // its first lab on a machine takes minutes
	}
	stop := context.AfterFunc(cmd.Context(), show.interrupt)
	results := f.runAll(cmd.Context(), engine, client, list, show)
	stop()
	if c, ok := engine.(io.Closer); ok {
		err = c.Close() // what a lab is made of is gone when the program ends, and not a moment later
	}
	show.close()
	if err := f.print(cmd.OutOrStdout(), results); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if index, err := indexOf(f.out, results); err != nil {
		return err
	} else if index != "" && !f.asJSON {
		fmt.Fprintf(cmd.OutOrStdout(), "\nall of them: %s\n", index)
	}
	if f.profile {
		printProfile(cmd.ErrOrStderr(), results)
	}
	if err := f.failure(results); err != nil {
		return err
	}
	return mismatch(results)
}

// labsAtOnce is how many labs the machine holds at the same time without disturbing each other. A lab of namespaces takes
// some 50 ms of a processor and 5 MiB (see docs/performance.md), but the kernel's table of neighbours, one for all of
// them, holds the entries of 250; one of containers keeps the engine busy for a second.
func labsAtOnce(e harness.Engine) int {
	if _, containers := e.(*docker.Engine); containers {
		return 4 * runtime.NumCPU()
	}
	labs := min(200, 50*runtime.NumCPU())
	if memory, err := mem.VirtualMemory(); err == nil {
		labs = min(labs, int(memory.Available/(16<<20)))
	}
	return max(1, labs)
}

// inRealTime leaves out what takes minutes, unless it was asked for by name.
func (f runFlags) inRealTime(list []harness.Scenario) []harness.Scenario {
	if !f.all {
		return list
	}
	return slices.DeleteFunc(list, func(s harness.Scenario) bool { return s.Long })
}

// mostTolerance is beyond any machine's slowness, and keeps the multiplied times within their type.
const mostTolerance = 100

// check reports a flag with a value that makes no sense.
func (f runFlags) check() error {
	switch {
	case !(f.tolerance >= 1 && f.tolerance <= mostTolerance): // so, and not the other way round, for NaN
		return fmt.Errorf("--tolerance is between 1 and %d, not %g", mostTolerance, f.tolerance)
	case !(f.speed >= 1):
		return fmt.Errorf("--speed is at least 1, not %g", f.speed)
	case f.out == "":
		return errors.New("--out is empty: name a folder for the captures")
	}
	return nil
}

// scenarios returns those that were asked for.
func (f runFlags) scenarios(names []string) ([]harness.Scenario, error) {
	switch {
	case f.all && len(names) > 0:
		return nil, errors.New("give names or --all, not both")
	case f.all:
		if f.speed > 1 {
			return scenarios.All(), nil
		}
		return f.inRealTime(scenarios.All()), nil
	case len(names) == 0:
		return nil, errors.New("name the scenarios to run, or give --all (\"tcplab list\" shows them)")
	}
	var list []harness.Scenario
	for _, name := range names {
		s, err := scenarios.Named(name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(other harness.Scenario) bool { return other.Name == name }) {
			return nil, fmt.Errorf("%s is named twice: its second run would overwrite the captures of the first", name)
		}
		list = append(list, s)
	}
	return list, nil
}

// program is the client to be put into the failures, nil for that of each scenario.
func (f runFlags) program() (harness.Client, error) {
	if f.client == "" {
		return nil, nil
	}
	return clients.Named(f.client)
}

// runAll runs the scenarios side by side and returns the end of each, in the order of the list. Where a file cannot be
// written, none of them can come to a good end, and all are ended.
func (f runFlags) runAll(ctx context.Context, e harness.Engine, c harness.Client, list []harness.Scenario, show *progress) []result {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]result, len(list))
	slots := make(chan struct{}, f.parallel)
	var group sync.WaitGroup
	for i, s := range list {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r, err := f.runOne(ctx, e, c, s, func(p harness.PhaseName) { show.phase(i, p) })
			if disk, full := errors.AsType[*harness.ArtifactError](err); full {
				cancel(disk)
			}
			if err != nil && errors.Is(context.Cause(ctx), errInterrupted) {
				err = errors.Join(errInterrupted, besidesInterruption(err))
			}
			results[i] = result{s.Name, r, err}
			show.end(i, results[i])
		})
	}
	group.Wait()
	return results
}

// runOne runs a scenario and keeps its report. Of a run that did not come to its end nothing is kept: half a capture
// looks like a failure of its own.
func (f runFlags) runOne(ctx context.Context, e harness.Engine, c harness.Client, s harness.Scenario, tell func(harness.PhaseName)) (*harness.Report, error) {
	tolerance := signature.DefaultTolerance()
	tolerance.Scale = f.tolerance
	r, err := harness.Run(ctx, e, s, harness.Options{Family: harness.Family(f.built.family), Client: c, Artifacts: f.out,
		Tolerance: tolerance, Progress: tell})
	if err == nil {
		err = keep(r)
	}
	if err != nil && r != nil && r.Artifacts != "" {
		err = errors.Join(err, os.RemoveAll(r.Artifacts))
	}
	return r, err
}
