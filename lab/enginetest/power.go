package enginetest

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// testPower: a host that is switched off is gone without a farewell, and comes back as the topology has it.
func testPower(t *testing.T, built *bench) {
	stopper, ok := built.on(t).host("server").(lab.Stopper)
	if !ok {
		t.Skip("the engine cannot switch hosts off")
	}
	rounds := 2 // the second shows that the first has left the host as it was
	if testing.Short() {
		rounds = 1
	}
	for round := range rounds {
		b := built.on(t)
		service := b.serve()
		for _, f := range lab.Families {
			require.True(t, b.dial(f, 5*time.Second).OK(), "%s, round %d", f, round)
			b.output("router", agent.NeighbourVerb("pin", b.topology.Addr("server", f), macOf(b, "server"))...)
		}

		trace := b.capture("router", func() { require.NoError(t, stopper.Stop(b.context())) })
		assert.Empty(t, trace.On("to-server").Attempts(lab.Port), "the dying host sent something")
		assert.ErrorIs(t, service.wait(), lab.ErrHostStopped)
		assert.ErrorIs(t, b.host("server").Command("true").Run(b.context()), lab.ErrHostStopped)
		for _, f := range lab.Families {
			trace := b.capture("router", func() {
				o := b.dial(f, 1500*time.Millisecond)
				assert.True(t, o.Timeout, "%s: not silent: %v", f, o)
			})
			sent := trace.On("to-server").Attempts(lab.Port)
			require.Len(t, sent, 1, "%s: the router did not send on", f)
			assert.Len(t, sent[0].Packets, 2, "%s", f)
		}

		require.NoError(t, stopper.Start(b.context()))
		for _, f := range lab.Families {
			b.output("router", agent.NeighbourVerb("forget", b.topology.Addr("server", f), "")...)
			assert.Equal(t, "ECONNREFUSED", b.dial(f, 5*time.Second).Errno, "the service is back without having been started")
		}
	}
}

func macOf(b *bench, host string) string { return b.topology.EndsOf(host)[0].MAC().String() }

// testDialer: a client in this process connects from inside the lab.
func testDialer(t *testing.T, built *bench) {
	b := built.on(t)
	client := b.host("client")
	if _, ok := client.(lab.Controller); !ok {
		t.Skip("this process cannot reach the hosts' networks")
	}
	b.serve()
	for _, f := range lab.Families {
		transport := &http.Transport{DialContext: lab.DialContext(client)}
		url := "http://" + netip.AddrPortFrom(b.topology.Addr("server", f), lab.Port).String()
		response, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Get(url)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		transport.CloseIdleConnections()
		assert.Equal(t, "tcplab: ok\n", string(body))
	}
}

// testLabs: labs stand side by side with the same addresses, and go.
func testLabs(t *testing.T, e lab.Engine) {
	t.Run("side by side", func(t *testing.T) {
		var group sync.WaitGroup
		for range 3 {
			b := newBench(t, e)
			group.Go(func() {
				service := b.serve()
				assert.True(t, b.dial(lab.IPv4, 5*time.Second).OK())
				assert.NoError(t, service.stop())
				assert.Equal(t, "ECONNREFUSED", b.dial(lab.IPv4, 5*time.Second).Errno)
			})
		}
		group.Wait()
	})
	t.Run("removed twice, and then of no use", func(t *testing.T) {
		b := newBench(t, e)
		client := b.host("client")
		require.NoError(t, b.lab.Close(b.context()))
		require.NoError(t, b.lab.Close(b.context()))
		assert.Error(t, client.Command("true").Run(b.context()))
	})
	t.Run("removal ends what runs", func(t *testing.T) {
		b := newBench(t, e)
		service := b.serve()
		require.NoError(t, b.lab.Close(b.context()))
		assert.Error(t, service.wait())
	})
	t.Run("not built when the context has ended", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := e.Build(ctx, lab.Routed())
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("not built from a plan that cannot be", func(t *testing.T) {
		plan := lab.Routed()
		plan.Segments[0].Ends[0].Host = "nobody"
		_, err := e.Build(t.Context(), plan)
		assert.ErrorContains(t, err, "nobody")
	})
	t.Run("nothing is left of a lab that could not be built", func(t *testing.T) {
		plan := lab.Routed()
		plan = plan.With("server", "net.ipv4.no_such_parameter", "1")
		_, err := e.Build(t.Context(), plan)
		assert.ErrorContains(t, err, "no_such_parameter")
	})
}
