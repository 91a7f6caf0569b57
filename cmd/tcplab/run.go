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

	"github.com/shirou/gopsutil/v4/mem"
	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/signature"
)

// runFlags are the flags of "run".
type runFlags struct {
	built     labFlags
	all       bool
	group     string
	client    string
	parallel  int
	out       string
	asJSON    bool
	profile   bool
	verbose   bool
	quiet     bool
	tolerance float64
	speed     float64
	color     colorFlag
	shard     shardFlag
	summaryMD string
	trial     trialFlags
	keptIn    string
	several   bool // scenarios are run
	tag       lang.Tag
}

func newRun() *cobra.Command {
	f := runFlags{color: colorAuto}
	cmd := &cobra.Command{
		Use:   "run [NAME...] [-- COMMAND [ARG...]]",
		Short: "Run scenarios and hold what was seen against what was expected",
		Long: `Run scenarios, side by side. A name may be a pattern: 'firewall-*'. Captures (pcapng) and pages go to a new folder below --out,
named by date and time; the link "latest" beside it leads to it.

With a command after --, that is put into the failures, and judged: it runs on the lab's client while the lab is healthy, while it
is broken, and once it is healed. It must succeed, then fail within --within, then succeed again. It learns from its
environment (TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL), or from {host}, {port}, {ports}, {addr} and {url} in its arguments, what to
ask; the lab's hosts have names, too: server, server.lab. With the netns engine, what it starts is ended with it.

With --server, what is asked is a server of your own (netns engine): a command line for sh, which finds in its environment the
port that it must listen on (PORT; PORTS, where --port is given several times), the server's address (HOST) and a private folder (DIR). A
port of UDP is --port 5353/udp: failures that only TCP has are then left out. With --server-image it is a container of
an image (docker engine), whose entry point finds PORT and HOST; with --server as well, that is run by the image's sh. With
--client-image, the arguments after -- are for the entry point of an image, whose container is the client. No image is fetched.

With --engine container, all labs stand in one container of the Docker engine, by the netns engine: nearly as fast as that, where this machine has
no namespaces (macOS, Windows) or forbids them. A command after -- is one that the docker engine's hosts have, such as curl; a server
or an image of your own is for --engine netns or docker.

Exit code: 0 when every scenario matched (or every verdict on the command is ok), 1 when one did not, 2 when one could not be run.`,
		Example: `  tcplab run --all
  tcplab run closed-port firewall-drop --engine docker
  tcplab run --all --engine container
  tcplab run firewall-drop security-group-drop --json
  tcplab run --all -- curl --fail --silent --max-time 3 {url}
  tcplab run service-hangs --within 5s -- python3 client.py
  tcplab run closed-port service-hangs --server 'python3 -m http.server $PORT' --port 8000 -- curl --fail --max-time 3 {url}
  tcplab run --all --server 'exec ./dns $PORT' --port 5353/udp -- ./ask {addr}
  tcplab run closed-port --server-image nginx --port 80 --client-image my-client -- --ask {url}`,
	}
	inLanguage(cmd, func(cmd *cobra.Command, names []string, tag lang.Tag) error {
		f.tag = tag
		if cmd.Flags().Changed("parallel") && f.parallel < 1 {
			return fmt.Errorf("--parallel is at least 1, not %d", f.parallel)
		}
		if dash := cmd.ArgsLenAtDash(); dash >= 0 {
			return f.try(cmd, names[:dash], names[dash:])
		}
		if f.trial.server.given(cmd.Flags()) || cmd.Flags().Changed("client-image") {
			return f.try(cmd, names, nil)
		}
		if err := withoutCommand(cmd); err != nil {
			return err
		}
		return f.run(cmd, names)
	})
	f.built.addTo(cmd)
	f.trial.addTo(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&f.all, "all", false, "run every scenario, without those that take minutes (with --speed those too)")
	flags.StringVar(&f.group, "group", "", "run the scenarios of one group (see \"tcplab list\")")
	flags.Var(&f.shard, "shard", "run one part of several, such as 2/4, which other machines complete")
	flags.StringVar(&f.summaryMD, "summary-md", "", "file for a summary in Markdown, for the page of a CI system")
	flags.StringVar(&f.trial.junit, "junit", "", "file for the results as JUnit XML")
	flags.StringVar(&f.client, "client", "", "program to put into the failure, in place of the scenario's own (see \"tcplab clients\")")
	flags.IntVar(&f.parallel, "parallel", 0, "how many labs may stand at the same time (default: as many as the machine holds)")
	flags.StringVar(&f.out, "out", "artifacts", "folder in which to make the one for captures and reports")
	flags.StringVar(&f.keptIn, keptInFlag, "", "folder for captures and reports, in a container")
	_ = flags.MarkHidden(keptInFlag) // it exists
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object per run")
	flags.Var(&f.color, "color", colorUsage)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "draw every run (default: where there are more than three, only the runs that do not match)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print the summary alone")
	flags.BoolVar(&f.profile, "profile", false, "print how long each phase took")
	flags.Float64Var(&f.speed, "speed", 1, "let the kernel's timers for SYNs run so many times faster (netns engine, as root)")
	flags.Float64Var(&f.tolerance, "tolerance", 1, "a factor for how late a packet may be, for slow machines")
	return cmd
}

