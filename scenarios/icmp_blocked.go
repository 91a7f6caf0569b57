package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
)

// webGroup is the security group of a web server that may be pinged. A new one lets through nothing.
var webGroup = harness.SecurityGroup("tcp/8080 icmp/echo-request")

// dropsAt is the number of packets that an allow list has dropped: those of a kind that a vantage point saw.
func dropsAt(l harness.AllowList, point, packet string) harness.CounterWant {
	return harness.CounterWant{Host: l.Host, Counter: l.CounterName(""), PacketsAt: point, Packet: packet}
}

var _ = register(harness.Scenario{
	Name:  "icmp-blocked",
	Title: "ping fails because the security group drops ICMP; the host is up and its port answers",
	Story: `A security group is an allow list: what no rule names is dropped, and ICMP is not named by default. So ping loses
everything while the service works. The server's capture shows no echo request. A ping that fails proves nothing about the host; once
the rule for ICMP is added, the same ping loses nothing.`,
	Verdict:  "no-answer",
	Topology: harness.WithWellKnown(),
	Fixtures: []harness.Fixture{webGroup},
	Client:   clients.Ping{},
	Fault:    harness.Revoke{List: webGroup, Permission: "icmp/echo-request"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredPing,
			"router:to-client": unansweredPing,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{echoesSent, dropsAt(webGroup, "router:to-client", "> icmp echo-request")},
	},
	Checks: []harness.Check{wellKnownAnswers, tcpWorks},
})
