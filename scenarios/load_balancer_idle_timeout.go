package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/harness"
)

// closedWhileIdleWire: the load balancer's FIN comes a second after the reply and is acknowledged; the client's next
// request is answered by a RST, for nobody is left to read it. The client's own FIN may or may not come before that RST.
const closedWhileIdleWire = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
...
+0.9..2  < F*
+0..0.5  > .
+0.4..3  > P. len !0
? +any   > F*
+0..0.25 < R*
...
`

// forwardedWire is what is left of a request behind a proxy: a connection that the proxy may reset when it has its answer.
const forwardedWire = servedWire + "or" + servedBegin + "+any > R*\n...\nnever < R*"

var _ = register(harness.Scenario{
	Name:  "load-balancer-idle-timeout",
	Title: "A load balancer closes an idle connection of a pool: the next request on it is lost",
	Story: `A connection out of a pool has rested for longer than the load balancer lets it. The load balancer has closed it, in good order: its FIN was
acknowledged by the client's kernel, and the client, which was not reading, does not know. The next request goes out, as the kernel permits, and is
answered by a RST. The client's read ends with EOF all the same, every time: what comes first is the FIN that waits there, and not ECONNRESET (the
write after that is EPIPE). The server knows nothing of it: only the first request came. A client whose pool forgets connections sooner than the load
balancer does (60 s by default on many), or reads while they rest, or sends again what can be sent twice, does not fail.`,
	Verdict:       "closed-early",
	ServerVerdict: "ok",
	Fixtures:      []harness.Fixture{requestBalancer},
	Target:        "router",
	Client:        pooled,
	Fault:         harness.Reconfigure{Proxy: requestBalancer, To: harness.Proxy{Layer: 7, Idle: time.Second}},
	Want: harness.Want{
		Client: harness.ClientWant{Closed: true, Stage: "read"},
		Wire: map[string]string{
			"client":           closedWhileIdleWire,
			"router:to-client": closedWhileIdleWire,
			"router:to-server": forwardedWire,
			"server":           forwardedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
