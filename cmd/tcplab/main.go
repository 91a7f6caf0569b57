// Command tcplab runs TCP failures on real kernels and shows what they look like.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/lab/agent"
)

// The exit codes: 1 is for a scenario that did not match, 2 for what could not be done; to them a signal adds its number, as it does
// for a program that a shell has started: 130 is Ctrl-C.
const (
	exitMismatch = 1
	exitFailure  = 2
	exitSignal   = 128
)

func main() { os.Exit(run(os.Args[1:])) }

// run is main with its arguments, and returns the exit code.
func run(args []string) int {
	// A host's verb has flags of its own and must not pay for the command tree.
	if len(args) > 0 && args[0] == "host" {
		return agent.Main(args[1:])
	}
	ctx, stop := interruptible()
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	ascii := isASCIILocale()
	root.SetOut(&textWriter{file: os.Stdout, ascii: ascii})
	root.SetErr(&textWriter{file: os.Stderr, ascii: ascii})
	cmd, err := root.ExecuteContextC(ctx)
	err = plainly(root, err)
	if errors.Is(context.Cause(ctx), errInterrupted) {
		err = errors.Join(errInterrupted, besidesInterruption(err))
	}
	switch err {
	case nil:
		return 0
	case errMismatch, errFound: // alone: what could not be done is worse
		return exitMismatch
	}
	if code, ended := err.(exitCode); ended {
		return int(code)
	}
	message, flush := folded(os.Stderr)
	fmt.Fprintf(message, "tcplab: %s\n", printable(inLanguageOf(cmd, err)))
	flush()
	if by, signalled := errors.AsType[interruption](context.Cause(ctx)); signalled {
		return by.exitCode()
	}
	return exitFailure
}

// exitCode is the end of a command that this one was asked to run: its exit code is ours, and it has said what it has to.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// errInterrupted is in the cause with which the context ends at Ctrl-C.
var errInterrupted = errors.New("interrupted")

// interruption is that cause: the signal that has come.
type interruption struct{ signal os.Signal }

func (interruption) Error() string        { return errInterrupted.Error() }
func (interruption) Is(target error) bool { return target == errInterrupted }

func (i interruption) exitCode() int {
	if number, ok := i.signal.(syscall.Signal); ok {
		return exitSignal + int(number)
	}
	return exitFailure
}

// interruptible returns a context that ends at the first Ctrl-C (or SIGTERM), so that every lab is taken down in
// order. The second one ends the program at once: namespaces go with it, and containers at the next run.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		first := interruption{<-signals}
		cancel(first)
		<-signals
		fmt.Fprintln(os.Stderr, said("tcplab: quit; what is left is removed by the next run, or by \"tcplab sweep\"").In(environmentTag()))
		os.Exit(first.exitCode())
	}()
	return ctx, func() { signal.Stop(signals) }
}

// takeSignals takes the signals that come from here on, which are for a command that runs, until stop is called.
func takeSignals() (signals <-chan os.Signal, stop func()) {
	taken := make(chan os.Signal, 8)
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	signal.Notify(taken, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	return taken, func() { signal.Stop(taken) }
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tcplab",
		Short: "A reproducible TCP failure lab",
		Long: `tcplab runs TCP failures on real kernels: each scenario builds a lab of a client, a router and a server, proves that
it works, breaks it, and holds what the client felt and what every vantage point saw against what was expected.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.Version = thisVersion().String()
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(newList(), newShow(), newRun(), newClients(), newEngines(), newDiagnose(), newExplain(), newProbe(), newReport(), newSweep(), newWatch(), newBench(), newLesson(), newGradeOne(), newMCP(), newWireshark(), newNamespaces(), newVersion())
	root.AddCommand(standingCommands()...)
	speakPlainly(root)
	root.SetHelpFunc(foldedHelp(root.HelpFunc()))
	speakKorean(root)
	return root
}
