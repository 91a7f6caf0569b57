package enginetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
)

// nowhere is an address of a documentation range (RFC 5737) that no lab has.
var nowhere = netip.MustParseAddrPort("192.0.2.99:80")

// testNetwork: addresses, routes, sysctls, and nothing beyond.
func testNetwork(t *testing.T, built *bench) {
	t.Run("addresses are the topology's", func(t *testing.T) {
		b := built.on(t)
		assert.Equal(t, "198.51.100.10", b.host("client").Addr(lab.IPv4).String())
		assert.Equal(t, "2001:db8:2::10", b.host("server").Addr(lab.IPv6).String())
	})
	t.Run("sysctls are pinned on every host", func(t *testing.T) {
		b := built.on(t)
		for _, h := range b.topology.Hosts {
			var keys []string
			for _, s := range b.topology.SysctlsOf(h.Name) {
				keys = append(keys, s.Key)
			}
			values := map[string]string{}
			b.query(h.Name, agent.SysctlVerb(keys...), &values)
			for _, s := range b.topology.SysctlsOf(h.Name) {
				value, there := values[s.Key]
				if s.Since != "" && !there {
					continue // an older kernel
				}
				assert.Equal(t, s.Value, value, "%s on %s", s.Key, h.Name)
			}
		}
	})
	built.on(t).eachFamily("the router forwards, and captures on its two sides show it", func(b *bench, f lab.Family) {
		b.serve()
		var o lab.Outcome
		trace := b.capture("router", func() { o = b.dial(f, 5*time.Second) })
		require.True(b, o.OK(), "%v", o)
		for _, side := range []string{"to-client", "to-server"} {
			attempts := trace.On(side).Attempts(lab.Port)
			require.Len(b, attempts, 1, "%s", side)
			assert.Equal(b, o.Local, attempts[0].Client, "%s", side)
			assert.GreaterOrEqual(b, len(attempts[0].Packets), 8, "%s", side)
		}
	})
	built.on(t).eachFamily("a port that nobody listens on is refused", func(b *bench, f lab.Family) {
		o := b.dial(f, 5*time.Second)
		assert.Equal(b, "ECONNREFUSED", o.Errno, "%v", o)
	})
	t.Run("no way out", func(t *testing.T) {
		o := built.on(t).dialTo(nowhere, 5*time.Second)
		assert.Equal(t, "ENETUNREACH", o.Errno, "%v", o)
	})
	t.Run("hardware addresses are the topology's", func(t *testing.T) {
		b := built.on(t)
		b.serve()
		require.True(t, b.dial(lab.IPv4, 5*time.Second).OK())
		var table []lab.Neighbour
		b.query("router", agent.NeighboursVerb(), &table)
		for _, n := range table {
			if n.Addr == b.host("server").Addr(lab.IPv4) {
				assert.Equal(t, "02:00:cb:00:71:0a", n.MAC)
				return
			}
		}
		assert.Fail(t, "the router has no entry for the server", "%v", table)
	})
}

// testVerbs: listeners, counters and neighbours work on every host.
func testVerbs(t *testing.T, built *bench) {
	t.Run("listeners", func(t *testing.T) {
		b := built.on(t)
		var addrs []netip.AddrPort
		service := b.serve()
		b.query("server", agent.ListenersVerb(lab.Port), &addrs)
		assert.NotEmpty(t, addrs)
		require.NoError(t, service.stop())
		b.query("server", agent.ListenersVerb(lab.Port), &addrs)
		assert.Empty(t, addrs)
	})
	built.on(t).eachFamily("a service that hangs is connected to, and does not reply", func(b *bench, f lab.Family) {
		argv, told := lab.Service{Behaviour: lab.Hang}.Command()
		service := b.startTold("server", nil, told, argv...)
		o := b.dial(f, 500*time.Millisecond)
		assert.True(b, o.Timeout, "%v", o)
		assert.Equal(b, "read", o.Stage, "%v", o)
		require.NoError(b, service.stop())
	})
	built.on(t).eachFamily("a pinned neighbour is not asked for", func(b *bench, f lab.Family) {
		b.serve()
		dead := b.topology.Addr("server", f)
		b.output("router", agent.NeighbourVerb("pin", dead, "02:00:00:00:00:66")...)
		trace := b.capture("router", func() { assert.True(b, b.dial(f, 500*time.Millisecond).Timeout) })
		for _, p := range trace.On("to-server").Packets {
			asked := (p.Kind == wire.KindARP || p.Kind == wire.KindND) && p.Neighbour.Target == dead
			assert.False(b, asked, "the router asked for a pinned neighbour")
		}
		b.output("router", agent.NeighbourVerb("forget", dead, "")...)
		assert.True(b, b.dial(f, 5*time.Second).OK())
	})
}

func (b *bench) counters(host string) lab.Counters {
	b.Helper()
	counters := lab.Counters{}
	b.query(host, agent.CountersVerb(), &counters)
	return counters
}
