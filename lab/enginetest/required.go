package enginetest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tcplab/tcplab/lab"
)

// RequiredEnv names the engines that must be available, separated by commas: on a machine that should have them, as in CI, a
// missing one is a failure and not a skip.
const RequiredEnv = "TCPLAB_REQUIRE_ENGINES"

// Main runs a package's tests and returns the exit code. Where one of the engines is required and not available, it says why
// and runs none.
func Main(m interface{ Run() int }, engines ...lab.Engine) int {
	hangUpAsUsual()
	if err := missing(os.Getenv(RequiredEnv), engines); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// missing reports a required engine that is not available.
func missing(required string, engines []lab.Engine) error {
	for _, e := range engines {
		if !slices.Contains(strings.Split(required, ","), e.Name()) {
			continue
		}
		if err := e.Available(context.Background()); err != nil {
			return fmt.Errorf("%s is required (%s): %w", e.Name(), RequiredEnv, err)
		}
	}
	return nil
}

// hangUpAsUsual undoes what nohup does: programs that are started would inherit that SIGHUP is ignored, and tests see how they
// end by it. A signal that is taken and not ignored is given back its usual effect in a program that is started (signal(7)).
func hangUpAsUsual() {
	if signal.Ignored(syscall.SIGHUP) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}

// Need skips the test where the engine cannot build a lab, with the reason and what helps.
func Need(t testing.TB, e lab.Engine) {
	t.Helper()
	if err := e.Available(t.Context()); err != nil {
		t.Skip(err)
	}
}
