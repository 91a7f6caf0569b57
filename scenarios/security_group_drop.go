package scenarios

import "github.com/tcplab/tcplab/harness"

var dropForward = harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port}

var _ = register(harness.Scenario{
	Name:  "security-group-drop",
	Title: "A security group drops the SYN before the server: the server's capture is empty",
	Story: `What lies before the server (a security group, a firewall of the network) drops what goes to the port. SYNs at 0, 1, 3
and 7 s, then the client's own timeout, exactly as with a dead host or a firewall on the server. The server is up, and a capture on it
(tcpdump tcp port 8080) holds nothing: the packet never arrived.`,
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   harness.Drop{Host: "router", Rule: dropForward},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "router", Rule: &dropForward, PacketsAt: "router:to-client", Packet: "> S"},
		},
	},
})
