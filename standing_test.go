package tcplab_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/scenarios"
)

func TestStanding_netns(t *testing.T) {
	t.Parallel()
	testStanding(t, "netns")
}

func TestStanding_docker(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	testStanding(t, "docker")
}

// testStanding opens a lab for each kind of fault, breaks it and heals it twice, and each time asks as a client does.
func testStanding(t *testing.T, engine string) {
	e := harnesstest.Engine(t, engine)
	for _, name := range []string{"closed-port", "security-group-drop", "stopped-host", "service-hangs"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Named(name)
			require.NoError(t, err)
			standing, err := harness.Open(t.Context(), e, s, lab.IPv6)
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, standing.Close(context.Background())) })
			require.Equal(t, "[2001:db8:2::10]:8080", standing.Target().String())
			assert.EqualError(t, standing.Heal(t.Context()), "the lab is not broken")
			for range 2 {
				assert.False(t, standing.Broken())
				assert.True(t, ask(t, standing).OK())
				require.NoError(t, standing.Break(t.Context()))
				assert.True(t, standing.Broken())
				assert.EqualError(t, standing.Break(t.Context()), "the lab is broken already")
				assert.Equal(t, s.Want.Client.Errno, ask(t, standing).Errno)
				require.NoError(t, standing.Heal(t.Context()))
			}
			assert.True(t, ask(t, standing).OK())
		})
	}
}

// ask lets the client make one attempt. A fault must not depend on its patience: one SYN will do.
func ask(t *testing.T, s *harness.Standing) lab.Outcome {
	t.Helper()
	client, err := s.Host("client")
	require.NoError(t, err)
	o, err := lab.RunVerb(t.Context(), client, agent.DialVerb(s.Target(), 500*time.Millisecond))
	require.NoError(t, err)
	return o
}

// idleFault is a fault that does nothing, and says so when it is looked at.
type idleFault struct{ harness.NoFault }

func (idleFault) Verify(context.Context, *lab.Bench) error {
	return errors.New("nothing is broken")
}

func TestStandingFaultWithoutEffect(t *testing.T) {
	t.Parallel()
	s := harness.Scenario{Name: "idle", Fault: idleFault{}}
	standing, err := harness.Open(t.Context(), harnesstest.Engine(t, "netns"), s, lab.IPv4)
	require.NoError(t, err)
	assert.EqualError(t, standing.Break(t.Context()), "fault: the fault (nothing) did not take hold: nothing is broken")
	assert.True(t, standing.Broken(), "what was injected in part is healed")
	require.NoError(t, standing.Heal(t.Context()))
	require.NoError(t, standing.Close(t.Context()))
	require.NoError(t, standing.Close(t.Context()), "twice")
	_, err = standing.Host("client")
	require.NoError(t, err)
}

// A lab that does not work before anything is broken is not handed out, and is removed.
func TestStandingThatDoesNotWork(t *testing.T) {
	t.Parallel()
	engine := &closings{Engine: harnesstest.Engine(t, "netns")}
	topology := lab.Routed()
	topology.Hosts[2].Routes = nil // the server's way back
	_, err := harness.Open(t.Context(), engine, harness.Scenario{Name: "no-way-back", Topology: topology}, lab.IPv4)
	assert.ErrorContains(t, err, "no-way-back/netns/ipv4: client: the lab does not work before anything is broken")
	assert.Equal(t, 1, engine.closed)

	_, err = harness.Open(t.Context(), lacking{engine}, harness.Scenario{Name: "lacking"}, lab.IPv4)
	assert.ErrorIs(t, err, lab.ErrUnsupported)
}

// closings counts the labs that are removed.
type closings struct {
	lab.Engine
	closed int
}

func (c *closings) Build(ctx context.Context, t lab.Topology) (lab.Lab, error) {
	built, err := c.Engine.Build(ctx, t)
	if err != nil {
		return nil, err
	}
	return &countedLab{built, c}, nil
}

type countedLab struct {
	lab.Lab
	counter *closings
}

func (l *countedLab) Close(ctx context.Context) error {
	l.counter.closed++
	return l.Lab.Close(ctx)
}

// lacking is an engine that cannot build what is asked for.
type lacking struct{ lab.Engine }

func (lacking) Build(context.Context, lab.Topology) (lab.Lab, error) {
	return nil, lab.ErrUnsupported
}
