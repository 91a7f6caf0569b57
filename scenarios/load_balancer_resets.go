package scenarios

import "github.com/tcplab/tcplab/harness"

var connectionBalancer = harness.LoadBalancer(4)

// acceptedThenResetWire: the RST comes when the load balancer has heard from the server, which is no matter of a timer. It
// and the client's request may cross; where the request comes later, it finds no connection and is answered by a RST of
// its own.
const acceptedThenResetWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < R*
...
never    < P*
never    < F*
`

var _ = register(harness.Scenario{
	Name:  "load-balancer-resets",
	Title: "A load balancer for connections accepts, cannot reach its server, and resets",
	Story: `A load balancer at layer 4 knows nothing of HTTP and cannot answer 503. It accepts the client's connection, is refused by the server, and
tells the client in the only way that it has: RST. The client has connected, so its connect timeout and its "connection refused" never come into play;
it hears "connection reset by peer" as it sends or reads. One would look for a server that crashes, while none is running: behind the load balancer
a capture shows SYN and RST.`,
	Verdict:       "reset-by-server",
	ServerVerdict: "refused",
	Fixtures:      []harness.Fixture{connectionBalancer},
	Target:        "router",
	Fault:         harness.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET"},
		Wire: map[string]string{
			"client":           acceptedThenResetWire,
			"router:to-client": acceptedThenResetWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
