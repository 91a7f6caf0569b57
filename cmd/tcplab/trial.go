package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
)

// trialFlags are the flags of "run" that are for a command of the user's own.
type trialFlags struct {
	within     time.Duration
	wantExit   int
	wantOutput string
	maySucceed bool
	retries    int
	settle     time.Duration
	junit      string
	server     serverFlags
	image      string
	when       string
	healAfter  time.Duration
}

// names of the flags that make no sense without a command.
var trialFlagNames = []string{"within", "want-exit", "want-output", "may-succeed", "retries", "settle", "when", "heal-after", "server", "server-image", "client-image", "port", "ready", "ready-within"}

func (t *trialFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&t.within, "within", 10*time.Second, "with a command: how much longer than while healthy it may take to its end while the failure holds")
	flags.IntVar(&t.wantExit, "want-exit", 0, "with a command: the exit code that it must have then (default: any but 0)")
	flags.StringVar(&t.wantOutput, "want-output", "", "with a command: a regular expression that its output must match then")
	flags.BoolVar(&t.maySucceed, "may-succeed", false, "with a command: it may succeed while the failure holds")
	flags.IntVar(&t.retries, "retries", 3, "with a command: how many more connections it may try then than while healthy")
	flags.DurationVar(&t.settle, "settle", 0, "with a command: how long after its end its sockets may take to be closed")
	t.server.addTo(flags)
	addClientImage(flags, &t.image)
	addWhen(flags, &t.when, "; or when it is told (SIGUSR1, a byte in $TCPLAB_SIGNAL): signal")
	flags.DurationVar(&t.healAfter, "heal-after", 0, "with a command: heal so long after the break, while the command still runs")
}

// addWhen adds the flag for the moment at which a fault comes.
func addWhen(flags *pflag.FlagSet, when *string, also string) {
	flags.StringVar(when, "when", string(lab.Before), "break when a connection of the client is at: connected, request-sent, request-acked, replied, idle:DURATION"+also)
}

func parseWhen(text string) (lab.When, error) {
	when, err := lab.ParseWhen(text)
	if err != nil {
		return when, fmt.Errorf("--when: %w", err)
	}
	return when, nil
}

func (t *trialFlags) demand(cmd *cobra.Command) (trial.Demand, error) {
	d := trial.Demand{Within: t.within, MaySucceed: t.maySucceed, Retries: t.retries, Settle: t.settle}
	switch {
	case t.within <= 0:
		return d, fmt.Errorf("--within is longer than 0, not %s", t.within)
	case t.settle < 0:
		return d, fmt.Errorf("--settle is at least 0, not %s", t.settle)
	case t.healAfter < 0:
		return d, fmt.Errorf("--heal-after is at least 0, not %s", t.healAfter)
	case t.retries < 0:
		return d, fmt.Errorf("--retries is at least 0, not %d", t.retries)
	}
	if cmd.Flags().Changed("want-exit") {
		d.Exit = &t.wantExit
	}
	if t.wantOutput != "" {
		re, err := regexp.Compile(t.wantOutput)
		if err != nil {
			return d, fmt.Errorf("--want-output is not a regular expression: %w", err)
		}
		d.Output = re
	}
	return d, nil
}

// withoutCommand reports a flag that is there for a command, where there is none.
func withoutCommand(cmd *cobra.Command) error {
	for _, name := range trialFlagNames {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s is for a command of your own: give it after --, as in \"tcplab run closed-port -- curl {url}\"", name)
		}
	}
	return nil
}

