package enginetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
)

// testFirewall: rules drop and reject what they match and nothing else, count it, and go.
func testFirewall(t *testing.T, built *bench) {
	built.on(t).eachFamily("a firewall rule drops, counts, and goes", func(b *bench, f lab.Family) {
		b.serve()
		rule := faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port}
		b.output("server", faults.FirewallVerb("add", f, rule)...)
		before := b.counters("server")
		assert.Contains(b, before, rule.CounterName(f))
		trace := b.capture("server", func() {
			o := b.dial(f, 500*time.Millisecond)
			assert.True(b, o.Timeout, "%v", o)
		})
		require.Len(b, trace.Attempts(lab.Port), 1)
		assert.Equal(b, uint64(1), b.counters("server")[rule.CounterName(f)])
		b.output("server", faults.FirewallVerb("delete", f, rule)...)
		assert.NotContains(b, b.counters("server"), rule.CounterName(f))
		assert.True(b, b.dial(f, 5*time.Second).OK())
	})
	built.on(t).eachFamily("a firewall rule rejects, by a RST or an ICMP error", func(b *bench, f lab.Family) {
		b.serve()
		prohibited := map[lab.Family]string{lab.IPv4: "EHOSTUNREACH", lab.IPv6: "EACCES"}[f]
		for reject, errno := range map[string]string{"tcp-reset": "ECONNREFUSED", "icmp-port-unreachable": "ECONNREFUSED",
			"icmp-host-unreachable": "EHOSTUNREACH", "icmp-admin-prohibited": prohibited} {
			b.filtered("router", f, faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Reject: reject}, func() {
				o := b.dial(f, 5*time.Second)
				assert.Equal(b, errno, o.Errno, "%s: %v", reject, o)
				assert.Equal(b, "connect", o.Stage, "%s: %v", reject, o)
			})
		}
	})
	built.on(t).eachFamily("a firewall rule drops what comes from a port, or only data", func(b *bench, f lab.Family) {
		b.serve()
		for stage, rule := range map[string]faults.Rule{
			"connect": {Chain: "OUTPUT", Proto: "tcp", SourcePort: lab.Port},
			"read":    {Chain: "INPUT", Proto: "tcp", Port: lab.Port, Data: true},
		} {
			b.filtered("server", f, rule, func() {
				o := b.dial(f, 500*time.Millisecond)
				assert.True(b, o.Timeout, "%s: %v", rule, o)
				assert.Equal(b, stage, o.Stage, "%s: %v", rule, o)
			})
		}
	})
	t.Run("deleting a rule that is not there is an error", func(t *testing.T) {
		b := built.on(t)
		rule := faults.Rule{Chain: "INPUT", Proto: "udp", Port: 53}
		_, err := b.host("server").Command(faults.FirewallVerb("delete", lab.IPv4, rule)...).Output(b.context())
		assert.ErrorContains(t, err, "there is no rule INPUT -p udp --dport 53 -j DROP")
	})
}

// filtered does something while a rule holds, which must match some of it.
func (b *bench) filtered(host string, f lab.Family, r faults.Rule, do func()) {
	b.Helper()
	b.output(host, faults.FirewallVerb("add", f, r)...)
	do()
	assert.NotZero(b, b.counters(host)[r.CounterName(f)], "%s", r)
	b.output(host, faults.FirewallVerb("delete", f, r)...)
}
