package tcplab_test

import (
	"flag"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

// required names the engines that must be available, separated by commas: on a machine that should have them, as in
// CI, a missing one is a failure and not a skip.
const required = "TCPLAB_REQUIRE_ENGINES"

func TestMain(m *testing.M) {
	flag.Parse()
	// Labs spend their time waiting for timers: more can run at once than there are processors. But too many, and a server
	// has to wait for a processor for longer than its client waits for it.
	if !isSet("test.parallel") {
		_ = flag.Set("test.parallel", "48")
	}
	os.Exit(m.Run())
}

func isSet(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

func TestLab_netns(t *testing.T) {
	t.Parallel()
	testLab(t, "netns")
}

// Before all that runs in parallel: Docker's own work would disturb those tests' timing.
func TestLab_docker(t *testing.T) { testLab(t, "docker") }

// testLab runs every scenario on the engine, on IPv4 and on IPv6.
func testLab(t *testing.T, engine string) {
	e := engineNamed(t, engine)
	if testing.Short() {
		e = compressed(t, e, shortSpeed)
	}
	labs := pool{slots: make(chan struct{}, labsAtOnce[engine])}
	defer labs.wait()
	for _, s := range scenarios.All() {
		for _, f := range harness.Families {
			labs.run(t, s.Name+"/"+f.String(), func(t *testing.T) {
				if s.Long && !isCompressed(e) {
					t.Skip("it takes minutes in real time; TestCompressedTime runs it")
				}
				mustMatch(t, runScenario(t, e, s, harness.Options{Family: f}))
			})
		}
	}
}

// pool runs subtests side by side, as many at a time as it has slots, and apart from what -test.parallel counts.
type pool struct {
	slots chan struct{}
	group sync.WaitGroup
}

func (p *pool) run(t *testing.T, name string, do func(*testing.T)) {
	p.group.Go(func() {
		p.slots <- struct{}{}
		defer func() { <-p.slots }()
		t.Run(name, do)
	})
}

// wait returns when all have ended. It must be called before the test returns.
func (p *pool) wait() { p.group.Wait() }

// Runs in compressed time hardly wait: more of them at once would wait for each other. Those in real time do little else.
var busy, patient = make(chan struct{}, 8*runtime.NumCPU()), make(chan struct{}, 64)

// slotsOf are those of an engine's runs.
func slotsOf(e harness.Engine) chan struct{} {
	if isCompressed(e) {
		return busy
	}
	return patient
}

// labsAtOnce is how many of an engine's labs stand at the same time. Docker's own work for a lab of containers keeps a
// processor busy for seconds: with more of them, its answers would come too late.
var labsAtOnce = map[string]int{"netns": 32, "docker": 4 * runtime.NumCPU()}

// engineNamed returns the engine when it is available. Else the test is skipped, or fails where the engine is required.
func engineNamed(t *testing.T, name string) harness.Engine {
	t.Helper()
	engines := tcplab.Engines()
	i := slices.IndexFunc(engines, func(e harness.Engine) bool { return e.Name() == name })
	require.GreaterOrEqual(t, i, 0, "no engine is named %s", name)
	if err := engines[i].Available(t.Context()); err != nil {
		if slices.Contains(strings.Split(os.Getenv(required), ","), name) {
			t.Fatalf("%s is required (%s): %v", name, required, err)
		}
		t.Skip(err)
	}
	return engines[i]
}

// shortSpeed is that of the tests in compressed time. It could be more; but at 50 the first SYN is sent again after
// 20 ms, and on a machine that is busy enough, an answer may take as long.
const shortSpeed = 20

// compressed returns the engine in compressed time where that is permitted; else itself, in real time.
func compressed(t *testing.T, e harness.Engine, speed float64) harness.Engine {
	t.Helper()
	fast, err := harness.AtSpeed(e, speed)
	if err != nil {
		if e.Name() == "docker" {
			t.Skip("a lab of containers in real time is not for -short")
		}
		t.Logf("in real time: %v", err)
		return e
	}
	return fast
}

func isCompressed(e harness.Engine) bool {
	a, ok := e.(harness.Accelerated)
	return ok && a.Speed() > 1
}

// TestCompressedTime runs every scenario with the kernel's timers 20 times faster, the long ones too.
func TestCompressedTime(t *testing.T) {
	t.Parallel()
	e := engineNamed(t, "netns")
	fast, err := harness.AtSpeed(e, shortSpeed)
	if err != nil {
		t.Skip(err)
	}
	runs := pool{slots: slotsOf(fast)}
	defer runs.wait()
	for _, s := range scenarios.All() {
		for _, f := range harness.Families {
			runs.run(t, s.Name+"/"+f.String(), func(t *testing.T) {
				r := runScenario(t, fast, s, harness.Options{Family: f})
				mustMatch(t, r)
				require.InDelta(t, shortSpeed, r.Speed, 1, "the nearest that the kernel's tick allows")
			})
		}
	}
}

// runScenario runs a scenario that can be run; what it shows is for the caller to judge.
func runScenario(t *testing.T, e harness.Engine, s harness.Scenario, o harness.Options) *harness.Report {
	t.Helper()
	o.Artifacts = t.ArtifactDir()
	r, err := harness.Run(t.Context(), e, s, o)
	require.NoError(t, err)
	if r.Skipped != "" {
		t.Skip(r.Skipped)
	}
	return r
}

// mustMatch fails the test with what was wanted beside what was seen, and a drawing of it.
func mustMatch(t *testing.T, r *harness.Report) {
	t.Helper()
	if len(r.Mismatches) > 0 {
		t.Logf("%s\n%s", r.Name(), report.Style{}.Drawing(r))
	}
	for _, m := range r.Mismatches {
		t.Error(report.MismatchText(r, m))
	}
}
