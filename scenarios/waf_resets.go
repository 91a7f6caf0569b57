package scenarios

import "github.com/tcplab/tcplab/harness"

var resettingWAF = harness.WAF(harness.Reset)

// requestThenResetWire: the request is acknowledged, or the RST does so. It comes when the WAF has read the request.
const requestThenResetWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
? +any   < .
+any     < R.
never    < P*
never    < F*
`

var _ = register(harness.Scenario{
	Name:  "waf-resets",
	Title: "A WAF resets the connection of a request that it does not like: others pass",
	Story: `As waf-blocks, but this web application firewall does not say what it is: it ends the connection by a RST as soon as it has read the
request. The client hears "connection reset by peer", at once and every time, and would look for a server that crashes on this request. The server has not
seen it: a capture there holds nothing, while another request passes. A reset that depends on what was asked, and not on when, points to something
that reads.`,
	Verdict:  "reset-by-server",
	Fixtures: []harness.Fixture{resettingWAF},
	Target:   "router",
	Client:   injecting,
	Fault:    enforced(resettingWAF),
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           requestThenResetWire,
			"router:to-client": requestThenResetWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
	Checks: []harness.Check{harmlessPasses},
})
