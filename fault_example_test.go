package tcplab_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/netns"
)

// Squatted is a fault of this test's own: another program has taken the service's port, and resets whatever connects.
type Squatted struct{}

func (Squatted) String() string {
	return "another program has the service's port, and resets what connects"
}

// Inject stops the service and lets the other program listen.
func (Squatted) Inject(ctx context.Context, b *lab.Bench) error {
	if err := b.StopService(ctx); err != nil {
		return err
	}
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	argv, told := lab.Service{Behaviour: lab.ResetOnAccept}.Command()
	return b.KeepTold(ctx, "squatter", server.Command(argv...), told)
}

// Verify connects on the server itself, so that nothing of it is on the lab's links.
func (Squatted) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	if err := b.Query(ctx, lab.ServerHost, agent.DialVerb(b.Target(), lab.DefaultTimeout), &o); err != nil {
		return err
	}
	if o.Errno != "ECONNRESET" {
		return fmt.Errorf("a connection on the server itself must be reset, but ended with %s", o)
	}
	return nil
}

// Heal ends the other program and starts the service again.
func (Squatted) Heal(ctx context.Context, b *lab.Bench) error {
	if err := b.End(ctx, "squatter"); err != nil {
		return err
	}
	return b.StartService(ctx)
}

// TestYourOwnFault runs a scenario that is in no catalogue, with a fault that is in no package of tcplab.
func TestYourOwnFault(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	report, err := harness.Run(t.Context(), engine, harness.Scenario{
		Name:    "squatted-port",
		Title:   lang.Text{English: "Another program has the port"},
		Verdict: "reset-by-server",
		Fault:   Squatted{},
		Want: harness.Want{
			Client:   harness.ClientWant{Errno: "ECONNRESET"},
			Wire:     map[string]string{"client": "+0 > S\n+any < S.\n+any > . seq 1 ack 1\n...\n+any < R*\n...\nnever < P*"},
			Counters: []harness.CounterWant{{Host: "client", Counter: "TcpEstabResets", Exactly: 1}},
		},
	}, harness.Options{})
	require.NoError(t, err)
	assert.True(t, report.Match(), "%v", report.Mismatches)
}
