// Command tcplab runs TCP failures on real kernels and shows what they look like.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/harness/agent"
)

// The exit codes: 1 is for a scenario that did not match, 2 for what could not be done.
const (
	exitMismatch = 1
	exitFailure  = 2
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
	err := root.ExecuteContext(ctx)
	if errors.Is(context.Cause(ctx), errInterrupted) {
		err = errors.Join(errInterrupted, besidesInterruption(err))
	}
	switch err {
	case nil:
		return 0
	case errMismatch: // alone: what could not be done is worse
		return exitMismatch
	}
	if code, ended := err.(exitCode); ended {
		return int(code)
	}
	fmt.Fprintf(os.Stderr, "tcplab: %s\n", printable(err.Error()))
	return exitFailure
}

// printable escapes what a terminal could take for an order. A message may quote what somebody else has written: the name of
// a file, or what stands in a hand-in.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsGraphic(r) || r == '\n' || r == '\t' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// exitCode is the end of a command that this one was asked to run: its exit code is ours, and it has said what it has to.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// errInterrupted is the cause with which the context ends at Ctrl-C.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that ends at the first Ctrl-C (or SIGTERM), so that every lab is taken down in
// order. The second one ends the program at once: namespaces go with it, and containers at the next run.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel(errInterrupted)
		<-signals
		fmt.Fprintln(os.Stderr, "tcplab: quit; what is left is removed by the next run, or by \"tcplab sweep\"")
		os.Exit(exitFailure)
	}()
	return ctx, func() { signal.Stop(signals) }
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
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newList(), newShow(), newRun(), newClients(), newEngines(), newDiagnose(), newProbe(), newReport(), newSweep(), newBench(), newLesson())
	root.AddCommand(standingCommands()...)
	return root
}
