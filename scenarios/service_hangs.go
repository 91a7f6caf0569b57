package scenarios

import "github.com/tcplab/tcplab/harness"

// hangingWire: handshake and request, which the server's kernel acknowledges, then silence. The client's FIN ends its
// patience and is acknowledged too.
const hangingWire = `
+0      > S  seq 0 win !0 <mss $MSS,...>
+0..0.5 < S. seq 0 ack 1 win !0 <mss $MSS,...>
+any    > .  seq 1 ack 1
+any    > P. seq 1 ack 1
+0..0.5 < .  seq 1 ack !1 len 0
+any    > F. ack 1
+0..0.5 < .  seq 1 len 0
`

var _ = register(harness.Scenario{
	Name:  "service-hangs",
	Title: "The service hangs: the connection is established, the request is acknowledged, and no reply comes",
	Story: `The program is there and does nothing any more: a deadlock, a pool without a free worker, a process that was stopped
(kill -STOP). Its socket listens, so the kernel completes the handshake, and acknowledges the request that the program will never read. A check that
only connects finds the service healthy. The client waits for its reply until its own timeout ends that; a connect timeout does not, since connecting
has worked. On the server, ss -ltn shows connections that nobody accepts in the socket's Recv-Q.`,
	Verdict: "no-reply",
	Fault:   harness.HangService{},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           hangingWire,
			"router:to-client": hangingWire,
			"router:to-server": hangingWire,
			"server":           hangingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
