//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/standing"
)

// standingCommands are those of a lab that stays up.
func standingCommands() []*cobra.Command {
	return []*cobra.Command{newWith(), newUp(), newHold(), newStatus(), newBreak(), newHeal(), newExec(), newShell(), newCapture(), newFetch(), newPut(), newRecord(), newExtcap(), newDown()}
}

// upFlags are the flags of "up".
type upFlags struct {
	built  labFlags
	name   string
	broken bool
	record bool
	server serverFlags
	when   string
}

func newUp() *cobra.Command {
	var f upFlags
	cmd := &cobra.Command{
		Use:   "up NAME",
		Short: "Build a scenario's lab that stays up, to work in by hand",
		Long: `Build a scenario's lab, and leave it standing when it has proven that it works: the scenario's client gets through. It is
healthy then, so that one can see for oneself that it works; "tcplab break" injects the scenario's fault, and "tcplab
heal" undoes it. With --broken the fault is injected at once.

With --server or --server-image, a server of your own is in the place of the lab's ("tcplab run --help" has more), and the fault is on its
port. With --when, the fault waits for a moment of a connection that is made by then: "tcplab status" shows whether it has come.

The lab is held by a process in the background until "tcplab down". It makes no traffic of its own: every packet in it is
yours. Several labs may stand at the same time, each with a name of its own.

A lab that root has built with the netns engine runs its commands as root of this machine, on its own files: an ordinary user
can build labs, too.`,
		Example: `  tcplab up closed-port
  tcplab exec client curl -m 3 http://203.0.113.10:8080/
  tcplab break
  tcplab shell server
  tcplab down
  tcplab up kernel-gives-up --when replied --port 8000 --server 'exec python3 -m http.server $PORT'`,
		Args: cobra.ExactArgs(1),
	}
	inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error { return f.run(cmd, args[0], tag) })
	f.built.addTo(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "name of the lab, for --lab of the other commands (default: the scenario's)")
	flags.BoolVar(&f.record, "record", false, "let the lab record every packet at every vantage point, for \"tcplab record\" and \"tcplab lesson check\"")
	flags.BoolVar(&f.broken, "broken", false, "inject the fault as soon as the lab has proven that it works")
	f.server.addTo(flags)
	addWhen(flags, &f.when, "")
	return cmd
}

func (f upFlags) run(cmd *cobra.Command, scenario string, tag lang.Tag) error {
	if _, err := scenarios.Named(scenario); err != nil {
		return err
	}
	when, err := parseMoment(f.when)
	if err != nil {
		return err
	}
	if f.broken && !when.IsBefore() {
		return errors.New("give --broken or --when, not both")
	}
	service, err := f.server.service(cmd.Flags())
	if err != nil {
		return err
	}
	if err := suitsUDP(service, when); err != nil {
		return err
	}
	engine, err := chosenFor(cmd.Context(), &f.built, service, "")
	if err != nil {
		return err
	}
	order := standing.Order{Lab: f.name, Scenario: scenario, Engine: engine.Name(), Family: lab.Family(f.built.family), Broken: f.broken, When: when, Recorded: f.record}
	if service.Own != nil {
		order.Server = &standing.ServerOrder{Port: service.Port, Proto: service.Proto, Own: *service.Own}
	}
	if f.name == "" {
		order.Lab = scenario
	}
	info, several, err := raise(cmd, engine, order, tag)
	if err != nil {
		return err
	}
	return welcome(cmd.OutOrStdout(), info, several, order.Server == nil || order.Server.Own.HTTP != "", tag)
}

// raise builds the lab that was ordered, and says whether others stand as well.
func raise(cmd *cobra.Command, engine lab.Engine, o standing.Order, tag lang.Tag) (info standing.Info, several bool, err error) {
	if c, ok := engine.(io.Closer); ok { // it has been asked whether it can; the holder has one of its own
		if err := c.Close(); err != nil {
			return info, false, err
		}
	}
	info, err = standing.Up(cmd.Context(), o, func(step string) { warn(cmd, "%s", step) })
	if err != nil {
		return info, false, err
	}
	if info.Resident && os.Geteuid() == 0 && isTerminal(cmd.ErrOrStderr()) { // for a person; a script has read the help
		fmt.Fprintln(cmd.ErrOrStderr(), runsAsRoot.In(tag))
	}
	all, _ := standing.List(cmd.Context())
	return info, len(all) > 1, nil
}

// newHold is the holder of a lab that stays up.
func newHold() *cobra.Command {
	return &cobra.Command{
		Use:    "hold LAB", // which tells ps(1) whose holder it is
		Short:  "Hold a lab that stays up; \"tcplab up\" starts it",
		Hidden: true,
		Args:   cobra.MaximumNArgs(1),
		RunE:   func(cmd *cobra.Command, _ []string) error { return standing.Hold(cmd.Context(), resolve) },
	}
}

