package proof

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/scenarios"
)

// lossy is a lab whose router loses SYNs from the beginning.
type lossy struct {
	rule faults.Rule
	// used says that a client has connected before the first one that is looked at.
	used bool
}

func (lossy) String() string { return "router that loses SYNs" }

func (l lossy) Install(ctx context.Context, b *lab.Bench) error {
	l.rule.Chain, l.rule.Proto, l.rule.Port, l.rule.Flags = "FORWARD", "tcp", lab.Port, "SYN"
	if err := (faults.FirewallRule{Host: lab.RouterHost, Rule: l.rule}).Inject(ctx, b); err != nil || !l.used {
		return err
	}
	host, err := b.Host(lab.ClientHost)
	if err == nil {
		_, err = agent.GoClient{}.Do(ctx, lab.Call{Host: host, Target: b.Target(), Timeout: 10 * time.Second})
	}
	return err
}

// A lab may lose its first packet before it is ready, and is asked once more; one that loses packets then, too, proves nothing.
func TestALabMayLoseItsFirstPacket(t *testing.T) {
	e := netns.New()
	if err := e.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct {
		fixture lossy
		works   bool
	}{
		"the first SYN":                    {lossy{rule: faults.Rule{First: 1}}, true},
		"the first SYN of each connection": {lossy{rule: faults.Rule{Every: 2}, used: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Named("closed-port")
			require.NoError(t, err)
			s.Fixtures = append(s.Fixtures, c.fixture)
			r := harnesstest.Run(t, e, s, harness.Options{})
			assert.Equal(t, c.works, r.Match(), harnesstest.Reasons(r))
			if !c.works {
				assert.Contains(t, harnesstest.Reasons(r), "baseline: wire at client, packet 2: the lab does not work before anything is broken")
				assert.Nil(t, r.Phase(harness.Break))
			}
		})
	}
}

// A lab whose client waits for an answer takes no processor, and the next run begins beside it.
func TestALabThatWaitsKeepsNoOtherFromBeginning(t *testing.T) {
	e, err := lab.AtSpeed(harnesstest.Engine(t, "netns"), 10) // it waits for 3 s, and not for 30
	if err != nil {
		t.Skip(err)
	}
	s := harnesstest.Scenario(t, "closed-port")
	s.Fixtures = append(slices.Clone(s.Fixtures), deaf{})
	builtAtOnce := 2 * runtime.NumCPU()
	var begun atomic.Int32
	var ended sync.Once
	var group sync.WaitGroup
	for range builtAtOnce + 1 {
		group.Go(func() {
			_, err := harness.Run(t.Context(), e, s, harness.Options{Once: true, Progress: func(p harness.PhaseName) {
				switch p {
				case harness.Up:
					begun.Add(1)
				case harness.Down:
					ended.Do(func() { assert.Greater(t, int(begun.Load()), builtAtOnce) })
				}
			}})
			assert.NoError(t, err)
		})
	}
	group.Wait()
}
