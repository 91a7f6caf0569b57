package scenarios

import "github.com/tcplab/tcplab/harness"

var resetForward = harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port, Reject: "tcp-reset"}

var _ = register(harness.Scenario{
	Name:  "router-resets",
	Title: "Something on the way answers the SYN with a RST in the server's name: refused, and not by the server",
	Story: `A firewall on the way answers for the server: its RST has the server's address and the acknowledgment that the server's own
would have (iptables -A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset). At the client nothing tells it from a closed port: ECONNREFUSED
at once, one SYN, one RST. But the service listens, and a capture on the server holds nothing. Refused proves that something answers, and not that it
was the server. A hint is the RST's time to live: it has passed fewer routers than the server's replies have.`,
	Verdict: "refused",
	Fault:   harness.FirewallRule{Host: "router", Rule: resetForward},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &resetForward, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
})
