package scenarios

import "github.com/tcplab/tcplab/harness"

var dropInput = harness.Rule{Chain: "INPUT", Proto: "tcp", Port: harness.Port}

var _ = register(harness.Scenario{
	Name:  "firewall-drop",
	Title: "The server's own firewall drops the SYN: it is seen on the server, and never answered",
	Story: `A rule in the server's INPUT chain drops what comes to the port (iptables -A INPUT -p tcp --dport 8080 -j DROP).
SYNs at 0, 1, 3 and 7 s, then the client's own timeout, as with a dead host. But a capture on the server shows every one of them, since
packets are captured before the firewall sees them; and the rule has counted them.`,
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   harness.FirewallRule{Host: "server", Rule: dropInput},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Rule: &dropInput, PacketsAt: "server", Packet: "> S"},
		},
	},
})
