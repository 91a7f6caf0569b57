// Package cmdtest is what tests of the command line have in common: the program itself, a desk at which a person works with it, a
// shell into which commands are typed, and the listings of the documents. Those tests are in several packages, so that go test runs
// them side by side, and each package ends well within go test's own limit of ten minutes, also on a busy machine.
package cmdtest

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab/enginetest"
)

// InEnglish is what a test that compares texts has in its environment, so that they are in English wherever it runs: the locale of
// a developer may be another.
const InEnglish = "TCPLAB_LANG=en"

// SpeakEnglish puts [InEnglish] into the environment of the tests, and so of what they start.
func SpeakEnglish() error {
	name, value, _ := strings.Cut(InEnglish, "=")
	return os.Setenv(name, value)
}

// Main builds tcplab, runs the tests of a package with it in the PATH, and returns the exit code.
func Main(m interface{ Run() int }) int {
	dir, err := os.MkdirTemp("", "tcplab-test-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Chmod(dir, 0o755) // other users run it, too
	}
	if err == nil {
		err = SpeakEnglish()
	}
	if err == nil {
		err = build(filepath.Join(dir, "tcplab"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return enginetest.Main(Overlapping{m}, Engines...)
}

func build(path string) error {
	cmd := exec.Command("go", "build", "-o", path, "./cmd/tcplab")
	cmd.Dir, cmd.Env = enginetest.Root(), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}

// Overlapping runs more tests at once than a small machine has processors: they wait for timers of a lab, most of the time. But
// with too many, a lab has to wait for a processor for longer than a client waits for it.
type Overlapping struct{ Tests interface{ Run() int } }

// Run runs the tests, and returns the exit code.
func (o Overlapping) Run() int {
	flag.Parse()
	const atOnce = "test.parallel"
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == atOnce })
	if !given {
		_ = flag.Set(atOnce, strconv.Itoa(max(4, runtime.GOMAXPROCS(0))))
	}
	return o.Tests.Run()
}
