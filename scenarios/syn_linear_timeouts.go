package scenarios

import "github.com/tcplab/tcplab/harness"

// untuned is Routed with a client whose kernel has today's default schedule.
func untuned() harness.Topology {
	t := harness.Routed()
	t.Hosts[0].Sysctls = map[string]string{"net.ipv4.tcp_syn_linear_timeouts": "4"}
	return t
}

var _ = register(harness.Scenario{
	Name:  "syn-linear-timeouts",
	Title: "Today's default schedule: since Linux 6.5 the first SYNs are sent again every second",
	Story: `The textbook has SYNs at 0, 1, 3 and 7 s. A Linux of today that nobody has tuned sends its first four retransmissions 1 s apart each
(net.ipv4.tcp_syn_linear_timeouts=4), and doubles the gap only then: SYNs at 0, 1, 2, 3, 4, 5, 7 s. So a timeout of 3 s now survives two lost SYNs.
The other scenarios pin the classic schedule.`,
	Verdict:  "no-answer",
	Topology: untuned(),
	Timeout:  harness.PatientTimeout,
	Fault:    harness.FirewallRule{Host: "server", Rule: dropInput},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, {Host: "server", Rule: &dropInput, PacketsAt: "server", Packet: "> S"}},
	},
})