// resolve finds what an order names.
func resolve(ctx context.Context, o standing.Order, say func(string)) (lab.Engine, harness.Scenario, error) {
	s, err := scenarioOf(o)
	if err != nil {
		return nil, s, err
	}
	engine, err := chooseEngine(ctx, o.Engine)
	if err != nil {
		return nil, s, err
	}
	if d, ok := engine.(*docker.Engine); ok {
		d.Progress = say // its first lab on a machine takes minutes
	}
	return engine, s, nil
}

func scenarioOf(o standing.Order) (harness.Scenario, error) {
	if o.Exercise == nil {
		return scenarios.Named(o.Scenario)
	}
	m, err := lesson.NewMystery(o.Exercise.Student, o.Exercise.Level, o.Exercise.Class)
	if err != nil {
		return harness.Scenario{}, err
	}
	return m.Case().Scenario(), nil
}

func newStatus() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the labs that stand",
		Args:  cobra.NoArgs,
	}
	inLanguage(cmd, func(cmd *cobra.Command, _ []string, tag lang.Tag) error {
		labs, died := standing.List(cmd.Context())
		if len(labs) == 0 && len(died) > 0 {
			return errors.Join(died...)
		}
		return errors.Join(printStatus(cmd.OutOrStdout(), labs, asJSON, tag), errors.Join(died...))
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per lab")
	return cmd
}

func printStatus(out io.Writer, labs []*standing.Held, asJSON bool, tag lang.Tag) error {
	if len(labs) == 0 && !asJSON {
		_, err := fmt.Fprintln(out, noLabStands.In(tag))
		return err
	}
	for _, l := range labs {
		if asJSON {
			if err := report.EncodeJSON(out, l.Info()); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(out, stateText(l.Info(), tag))
		table(out, l.Info(), true)
	}
	return nil
}

// labFlag adds the flag that names a lab.
func labFlag(cmd *cobra.Command) *string {
	name := cmd.Flags().String("lab", "", "name of the lab (default: the only one that stands)")
	_ = cmd.RegisterFlagCompletionFunc("lab", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		labs, _ := standing.List(cmd.Context())
		var names []string
		for _, l := range labs {
			names = append(names, l.Info().Lab)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}) // the flag is there
	return name
}

// completeHost gives a shell the hosts of the lab as the first argument, and leaves the others to it.
func completeHost(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	name, err := cmd.Flags().GetString("lab")
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	l, err := standing.Find(cmd.Context(), name)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var hosts []string
	for _, h := range l.Info().Hosts {
		hosts = append(hosts, h.Name)
	}
	return hosts, cobra.ShellCompDirectiveNoFileComp
}

// parseMoment reads when a lab that stays up is to be broken.
func parseMoment(text string) (lab.When, error) {
	when, err := lab.ParseWhen(text)
	if none, is := errors.AsType[*lab.NoMomentError](err); is {
		none.Moments = "before, connected, request-sent, request-acked, replied or idle:DURATION"
	}
	switch {
	case err != nil:
		return when, fmt.Errorf("--when: %w", err)
	case when.At == lab.Signalled:
		return when, errors.New("--when signal is for \"tcplab run\": a lab that stays up is broken by \"tcplab break\", at once")
	}
	return when, nil
}

func newBreak() *cobra.Command {
	when := ""
	cmd := newToggle("break", "Inject the fault into a lab that stands", func(l *standing.Held, ctx context.Context) error {
		at, err := parseMoment(when)
		if err != nil {
			return err
		}
		return l.Break(ctx, at)
	})
	addWhen(cmd.Flags(), &when, "")
	return cmd
}

func newHeal() *cobra.Command {
	return newToggle("heal", "Undo the fault in a lab that stands", (*standing.Held).Heal)
}

func newToggle(name, short string, do func(*standing.Held, context.Context) error) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs}
	built := labFlag(cmd)
	return inLanguage(cmd, func(cmd *cobra.Command, _ []string, tag lang.Tag) error {
		l, err := standing.Find(cmd.Context(), *built)
		if err != nil {
			return err
		}
		if err := do(l, cmd.Context()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), stateText(l.Info(), tag))
		return err
	})
}

func newDown() *cobra.Command {
	all := false
	cmd := &cobra.Command{Use: "down", Short: "Take a lab down that stands", Args: cobra.NoArgs}
	built := labFlag(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "take down every lab that stands")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if all && *built != "" {
			return errors.New("give --lab or --all, not both")
		}
		if all {
			labs, died := standing.List(cmd.Context())
			return errors.Join(takeDown(cmd, labs...), errors.Join(died...))
		}
		l, err := standing.Find(cmd.Context(), *built)
		if err != nil {
			return err
		}
		return takeDown(cmd, l)
	}
	return cmd
}

// takeDown takes labs down, one after the other, also when one of them cannot be.
func takeDown(cmd *cobra.Command, labs ...*standing.Held) error {
	var errs []error
	for _, l := range labs {
		if err := l.Down(cmd.Context()); err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: down\n", l.Info().Lab)
	}
	return errors.Join(errs...)
}
