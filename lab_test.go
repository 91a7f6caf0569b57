package tcplab_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/scenarios"
)

func TestMain(m *testing.M) { os.Exit(harnesstest.Main(m)) }

func TestLab_netns(t *testing.T) {
	t.Parallel()
	testLab(t, "netns")
}

// Before all that runs in parallel: Docker's own work would disturb those tests' timing.
func TestLab_docker(t *testing.T) { testLab(t, "docker") }

// testLab runs every scenario on the engine, on IPv4 and on IPv6. A lab of containers costs seconds of a processor: there each kind of fault, of
// fixture, of client and of topology is in one scenario at least, on one of the two families, drawn by a seed that is printed (.ci/run has
// another one for each commit). All scenarios, on both, are for "make containers".
func testLab(t *testing.T, engine string) {
	e := harnesstest.Engine(t, engine)
	if testing.Short() {
		e = harnesstest.Compressed(t, e)
	}
	list, families := scenarios.All(), func(int) []lab.Family { return lab.Families }
	if engine == "docker" && !enginetest.MeasuresAll() {
		list, families = eachKindOnce(enginetest.Shuffled(t, list)), inTurn
	}
	labs := harnesstest.LabsOf(engine)
	defer labs.Wait()
	for i, s := range list {
		for _, f := range families(i) {
			labs.Run(t, s.Name+"/"+f.String(), func(t *testing.T) {
				if s.Long && !harnesstest.IsCompressed(e) {
					t.Skip("it takes minutes in real time; TestCompressedTime runs it")
				}
				harnesstest.MustMatch(t, harnesstest.Run(t, e, s, harness.Options{Family: f}))
			})
		}
	}
}

// inTurn is one of the families, for the scenario of that number in a list that is shuffled.
func inTurn(i int) []lab.Family {
	turn := i % len(lab.Families)
	return lab.Families[turn : turn+1]
}

// eachKindOnce leaves of a list the scenarios that bring a kind which none before them has.
func eachKindOnce(list []harness.Scenario) (some []harness.Scenario) {
	seen := map[string]bool{}
	for _, s := range list {
		before := len(seen)
		for _, kind := range kindsOf(s) {
			seen[kind] = true
		}
		if len(seen) > before {
			some = append(some, s)
		}
	}
	return some
}

// kindsOf are the parts of a scenario in which one engine may differ from another.
func kindsOf(s harness.Scenario) []string {
	kinds := []string{fmt.Sprintf("fault %T", s.Fault), fmt.Sprintf("client %T", s.Client), "topology " + s.Topology.Name}
	for _, f := range s.Fixtures {
		kinds = append(kinds, fmt.Sprintf("fixture %T", f))
	}
	return kinds
}

// TestCompressedTime runs every scenario with the kernel's timers 20 times faster, the long ones too, on one of the two families: TestLab_netns has
// both, and the timers are the same.
func TestCompressedTime(t *testing.T) {
	t.Parallel()
	e := harnesstest.Engine(t, "netns")
	fast, err := lab.AtSpeed(e, harnesstest.Speed)
	if err != nil {
		t.Skip(err)
	}
	runs := harnesstest.RunsOf(fast)
	defer runs.Wait()
	families := inTurn
	if enginetest.MeasuresAll() {
		families = func(int) []lab.Family { return lab.Families }
	}
	for i, s := range enginetest.Shuffled(t, scenarios.All()) {
		for _, f := range families(i) {
			runs.Run(t, s.Name+"/"+f.String(), func(t *testing.T) {
				r := harnesstest.Run(t, fast, s, harness.Options{Family: f})
				harnesstest.MustMatch(t, r)
				if r.Speed == 1 {
					t.Skip("the run was made in real time: the lab has a line, or the machine was too busy for compressed time")
				}
				require.InDelta(t, harnesstest.Speed, r.Speed, 1, "the nearest that the kernel's tick allows")
			})
		}
	}
}

// In time that is compressed far enough the kernel would give up a connection before it gives up its neighbour.
func TestAWaitForANeighbourIsNotCompressed(t *testing.T) {
	t.Parallel()
	fast, err := lab.AtSpeed(harnesstest.Engine(t, "netns"), 50)
	if err != nil {
		t.Skip(err)
	}
	found := 0
	for _, s := range scenarios.All() {
		if s.Want.Client.Within != harness.NeighbourGivenUp {
			continue
		}
		found++
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			harnesstest.MustMatch(t, harnesstest.Run(t, fast, s, harness.Options{}))
		})
	}
	require.Positive(t, found)
}
