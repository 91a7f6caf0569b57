package tcplab_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

func TestMain(m *testing.M) { os.Exit(harnesstest.Main(m)) }

func TestLab_netns(t *testing.T) {
	t.Parallel()
	testLab(t, "netns")
}

// Before all that runs in parallel: Docker's own work would disturb those tests' timing.
func TestLab_docker(t *testing.T) { testLab(t, "docker") }

// testLab runs every scenario on the engine, on IPv4 and on IPv6. A lab of containers costs seconds of a processor: there each scenario has one
// of the two families, half of the scenarios this one and half of them that, by a seed that is printed ("TCPLAB_SEED=2 go test ..."
// has them the other way round); "make containers" tries both.
func testLab(t *testing.T, engine string) {
	e := harnesstest.Engine(t, engine)
	if testing.Short() {
		e = harnesstest.Compressed(t, e)
	}
	one, turn := engine == "docker" && os.Getenv(harnesstest.Measure) != "1", 0
	if one {
		turn = int(harnesstest.Seed(t) % uint64(len(lab.Families)))
	}
	labs := harnesstest.LabsOf(engine)
	defer labs.Wait()
	for i, s := range scenarios.All() {
		for j, f := range lab.Families {
			if one && (i+j+turn)%len(lab.Families) != 0 {
				continue
			}
			labs.Run(t, s.Name+"/"+f.String(), func(t *testing.T) {
				if s.Long && !harnesstest.IsCompressed(e) {
					t.Skip("it takes minutes in real time; TestCompressedTime runs it")
				}
				harnesstest.MustMatch(t, harnesstest.Run(t, e, s, harness.Options{Family: f}))
			})
		}
	}
}

// TestCompressedTime runs every scenario with the kernel's timers 20 times faster, the long ones too.
func TestCompressedTime(t *testing.T) {
	t.Parallel()
	e := harnesstest.Engine(t, "netns")
	fast, err := lab.AtSpeed(e, harnesstest.Speed)
	if err != nil {
		t.Skip(err)
	}
	runs := harnesstest.RunsOf(fast)
	defer runs.Wait()
	for _, s := range scenarios.All() {
		for _, f := range lab.Families {
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