// try puts a command into the scenarios' failures.
func (f runFlags) try(cmd *cobra.Command, names, argv []string) (err error) {
	demand, err := f.trial.demand(cmd)
	if err != nil {
		return err
	}
	if err := checkClientImage(cmd.Flags(), f.trial.image); err != nil {
		return err
	}
	if f.client != "" || f.profile || f.speed > 1 {
		return errors.New("--client, --profile and --speed are not for a command of your own")
	}
	if err := f.check(); err != nil {
		return err
	}
	when, err := parseWhen(f.trial.when)
	if err != nil {
		return err
	}
	list, err := f.toTry(names)
	if err != nil {
		return err
	}
	service, err := f.trial.server.service(cmd.Flags())
	if err != nil {
		return err
	}
	if err := f.trial.suits(cmd, service, when, argv); err != nil {
		return err
	}
	var signalled <-chan time.Time
	if when.At == lab.Signalled {
		if len(list) != 1 {
			return fmt.Errorf("--when signal is for one failure, because a signal does not say which: name one of the %d", len(list))
		}
		told, stop, err := breakSignal(cmd)
		if err != nil {
			return err
		}
		defer func() { err = alone(err, stop()) }()
		signalled = told
	}
	if service.UDP() && !cmd.Flags().Changed("retries") {
		demand.Retries = moreDatagrams
	}
	if f.built.engine == containerName {
		if len(argv) == 0 || service.Own != nil || f.trial.image != "" {
			return errOnlyRun
		}
		return f.runInContainer(cmd, names, argv[:1], argv...)
	}
	engine, command, err := f.trial.chosen(cmd, &f.built, service, argv)
	if err != nil {
		return err
	}
	if f.parallel == 0 {
		f.parallel = labsAtOnce(engine)
	}
	closeOut, err := f.openOut()
	if err != nil {
		return err
	}
	t := trials{flags: f, engine: engine, service: service, command: command, demand: demand, when: when, signal: signalled, out: cmd.ErrOrStderr()}
	results, err := t.all(cmd.Context(), list)
	slices.SortStableFunc(results, trial.Compare)
	var page string
	if err == nil {
		page, err = f.writeTrialPage(argv, results)
	}
	err = errors.Join(err, closeOut())
	if c, ok := engine.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return err
	}
	return f.tell(cmd.OutOrStdout(), results, page)
}

// alone joins a second error to a first, and leaves that as it is where there is no second: an exit code is told by its type.
func alone(first, second error) error {
	if second == nil {
		return first
	}
	return errors.Join(first, second)
}

// moreDatagrams is how many more datagrams than while healthy a command may send, where --retries does not say so: with UDP it is the program
// that sends again, and not its kernel.
const moreDatagrams = 20

// suits reports what cannot be asked of a service on UDP.
func (t *trialFlags) suits(cmd *cobra.Command, service lab.Service, when lab.When, argv []string) error {
	if err := suitsUDP(service, when); err != nil {
		return err
	}
	if service.UDP() && len(argv) == 0 && t.image == "" && cmd.ArgsLenAtDash() < 0 {
		return errors.New("a server on UDP is asked by a client of yours, because tcplab does not know its protocol: give its command after --")
	}
	return nil
}

// suitsUDP reports a moment that a service on UDP does not have.
func suitsUDP(service lab.Service, when lab.When) error {
	if service.UDP() && !when.IsBefore() {
		return fmt.Errorf("--when %s is a moment of a TCP connection, and the server is on UDP: leave it out, and break before the client asks", when)
	}
	return nil
}

func (f runFlags) toTry(names []string) ([]harness.Scenario, error) {
	if f.all && len(names) == 0 {
		return f.shard.share(scenarios.ForAnyClient())
	}
	return f.scenarios(names)
}

// chosenCommand returns the engine that was chosen, and the command, whose program exists as far as can be known.
func chosenCommand(cmd *cobra.Command, built *labFlags, service lab.Service, image string, argv []string) (lab.Engine, trial.Program, error) {
	if len(argv) == 0 && image == "" {
		return nil, trial.Program{}, errors.New("there is no command after --")
	}
	engine, err := chosenFor(cmd.Context(), built, service, image)
	if err != nil {
		return nil, trial.Program{}, err
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, trial.Program{}, err
	}
	if _, containers := engine.(lab.Imager); !containers {
		if _, err := lab.FindProgram(argv[0]); err != nil {
			return nil, trial.Program{}, err
		}
	}
	return engine, trial.Program{Argv: argv, Image: image, Dir: dir}, nil
}

// chosen is chosenCommand, but a server of the user's own may be asked by the lab's client.
func (t *trialFlags) chosen(cmd *cobra.Command, built *labFlags, service lab.Service, argv []string) (lab.Engine, trial.Program, error) {
	if len(argv) > 0 || t.image != "" || cmd.ArgsLenAtDash() >= 0 {
		return chosenCommand(cmd, built, service, t.image, argv)
	}
	engine, err := chosenFor(cmd.Context(), built, service, "")
	return engine, trial.Program{}, err
}

