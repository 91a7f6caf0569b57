package scenarios

import "github.com/tcplab/tcplab/harness"

// enforced is a WAF, and the fault of it that it does what it is for.
func enforced(w harness.Proxy) harness.Reconfigure {
	enforcing := w
	enforcing.Enforce = true
	return harness.Reconfigure{Proxy: w, To: enforcing}
}

var (
	blockingWAF = harness.WAF(harness.Block)

	// injecting asks for what a WAF does not let through.
	injecting = harness.GoClient{Path: harness.Injection}

	// harmlessPasses asks for something else at the same time.
	harmlessPasses = harness.Check{Name: "harmless", Question: "Does a request without an injection pass?", Target: "router",
		Want: harness.Want{Wire: map[string]string{"client": servedWire, "router:to-server": forwardedWire, "server": forwardedWire},
			Sources: behindProxy}}
)

var _ = register(harness.Scenario{
	Name:  "waf-blocks",
	Title: "A WAF answers 403 in the place of the server: this request fails, others pass",
	Story: `A web application firewall reads each request before it passes it on. While it only detects, the request with a script in its query
reaches the server like any other. Once it is switched to blocking, the same request is answered with 403, by the WAF: the connection is in
perfect order, and no packet of it reaches the server. The server's log and a capture on it hold nothing. At the same time another request on the
same way passes, so that network, load balancer and server are up: what differs is the content.`,
	Verdict:  "ok",
	Fixtures: []harness.Fixture{blockingWAF},
	Target:   "router",
	Client:   injecting,
	Fault:    enforced(blockingWAF),
	Want: harness.Want{
		Client: harness.ClientWant{Status: 403, Stage: "read"},
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
	Checks: []harness.Check{harmlessPasses},
})
