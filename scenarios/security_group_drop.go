package scenarios

import "github.com/tcplab/tcplab/harness"

var _ = register(harness.Scenario{
	Name:  "security-group-drop",
	Title: "A security group drops the SYN before the server: the server's capture is empty",
	Story: `The security group in front of the server is an allow list, and nobody has allowed the port: what goes there is dropped before
the server. SYNs at 0, 1, 3 and 7 s, then the client's own timeout, exactly as with a dead host or a firewall on the server. The server is up,
and a capture on it (tcpdump tcp port 8080) holds nothing: the packet never arrived.`,
	Verdict:  "no-answer",
	Timeout:  harness.PatientTimeout,
	Fixtures: []harness.Fixture{webGroup},
	Fault:    harness.Revoke{List: webGroup, Permission: "tcp/8080"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, dropsAt(webGroup, "router:to-client", "> S")},
	},
})
