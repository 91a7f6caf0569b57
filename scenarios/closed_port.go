package scenarios

import "github.com/tcplab/tcplab/harness"

// The host is up and nobody listens: its kernel answers the SYN with a RST that acknowledges it (RFC 9293 section
// 3.10.7.1), whether or not an application is to be started there one day.
const refusedWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < R. seq 0 ack 1 win 0
`

var _ = register(harness.Scenario{
	Name:  "closed-port",
	Title: "The host is up, nobody listens on the port: connection refused at once",
	Story: `The application is down, its host is not. The host's kernel answers the SYN with RST at once, and the client hears
"connection refused" after one round trip. A refusal by RST proves that the packet reached the host and that its answer came back.`,
	Verdict: "refused",
	Fault:   harness.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
})
