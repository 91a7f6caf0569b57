package enginetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
)

// methods are the kinds of probes by which a path is traced.
var methods = []string{lab.TraceICMP, lab.TraceUDP, lab.TraceTCP}

// testPath: ping and traceroute need nothing installed on a host.
func testPath(t *testing.T, built *bench) {
	built.on(t).eachFamily("ping", func(b *bench, f lab.Family) {
		p := b.ping(b.topology.Addr("server", f), 10*time.Second)
		assert.Equal(b, "0 of 3 lost", p.Code)
		require.Len(b, p.Replies, 3)
		assert.Equal(b, b.topology.Addr("server", f), p.Replies[0].From)
	})
	t.Run("ping of what the router has no route to", func(t *testing.T) {
		b := built.on(t)
		p := b.ping(nowhere.Addr(), 10*time.Second)
		assert.Equal(t, "ENETUNREACH", p.Errno)
		assert.Equal(t, "ping: Destination Net Unreachable, says 198.51.100.1", p.Error)
		assert.Less(t, p.Elapsed, 5*time.Second, "what has been rejected is not waited for")
	})
	built.on(t).eachFamily("ping that a router rejects", func(b *bench, f lab.Family) {
		rule := faults.Rule{Chain: "FORWARD", Proto: "icmp", Reject: "icmp-admin-prohibited"}
		var p lab.Pinged
		b.filtered("router", f, rule, func() { p = b.ping(b.topology.Addr("server", f), 10*time.Second) })
		assert.Equal(b, "3 of 3 lost", p.Code)
		assert.Equal(b, map[lab.Family]string{lab.IPv4: "EHOSTUNREACH", lab.IPv6: "EACCES"}[f], p.Errno)
		require.NotEmpty(b, p.Replies)
		assert.Equal(b, b.topology.Addr("router", f), p.Replies[0].From)
	})
	for _, method := range methods {
		built.on(t).eachFamily("traceroute by "+method, func(b *bench, f lab.Family) {
			server := b.topology.Addr("server", f)
			var traced lab.Traced
			b.query("client", lab.TracerouteVerb(method, netip.AddrPortFrom(server, lab.Port), 5, 10*time.Second), &traced)
			assert.Equal(b, "reached at hop 2", traced.Code)
			require.Len(b, traced.Hops, 2, "%v", traced)
			assert.Equal(b, b.topology.Addr("router", f), traced.Hops[0].From)
			assert.Equal(b, server, traced.Hops[1].From)
			assert.Less(b, traced.Elapsed, 5*time.Second, "what lies behind the target is not waited for")
		})
	}
}

func (b *bench) ping(target netip.Addr, timeout time.Duration) lab.Pinged {
	b.Helper()
	var p lab.Pinged
	b.query("client", lab.PingVerb(target, 3, 10*time.Millisecond, timeout), &p)
	return p
}