var inRealTime = lang.Text{English: "tcplab: %v; running in real time\n", Korean: "tcplab: %v; 실제 시간으로 실행한다\n"}

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
	if f.built.engine == containerName {
		return f.runInContainer(cmd, names, programsOf(client))
	}
	engine, _, err := f.built.choose(cmd.Context())
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("parallel") {
		f.parallel = labsAtOnce(engine)
	}
	if f.speed > 1 {
		fast, err := lab.AtSpeed(engine, f.speed)
		switch {
		case errors.Is(err, lab.ErrUnsupported):
			fmt.Fprint(cmd.ErrOrStderr(), inRealTime.Format(f.tag, said(err.Error())))
			list = f.inRealTime(list)
		case err != nil:
			return err
		default:
			engine = fast
		}
	}
	// Before any lab is built: a folder that cannot be written is one sentence, not one for each scenario.
	closeOut, err := f.openOut()
	if err != nil {
		return err
	}
	f.several = len(list) > 1
	show := newProgress(cmd.ErrOrStderr(), list, f.tag)
	if d, ok := engine.(*docker.Engine); ok {
		d.Progress = show.say // its first lab on a machine takes minutes
	}
	stop := context.AfterFunc(cmd.Context(), show.interrupt)
	begin := time.Now()
	results := f.runAll(cmd.Context(), engine, client, list, show)
	took := time.Since(begin)
	stop()
	if c, ok := engine.(io.Closer); ok {
		err = c.Close() // what a lab is made of is gone when the program ends, and not a moment later
	}
	show.close()
	index, unwritten := indexOf(f.out, results)
	unwritten = errors.Join(unwritten, closeOut())
	if err := f.print(cmd.OutOrStdout(), results); err != nil {
		return err
	}
	if err = errors.Join(err, unwritten); err == nil {
		err = f.writeCI(results, took)
	}
	if err != nil {
		return err
	}
	if !f.asJSON {
		printEnd(cmd.OutOrStdout(), index, results, took, f.tag)
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
// them, holds the entries of 250; one of containers keeps a processor busy for seconds, beside which clients wait for their answers.
func labsAtOnce(e lab.Engine) int {
	if _, containers := e.(*docker.Engine); containers {
		return 1 + runtime.NumCPU()
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
	return withoutLong(list)
}

func withoutLong(list []harness.Scenario) []harness.Scenario {
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
	case f.verbose && f.quiet:
		return errors.New("give --verbose or --quiet, not both")
	}
	return nil
}

// scenarios returns the scenarios to run here: the part of --shard, of the scenarios that were asked for.
func (f runFlags) scenarios(names []string) ([]harness.Scenario, error) {
	list, err := f.asked(names)
	if err != nil {
		return nil, err
	}
	return f.shard.share(list)
}

// asked returns the scenarios that were asked for.
func (f runFlags) asked(names []string) ([]harness.Scenario, error) {
	switch {
	case f.all && (len(names) > 0 || f.group != ""), f.group != "" && len(names) > 0:
		return nil, errors.New("give names, --group or --all, and one of them alone")
	case f.group != "":
		list, err := scenarios.InGroup(f.group)
		if err != nil || f.speed > 1 {
			return list, err
		}
		return withoutLong(list), nil
	case f.all:
		if f.speed > 1 {
			return scenarios.All(), nil
		}
		return f.inRealTime(scenarios.All()), nil
	case len(names) == 0:
		return nil, errors.New("name the scenarios to run, or give --all (\"tcplab list\" shows them)")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("%s is named twice: its second run would overwrite the captures of the first", name)
		}
	}
	return scenarios.Select(names...)
}

