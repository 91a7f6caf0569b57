package scenarios

import "github.com/tcplab/tcplab/harness"

var _ = register(harness.Scenario{
	Name:  "stale-arp-entry",
	Title: "A stale ARP entry, or a switch with the wrong port: frames go to a hardware address that nobody has",
	Story: `The server has got another network card, or an address has moved to another machine, and the last router still has the old hardware
address (or the switch has learned it on the wrong port). The router sends each SYN as it should, in a frame that nobody takes. The server is up
and its capture is empty, as behind a security group. What tells is the router's neighbour table (ip neigh), held against the hardware address that
the server has (ip link); or the destination address of the frames (tcpdump -e) on the router's side to the server.`,
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   harness.StaleNeighbour{Host: "router", Of: "server"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
		},
		// The server is on, and its TCP has seen nothing.
		Counters: []harness.CounterWant{synRetransmissions, {Host: "server", Counter: "TcpInSegs", Exactly: 0}},
	},
})
