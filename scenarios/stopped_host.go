package scenarios

import "github.com/tcplab/tcplab/harness"

// A SYN that nobody answers: sent again after 1, 2 and 4 s (tcp_syn_linear_timeouts=0), for as long as the client
// waits. Nothing comes back.
const unansweredWire = `
+0    > S seq 0 win !0 <mss $MSS,...>
+rto* > S seq 0 win !0 <mss $MSS,...>
`

// nothingWire: no packet of the attempt passes here.
const nothingWire = "none"

// synRetransmissions is the client kernel's own count of the SYNs that it sent again.
var synRetransmissions = harness.CounterWant{
	Host: "client", Counter: "TcpExtTCPSynRetrans", PacketsAt: "client", Packet: "> S", Exactly: -1,
}

var _ = register(harness.Scenario{
	Name:  "stopped-host",
	Title: "The host is switched off: SYN retransmissions, no answer, as in a cloud",
	Story: `The server's instance is stopped. The network before it still forwards, and nothing comes back, not even an ICMP error:
SYNs at 0, 1, 3 and 7 s, then the client's own timeout. At the client this looks exactly like a firewall that drops. The router's
side to the server shows that each SYN left for the host; that host has no capture any more.`,
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   harness.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{synRetransmissions},
	},
})
