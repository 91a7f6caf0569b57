package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/harness"
)

var quietNAT = harness.NAT{Unknown: "drop"}

var _ = register(harness.Scenario{
	Name:  "nat",
	Title: "NAT, and all is well: the two sides of the router show different addresses",
	Story: `The router rewrites the source of each packet to its own address, and keeps a mapping by which the replies find their way back
(connection tracking). The server sees the router as its client: its log, its capture and its firewall know nothing of the real one. To follow a
connection through a NAT, compare sequence numbers, not addresses.`,
	Verdict:  "ok",
	Topology: harness.Translated(),
	Fixtures: []harness.Fixture{quietNAT},
	Fault:    harness.NoFault{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Sources: map[string]string{"router:to-client": "client", "router:to-server": "router", "server": "router"},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "router", Counter: harness.NATUnknownCounter, Exactly: 0},
		},
	},
})

// A client with a pool of connections: it uses one, lets it rest, and uses it again.
var pooled = harness.GoClient{Idle: 2500 * time.Millisecond}

// The NAT forgets after a second; Linux's own default is five days, cloud providers have 350 s, home routers minutes.
const memory = time.Second

// keptBegin is a connection with one request and its reply, and then the second request.
const keptBegin = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
...
+2.4..4  > P. len !0
`

// forgotten is a connection that rests until the NAT has forgotten it.
func forgotten(name, title, story string, n harness.NAT, want harness.Want) harness.Scenario {
	return harness.Scenario{
		Name: name, Title: title, Story: story,
		Topology: harness.Translated(),
		Fixtures: []harness.Fixture{n},
		Client:   pooled,
		Fault:    harness.ForgetIdle{NAT: n, After: memory},
		Want:     want,
	}
}

var _ = func() struct{} {
	silent := keptBegin + "+0.1..1 > P. len !0\n+any > P. len !0\n...\nnever < R*\nnever < F*"
	s := forgotten("nat-forgets",
		"A NAT forgets an idle connection, silently: the next request is sent again and again, and nobody answers",
		`A connection out of a pool has rested for longer than the NAT remembers. Client and server both believe in it; the NAT has no
mapping any more and drops what comes. The client's next request is retransmitted without an answer, and its read times out: as if the
server hung, which has seen nothing of it. Keep-alives (SO_KEEPALIVE with an interval below the NAT's memory), or a pool that lets no connection
rest for so long, prevent it.`,
		quietNAT, harness.Want{
			Client: harness.ClientWant{Timeout: true, Stage: "read"},
			Wire: map[string]string{
				"client":           silent,
				"router:to-client": silent,
				"router:to-server": "+0 > S\n...\nnever * R*",
				"server":           "+0 > S\n...\nnever * R*",
			},
			Counters: []harness.CounterWant{{Host: "client", Counter: "TcpAttemptFails", Exactly: 0}},
		})
	s.Verdict, s.ServerVerdict = "blackhole", "open"
	return register(s)
}()

var resettingNAT = harness.NAT{Unknown: "reset"}

var _ = func() struct{} {
	reset := keptBegin + "+0..0.25 < R*"
	s := forgotten("nat-forgets-reset",
		"A NAT forgets an idle connection and says so: the next request is answered by a RST that the server never sent",
		`As nat-forgets, but this NAT answers what it does not know with a RST in the server's name. The client hears ECONNRESET at once, and can
connect anew. The server has sent no RST: its capture shows a connection that is still open.`,
		resettingNAT, harness.Want{
			Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
			Wire: map[string]string{
				"client":           reset,
				"router:to-client": reset,
				"router:to-server": "+0 > S\n...\nnever * R*",
				"server":           "+0 > S\n...\nnever * R*",
			},
			Counters: []harness.CounterWant{
				{Host: "router", Counter: harness.NATUnknownCounter, Exactly: 1},
				{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			},
		})
	s.Verdict, s.ServerVerdict = "reset-by-server", "open"
	return register(s)
}()
