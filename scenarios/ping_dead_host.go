package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
)

var _ = register(harness.Scenario{
	Name:  "ping-dead-host",
	Title: "ping fails because the host is switched off: the client is online, and TCP is silent too",
	Story: `The server's instance is stopped. ping loses everything, as with a security group that drops ICMP. But a well-known host
answers, so the client is online; and TCP on the port is as silent as ping, which a filter for ICMP would not make it. The router's side
to the server shows that the echo requests left for the host.`,
	Verdict:  "no-answer",
	Topology: harness.WithWellKnown(),
	Client:   clients.Ping{},
	Fault:    harness.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredPing,
			"router:to-client": unansweredPing,
			"router:to-server": unansweredPing,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{echoesSent},
	},
	Checks: []harness.Check{wellKnownAnswers, {
		Name: "tcp", Question: tcpWorks.Question,
		Want: harness.Want{
			Client: harness.ClientWant{Timeout: true},
			Wire:   map[string]string{"client": unansweredWire, "router:to-server": unansweredWire, "server": nothingWire},
		},
	}},
})
