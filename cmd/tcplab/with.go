//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/standing"
	"github.com/tcplab/tcplab/trial"
)

func newWith() *cobra.Command {
	var built labFlags
	cmd := &cobra.Command{
		Use:   "with NAME... [flags] -- COMMAND [ARG...]",
		Short: "Run a command of your own while a failure holds",
		Long: `Build a scenario's lab, break it, and run a command on its client while the failure holds. The command has the
standard streams, gets the signals (Ctrl-C sends one), and gives its exit code to tcplab. As with "tcplab run" it finds the service
in its environment (TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL), in its arguments ({host}, {port}, {ports}, {addr}, {url}), or by the
names of the lab's hosts. With --server or --server-image it asks a server of your own, and with --client-image it runs in a
container (see "tcplab run --help").

With several names, all of these failures hold at once. A "tcplab with" that runs in another one adds its failures to those of that. Failures
whose labs differ, or that contradict each other, are refused.

On a terminal it has one of its own, as with "ssh -t": a shell works there, and so does Ctrl-C. A container of --client-image has none.`,
		Example: `  tcplab with firewall-drop -- curl --max-time 3 {url}
  go test -exec 'tcplab with service-hangs --' ./...
  tcplab with firewall-drop --client-image my-client -- --ask {url}`,
	}
	built.addTo(cmd)
	var server serverFlags
	var image string
	server.addTo(cmd.Flags())
	addClientImage(cmd.Flags(), &image)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkClientImage(cmd.Flags(), image); err != nil {
			return err
		}
		named := cmd.ArgsLenAtDash()
		if named < 0 && image != "" {
			named = len(args)
		}
		if named < 1 {
			return errors.New("it is \"tcplab with NAME... -- COMMAND\": scenarios before the --, the command behind it")
		}
		service, err := server.service(cmd.Flags())
		if err != nil {
			return err
		}
		return with(cmd, &built, service, args[:named], image, args[named:])
	}
	return cmd
}

// outerVariable names the failures of the "tcplab with" in which a process runs.
const outerVariable = "TCPLAB_WITH"

// together joins the failures that are named to the failures in which this process runs already.
func together(names []string) (harness.Scenario, []string, error) {
	names = append(strings.Fields(os.Getenv(outerVariable)), names...)
	s, err := scenarios.Together(names...)
	return s, names, err
}

func with(cmd *cobra.Command, built *labFlags, service lab.Service, names []string, image string, argv []string) (err error) {
	s, names, err := together(names)
	if err != nil {
		return err
	}
	engine, command, err := chosenCommand(cmd, built, service, image, argv)
	if err != nil {
		return err
	}
	if c, ok := engine.(io.Closer); ok {
		defer func() { err = alone(err, c.Close()) }()
	}
	broken, err := trial.Options{Family: lab.Family(built.family), Service: service}.Open(cmd.Context(), engine, s)
	if err != nil {
		return err
	}
	defer func() { err = alone(err, broken.Close(cmd.Context())) }()
	if err := broken.Break(cmd.Context()); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	run, err := command.Prepare(broken)
	if err != nil {
		return err
	}
	run.Env = append(run.Env, outerVariable+"="+strings.Join(names, " "))
	pass := passThrough
	if onTerminal() && image == "" { // a container of an image has no verbs, and so no terminal
		pass = func(cmd *cobra.Command, run *lab.Cmd) (int, error) { return onOwnTerminal(cmd, broken, run) }
	}
	code, err := pass(cmd, run)
	if err == nil && code != 0 {
		return exitCode(code)
	}
	return err
}

// onOwnTerminal runs a command of a lab's client on a terminal of its own, as "tcplab exec" does.
func onOwnTerminal(cmd *cobra.Command, broken *harness.Standing, run *lab.Cmd) (int, error) {
	client, err := broken.Host(lab.ClientHost)
	if err != nil {
		return 0, err
	}
	c := standing.Command{Host: lab.ClientHost, Argv: run.Argv, Env: append(run.Env, "TERM="+os.Getenv("TERM")), Dir: run.Dir, Hosts: run.Hosts,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if _, ok := client.(lab.Resident); ok {
		c.WholeEnv, c.Env = true, append(os.Environ(), c.Env...)
	}
	return standing.OnTerminal(c, func(c standing.Command) (int, error) {
		verb := client.Command(c.Argv...)
		verb.Hosts, verb.Stdin, verb.Stdout, verb.Stderr = c.Hosts, c.Stdin, c.Stdout, c.Stderr
		err := verb.Run(cmd.Context())
		if exit, failed := errors.AsType[*lab.ExitError](err); failed {
			return exit.Code, nil
		}
		return 0, err
	})
}

// passThrough runs a command with the streams of this process, hands it the signals that come, and returns its exit code.
func passThrough(cmd *cobra.Command, run *lab.Cmd) (int, error) {
	if err := cmd.Context().Err(); err != nil {
		return 0, err
	}
	signals, stop := takeSignals()
	defer stop()
	stdin, err := inputOf(os.Stdin)
	if err != nil {
		return 0, err
	}
	defer stdin.Close()
	run.Stdin, run.Stdout, run.Stderr = stdin, os.Stdout, os.Stderr
	if err := run.Start(cmd.Context()); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	for {
		select {
		case s := <-signals:
			if err := run.Signal(s.(syscall.Signal)); err != nil {
				return 0, err
			}
		case err := <-ended:
			if exit, failed := errors.AsType[*lab.ExitError](err); failed {
				return exit.Code, nil
			}
			return 0, err
		}
	}
}
