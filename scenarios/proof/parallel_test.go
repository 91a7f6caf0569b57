package proof

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire/signature"
)

// TestGapsAreTheSameInACrowd: labs that run side by side do not disturb each other's timing.
func TestGapsAreTheSameInACrowd(t *testing.T) {
	t.Parallel()
	const crowd = 40
	e := harnesstest.Compressed(t, harnesstest.Engine(t, "netns"))
	s := harnesstest.Scenario(t, "security-group-drop")
	alone := synGaps(t, harnesstest.Run(t, e, s, harness.Options{}))
	require.Len(t, alone, 3)

	reports := make([]*harness.Report, crowd)
	var group sync.WaitGroup
	for i := range reports {
		group.Go(func() {
			r, err := harness.Run(t.Context(), e, s, harness.Options{})
			if assert.NoError(t, err) {
				reports[i] = r
			}
		})
	}
	group.Wait()
	tolerance := signature.DefaultTolerance()
	if harnesstest.IsCompressed(e) {
		tolerance.Late = 75 * time.Millisecond // the machine's delays, which do not shrink with the gaps
	}
	for _, r := range reports {
		require.NotNil(t, r)
		if r.Inconclusive {
			t.Log(r.Skipped) // the machine stood still: this run says nothing of its neighbours
			continue
		}
		harnesstest.MustMatch(t, r)
		gaps := synGaps(t, r)
		// The last retransmission is due just before the client gives up: where the machine was late, one of the two may be first.
		require.GreaterOrEqual(t, len(gaps), len(alone)-1)
		for i, gap := range gaps[:min(len(gaps), len(alone))] {
			_, most := tolerance.Window(alone[i])
			assert.InDelta(t, alone[i], gap, float64(most-alone[i]), "gap %d: alone %s, in the crowd %s", i+1, alone[i], gap)
		}
	}
}

// synGaps are the times between the SYNs that the client's vantage point saw.
func synGaps(t *testing.T, r *harness.Report) []time.Duration {
	t.Helper()
	attempts := r.Phase(harness.Observe).Traces[0].Attempts(lab.Port)
	require.Len(t, attempts, 1)
	var gaps []time.Duration
	for i, p := range attempts[0].Packets[1:] {
		gaps = append(gaps, p.Time.Sub(attempts[0].Packets[i].Time))
	}
	return gaps
}
