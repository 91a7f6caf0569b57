package labtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pooled connection is broken in the midst of a request, and the pool serves again once the failure has healed.
func TestBreakWhen(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "return-path-dropped", "firewall-drop", "closed-port"), func(t *testing.T, lab *Lab) {
		lab.Serve(Function(greeter).On(2526))
		p := &pool{lab: lab}
		lab.Expect(p.ping, OK())
		lab.BreakWhen(Replied)
		lab.Expect(p.ping) // it has its reply, or not any more
		lab.AwaitBreak()
		lab.Expect(withTimeout(p.ping), FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(withTimeout(p.ping), 10*time.Second)
		if p.conn != nil {
			require.NoError(t, p.conn.Close())
		}
	})
}

func TestAMomentThatNeverComesFailsTheTest(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "firewall-drop", "closed-port"), func(t *testing.T, lab *Lab) {
		c := &complaints{TB: t}
		lab.t = c
		lab.BreakWhen(Connected)
		lab.Expect(func(context.Context) error { return nil })
		lab.Heal()
		require.Len(t, c.list, 1)
		assert.Contains(t, c.list[0], "never came, so nothing was broken")
		lab.RecoversWithin(ask(lab, 1), 5*time.Second)
	})
}
