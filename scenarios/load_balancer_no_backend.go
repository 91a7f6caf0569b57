package scenarios

import "github.com/tcplab/tcplab/harness"

// behindProxy are the addresses that a client has on the two sides of a proxy, which connects on by itself.
var behindProxy = map[string]string{"client": "client", "router:to-client": "client", "router:to-server": "router", "server": "router"}

var requestBalancer = harness.LoadBalancer(7)

var _ = register(harness.Scenario{
	Name:  "load-balancer-no-backend",
	Title: "The load balancer answers, its server does not: 503 on a connection in perfect order",
	Story: `The application is down, and a load balancer stands before it. The client's connection ends at the load balancer, which is up: the
handshake completes, the request is acknowledged, an answer comes. The answer is 503 (other load balancers say 502 or 504), since the load balancer's
own connection to the server was refused. To TCP all is well on the client's side; the failure is on another connection, which only a capture behind
the load balancer shows. A client, and a health check, that looks no further than the connection takes this for success.`,
	Verdict:       "ok",
	ServerVerdict: "refused",
	Fixtures:      []harness.Fixture{requestBalancer},
	Target:        "router",
	Fault:         harness.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Status: 503, Stage: "read"},
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
