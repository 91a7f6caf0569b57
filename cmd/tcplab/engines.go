package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

func newEngines() *cobra.Command {
	return &cobra.Command{
		Use:   "engines",
		Short: "Show which engines can run labs here, and if not, why not and what helps",
		Long: `Show which engines can run labs here, and if not, why not and what helps; and which programs are not installed that are clients of
labs. What is missing is skipped by "run" and by the tests.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			tag := helpTag(cmd)
			tell := func(name string, err error) {
				state := "available"
				if err != nil {
					state = "not available: " + err.Error()
				}
				fmt.Fprintf(out, "%-9s  %s\n", name, said(state).In(tag))
			}
			for _, e := range tcplab.Engines() {
				tell(e.Name(), e.Available(cmd.Context()))
			}
			tell(containerName, containers(cmd).CanRun(cmd.Context(), namespacesCommand))
			fmt.Fprintf(out, "%-9s  %s\n", "clients", lackingClients(tag))
			return nil
		},
	}
}

// lackingClients says which clients' programs are missing on this machine, and how to get them.
func lackingClients(tag lang.Tag) string {
	var missing []string
	for _, c := range clients.All() {
		for _, name := range missingPrograms(c) {
			_, err := lab.FindProgram(name)
			if err == nil {
				continue
			}
			if words := said(err.Error()).In(tag); !slices.Contains(missing, words) {
				missing = append(missing, words)
			}
		}
	}
	if len(missing) == 0 {
		return said("all installed").In(tag)
	}
	return strings.Join(missing, "; ")
}

// labFlags are the flags that say what labs are built with.
type labFlags struct {
	engine string
	family familyFlag
}

func (f *labFlags) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.engine, "engine", "", "engine to build the labs with (default: the first one available; see \"tcplab engines\")")
	f.family = familyFlag(lab.IPv4)
	cmd.Flags().Var(&f.family, "family", familyUsage)
}

// familyFlag is the flag --family.
type familyFlag lab.Family

const familyUsage = "4 or ipv4 for IPv4, 6 or ipv6 for IPv6"

func (f *familyFlag) String() string { return strconv.Itoa(int(*f)) }

// Type is what the help calls the value.
func (f *familyFlag) Type() string { return "version" }

// Set takes the number of the version or its name.
func (f *familyFlag) Set(text string) error {
	for _, family := range lab.Families {
		if text == strconv.Itoa(int(family)) || strings.EqualFold(text, family.String()) {
			*f = familyFlag(family)
			return nil
		}
	}
	return fmt.Errorf("it is %s, not %q", familyUsage, text)
}

// choose returns the engine and the family that were chosen.
func (f *labFlags) choose(ctx context.Context) (lab.Engine, lab.Family, error) {
	engine, err := chooseEngine(ctx, f.engine)
	return engine, lab.Family(f.family), err
}

// chooseEngine returns the named engine, or the first that is available when no name was given.
func chooseEngine(ctx context.Context, name string) (lab.Engine, error) {
	engines := tcplab.Engines()
	if name == "" {
		return firstAvailable(ctx, engines)
	}
	if name == containerName {
		return nil, errOnlyRun
	}
	i := slices.IndexFunc(engines, func(e lab.Engine) bool { return e.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no engine %q; there are: %s", name, strings.Join(append(engineNames(engines), containerName), ", "))
	}
	return engines[i], tellOutside(engines[i].Available(ctx))
}

func firstAvailable(ctx context.Context, engines []lab.Engine) (lab.Engine, error) {
	var reasons []error
	for _, e := range engines {
		err := e.Available(ctx)
		if err == nil {
			return e, nil
		}
		reasons = append(reasons, err)
	}
	return nil, fmt.Errorf("no engine can run here: %w", errors.Join(reasons...))
}

func engineNames(engines []lab.Engine) []string {
	var names []string
	for _, e := range engines {
		names = append(names, e.Name())
	}
	return names
}

func newSweep() *cobra.Command {
	return &cobra.Command{
		Use:   "sweep",
		Short: "Remove what a killed run left behind",
		Long: `Remove the containers and networks of runs of this machine that have ended without removing them. Nothing is touched
that does not carry the lab's label, nor what belongs to a run that goes on or to another machine.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, e := range tcplab.Engines() {
				if err := sweep(cmd, e); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func sweep(cmd *cobra.Command, e lab.Engine) error {
	tell := func(state string) {
		fmt.Fprintf(cmd.OutOrStdout(), "%-8s  %s\n", e.Name(), said(state).In(helpTag(cmd)))
	}
	sweeper, ok := e.(lab.Sweeper)
	if !ok {
		tell("nothing is ever left: its labs end with the program")
		return nil
	}
	if err := e.Available(cmd.Context()); err != nil && !errors.Is(err, docker.ErrNoImage) {
		tell("not available: " + err.Error())
		return nil
	}
	removed, kept, err := sweeper.Sweep(cmd.Context())
	for _, name := range removed {
		tell("removed " + name)
	}
	for _, name := range kept {
		tell("kept " + name)
	}
	if err == nil && len(removed)+len(kept) == 0 {
		tell("nothing was left")
	}
	return err
}
