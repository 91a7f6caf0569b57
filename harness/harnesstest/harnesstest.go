// Package harnesstest is what the tests of several packages need to run scenarios: the engines, a pool of runs, and a run whose
// mismatches are told with a drawing.
package harnesstest

import (
	"flag"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

// Main runs a package's tests and returns the exit code, as [enginetest.Main] does. Labs spend their time waiting for timers, so
// that more tests run at once than there are processors. But with too many, a server has to wait for a processor for longer
// than its client waits for it.
func Main(m *testing.M) int {
	flag.Parse()
	const atOnce = "test.parallel"
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == atOnce })
	if !given {
		_ = flag.Set(atOnce, "48")
	}
	return enginetest.Main(m, tcplab.Engines()...)
}

// Engine returns the engine of a name where it is available; else the test is skipped.
func Engine(t *testing.T, name string) lab.Engine {
	t.Helper()
	engines := tcplab.Engines()
	i := slices.IndexFunc(engines, func(e lab.Engine) bool { return e.Name() == name })
	require.GreaterOrEqual(t, i, 0, "no engine is named %s", name)
	enginetest.Need(t, engines[i])
	return engines[i]
}

// Speed is that of the tests in compressed time. It could be more; but at 50 the first SYN is sent again after 20 ms, and on
// a machine that is busy enough, an answer may take as long.
const Speed = 20

// Compressed returns the engine in compressed time where that is permitted; else itself, in real time.
func Compressed(t *testing.T, e lab.Engine) lab.Engine {
	t.Helper()
	fast, err := lab.AtSpeed(e, Speed)
	if err != nil {
		if e.Name() == "docker" {
			t.Skip("a lab of containers in real time is not for -short")
		}
		t.Logf("in real time: %v", err)
		return e
	}
	return fast
}

// IsCompressed reports whether the kernel's timers run faster in the engine's labs.
func IsCompressed(e lab.Engine) bool {
	a, ok := e.(lab.Accelerated)
	return ok && a.Speed() > 1
}

// Scenario returns the scenario of a name.
func Scenario(t *testing.T, name string) harness.Scenario {
	t.Helper()
	s, err := scenarios.Named(name)
	require.NoError(t, err)
	return s
}

// Brief are the scenarios that do not take minutes.
func Brief() []harness.Scenario {
	return slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.Long })
}

// Pool runs subtests side by side, as many at a time as it has slots, and apart from what -test.parallel counts.
type Pool struct {
	slots chan struct{}
	group sync.WaitGroup
}

// Runs in compressed time wait for less: with more of them at once, one would take the time that another one's timer gives. Those in real
// time do little else than wait.
var busy, patient = make(chan struct{}, 16*runtime.NumCPU()), make(chan struct{}, 64)

// RunsOf is a pool for an engine's runs, which shares its slots with all others of the process.
func RunsOf(e lab.Engine) *Pool {
	if IsCompressed(e) {
		return &Pool{slots: busy}
	}
	return &Pool{slots: patient}
}

// LabsOf is a pool for labs of an engine that stand at the same time. Docker's own work for a lab of containers keeps a
// processor busy for seconds: with more of them, its answers would come too late.
func LabsOf(engine string) *Pool {
	return &Pool{slots: make(chan struct{}, map[string]int{"netns": 32, "docker": 1 + runtime.NumCPU()}[engine])}
}

// Run starts a subtest when there is a slot.
func (p *Pool) Run(t *testing.T, name string, do func(*testing.T)) {
	p.group.Go(func() {
		p.slots <- struct{}{}
		defer func() { <-p.slots }()
		t.Run(name, do)
	})
}

// Wait returns when all have ended. It must be called before the test returns.
func (p *Pool) Wait() { p.group.Wait() }

// Run runs a scenario that can be run; what it shows is for the caller to judge.
func Run(t *testing.T, e lab.Engine, s harness.Scenario, o harness.Options) *harness.Report {
	t.Helper()
	o.Artifacts = t.ArtifactDir()
	r, err := harness.Run(t.Context(), e, s, o)
	require.NoError(t, err)
	if r.Skipped != "" {
		t.Skip(r.Skipped)
	}
	return r
}

// MustMatch fails the test with what was wanted beside what was seen, and a drawing of it.
func MustMatch(t *testing.T, r *harness.Report) {
	t.Helper()
	if len(r.Mismatches) > 0 {
		t.Logf("%s\n%s", r.Name(), report.Style{}.Drawing(r))
	}
	for _, m := range r.Mismatches {
		t.Error(report.MismatchText(r, m))
	}
}

// Reasons are the mismatches of a run, one line each: "observe: wire at server, packet 1: ...".
func Reasons(r *harness.Report) string {
	var lines []string
	for _, m := range r.Mismatches {
		lines = append(lines, string(m.Phase)+": "+m.At+": "+m.Reason)
	}
	return strings.Join(lines, "\n")
}
