package scenarios

import "github.com/tcplab/tcplab/harness"

// Nothing is broken: what every failure is compared with. An HTTP server that was asked to closes first, and so does
// the lab's own client let it; a client that has read all it wants may be first.
const (
	servedBegin = `
+0      > S  seq 0 win !0 <mss $MSS,...>
+0..0.5 < S. seq 0 ack 1 win !0 <mss $MSS,...>
+0..0.5 > .  seq 1 ack 1
+0..0.5 > P. seq 1 ack 1
...
`
	servedEnd = `
...
never   * R*
`
	servedWire = servedBegin + "+any < F*\n...\n+any > F*" + servedEnd +
		"or" + servedBegin + "+any > F*\n...\n+any < F*" + servedEnd
)

var _ = register(harness.Scenario{
	Name:  "healthy",
	Title: "Nothing is broken: handshake, request, reply, orderly close",
	Story: `The client connects to the server through the router, sends a request, gets its reply, and both sides close.
On the wire: SYN, SYN-ACK, ACK; data both ways; a FIN from each side; no RST. This is what every failure is compared with.`,
	Verdict: "ok",
	Fault:   harness.NoFault{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 0},
		},
	},
})
