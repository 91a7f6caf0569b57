package trial_test

import (
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
)

// A plan names the port of the lab's service. It must hold for a server on a port of its own as well: a rule for another port
// breaks nothing, and nobody would notice.
func TestEveryFailureBreaksAServerOnItsOwnPort(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	list := scenarios.ForAnyClient()
	var skipped atomic.Int32
	t.Cleanup(func() {
		assert.Less(t, int(skipped.Load()), len(list)/2, "most failures are possible with a server of one's own")
	})
	for _, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			own := &lab.OwnServer{HTTP: "/", Serve: func(l net.Listener) error {
				return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "mine") }))
			}}
			r, err := trial.Run(t.Context(), engine, s, trial.Program{}, trial.Options{Family: lab.IPv4,
				Demand: trial.Demand{Within: 8 * time.Second, Retries: 3}, Service: lab.Service{Port: 5432, Own: own},
				Progress: func(harness.PhaseName) {}})
			require.NoError(t, err)
			if r.Verdict == trial.Skipped {
				skipped.Add(1)
				assert.Regexp(t, "with a server of your own", r.Skipped)
				return
			}
			assert.True(t, r.Healthy.OK(), "healthy: %s", r.Healthy.Stderr)
			assert.Equal(t, trial.Succeeds(s), r.Broken.OK(), "broken: %s", r.Broken.Stderr)
			assert.True(t, r.Healed.OK(), "healed: %s", r.Healed.Stderr)
		})
	}
}