// trials are several of one command.
type trials struct {
	flags   runFlags
	engine  lab.Engine
	command trial.Program
	demand  trial.Demand
	service lab.Service
	when    lab.When
	signal  <-chan time.Time

	busy  chan struct{} // a place for each trial in which something is done
	mutex sync.Mutex
	out   io.Writer
}

// busyAtOnce is in how many trials something is done at the same time: a program of the user's is of unknown weight. Those that wait for
// their program do not count.
func busyAtOnce() int { return 8 * runtime.NumCPU() }

// all makes the trials side by side. The first that could not be made ends all of them.
func (t *trials) all(ctx context.Context, list []harness.Scenario) ([]*trial.TrialResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results, errs := make([]*trial.TrialResult, len(list)), make([]error, len(list))
	stand := make(chan struct{}, t.flags.parallel)
	t.busy = make(chan struct{}, min(t.flags.parallel, busyAtOnce()))
	var group sync.WaitGroup
	for _, i := range longFirst(list) {
		stand <- struct{}{}
		t.busy <- struct{}{}
		group.Go(func() {
			defer func() { <-t.busy; <-stand }()
			if ctx.Err() != nil {
				return
			}
			if results[i], errs[i] = t.one(ctx, list[i]); errs[i] != nil {
				cancel(errs[i])
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // the others ended because of it
	}
	return results, nil
}

func (t *trials) one(ctx context.Context, s harness.Scenario) (*trial.TrialResult, error) {
	family := lab.Family(t.flags.built.family)
	dir := filepath.Join(t.flags.out, trialFolder(s.Name, t.engine.Name(), family))
	if err := safefile.Clear(dir); err != nil {
		return nil, &harness.ArtifactError{Err: err}
	}
	r, err := trial.Run(ctx, t.engine, s, t.command, trial.Options{Family: family, Demand: t.demand, Service: t.service, When: t.when, Signal: t.signal, HealAfter: t.flags.trial.healAfter, Artifacts: dir,
		Progress: func(harness.PhaseName) {}, Waiting: t.rest})
	if err != nil {
		return nil, errors.Join(err, safefile.Remove(dir))
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	fmt.Fprintf(t.out, "%-20s %s\n", r.Verdict, r.Scenario)
	return r, nil
}

// rest gives the place of a trial that waits to another one. What it returns takes a place again.
func (t *trials) rest() (over func()) {
	<-t.busy
	return func() { t.busy <- struct{}{} }
}

// tell shows the results, and returns what the exit code stands for.
func (f runFlags) tell(out io.Writer, results []*trial.TrialResult, page string) error {
	if f.trial.junit != "" {
		if err := f.named(f.trial.junit, "<?xml", func(w io.Writer) error { return trial.JUnit(w, results) }); err != nil {
			return err
		}
	}
	if err := f.writeTrialsMD(results); err != nil {
		return err
	}
	if f.asJSON {
		for _, r := range results {
			if err := report.EncodeJSON(out, r); err != nil {
				return err
			}
		}
	} else if err := trial.Table(out, results, f.tag); err != nil {
		return err
	}
	var skipped, untried []string
	good := true
	for _, r := range results {
		good = good && r.Good()
		if r.Verdict == trial.Skipped {
			skipped = append(skipped, r.Scenario+": skipped: "+r.Skipped)
		}
		if r.Verdict == trial.Untried {
			untried = append(untried, r.Scenario+": "+r.Sentence)
			continue
		}
		if !f.asJSON && !f.quiet && (f.verbose || !r.Good()) {
			f.tellTrial(out, r)
		}
	}
	if !f.asJSON {
		fmt.Fprint(out, allOfThem.Format(f.tag, page))
	}
	switch {
	case len(untried) > 0:
		return fmt.Errorf("not tried: %s", strings.Join(untried, "; "))
	case !f.all && len(skipped) > 0:
		return errors.New(strings.Join(skipped, "; "))
	case !good:
		return errMismatch
	}
	return nil
}