// program is the client to be put into the failures, nil for that of each scenario.
func (f runFlags) program() (lab.Client, error) {
	if f.client == "" {
		return nil, nil
	}
	return clients.Named(f.client)
}

// openOut makes the folder for what this command keeps, below the one that was given, and goes on with that. The returned function ends
// the work in it. In a container, the folder was made outside, and is named by a flag.
func (f *runFlags) openOut() (closeOut func() error, err error) {
	if f.keptIn != "" {
		f.out = f.keptIn
		return func() error { return nil }, nil
	}
	folder, err := safefile.NewDated(f.out, time.Now())
	if err != nil {
		return nil, &harness.ArtifactError{Err: err}
	}
	f.out = folder
	return func() error {
		if err := safefile.CloseDated(folder); err != nil {
			return &harness.ArtifactError{Err: err}
		}
		return nil
	}, nil
}

// runAll runs the scenarios side by side and returns the end of each, in the order of the list. Where a file cannot be
// written, none of them can come to a good end, and all are ended.
func (f runFlags) runAll(ctx context.Context, e lab.Engine, c lab.Client, list []harness.Scenario, show *progress) []result {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]result, len(list))
	slots := make(chan struct{}, f.parallel)
	var group sync.WaitGroup
	inTurn(ctx, list, func(i int) <-chan struct{} {
		slots <- struct{}{}
		began, done := make(chan struct{}), make(chan struct{})
		begin := sync.OnceFunc(func() { close(began) })
		group.Go(func() {
			defer close(done)
			defer begin()
			defer func() { <-slots }()
			s := list[i]
			r, err := f.runOne(ctx, e, c, s, func(p harness.PhaseName) {
				begin()
				show.phase(i, p)
			})
			if disk, full := errors.AsType[*harness.ArtifactError](err); full {
				cancel(disk)
			}
			if err != nil && errors.Is(context.Cause(ctx), errInterrupted) {
				err = errors.Join(errInterrupted, besidesInterruption(err))
			}
			results[i] = result{s.Name, r, err}
			show.end(i, results[i])
		})
		<-began // it may have waited until the machine had time: the next one is not to overtake it
		return done
	})
	group.Wait()
	return results
}

// runOne runs a scenario and keeps its report. Of a run that did not come to its end nothing is kept: half a capture
// looks like a failure of its own.
func (f runFlags) runOne(ctx context.Context, e lab.Engine, c lab.Client, s harness.Scenario, tell func(harness.PhaseName)) (*harness.Report, error) {
	tolerance := signature.DefaultTolerance()
	tolerance.Scale = f.tolerance
	r, err := harness.Run(ctx, e, s, harness.Options{Family: lab.Family(f.built.family), Client: c, Artifacts: f.out,
		Tolerance: tolerance, Progress: tell})
	if err == nil {
		err = keep(r, f.several)
	}
	if err != nil && r != nil && r.Artifacts != "" {
		err = errors.Join(err, safefile.Remove(r.Artifacts))
	}
	return r, err
}
