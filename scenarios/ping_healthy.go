package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
)

// Echo requests (RFC 792, RFC 4443 section 4) and their replies, as ping sends three of them.
const (
	answeredPing = `
+0       > icmp echo-request
+0..0.25 < icmp echo-reply
+any     > icmp echo-request
+0..0.25 < icmp echo-reply
+any     > icmp echo-request
+0..0.25 < icmp echo-reply
`
	unansweredPing = `
+0   > icmp echo-request
+any > icmp echo-request
+any > icmp echo-request
`
)

// answered is the success of a client that sends its three requests 0.2 s apart.
var answered = harness.ClientWant{Within: 400*time.Millisecond + harness.AtOnce}

var (
	echoesSent = harness.CounterWant{Host: "client", Counter: "IcmpOutEchos", PacketsAt: "client", Packet: "> icmp echo-request"}
	// tcpWorks and wellKnownAnswers are what one asks next when ping fails.
	tcpWorks = harness.Check{Name: "tcp", Question: "Does TCP answer on the port?",
		Want: harness.Want{Wire: map[string]string{"client": servedWire, "server": servedWire}}}
	wellKnownAnswers = harness.Check{Name: "well-known-host", Question: "Does a well-known host answer, so that the client is online?",
		Client: clients.Ping{}, Target: harness.WellKnown,
		Want: harness.Want{Client: answered, Wire: map[string]string{"client": answeredPing, "well-known": answeredPing}}}
)

var _ = register(harness.Scenario{
	Name:  "ping-healthy",
	Title: "ping: the host answers, 0 % loss",
	Story: `Before one looks at an application one looks at its host: ping sends ICMP echo requests, and the host's kernel answers
them. 0 % loss means that the host is alive and that the way there and back is open for ICMP. It says nothing of any port.`,
	Verdict:  "ok",
	Topology: harness.WithWellKnown(),
	Client:   clients.Ping{},
	Fault:    harness.NoFault{},
	Want: harness.Want{
		Client: answered,
		Wire: map[string]string{
			"client":           answeredPing,
			"router:to-client": answeredPing,
			"router:to-server": answeredPing,
			"server":           answeredPing,
		},
		Counters: []harness.CounterWant{
			echoesSent,
			{Host: "server", Counter: "IcmpInEchos", PacketsAt: "server", Packet: "> icmp echo-request"},
		},
	},
	Checks: []harness.Check{wellKnownAnswers, tcpWorks},
})
