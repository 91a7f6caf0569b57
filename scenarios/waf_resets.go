package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var resettingWAF = faults.WAF(faults.Reset)

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
	Name:        "waf-resets",
	Cause:       diagnose.CauseForgedReset,
	Group:       "devices",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A WAF resets the connection of a request that it does not like: others pass",
		Korean:  "WAF가 차단 대상으로 판단한 요청의 연결을 리셋한다: 다른 요청은 통과한다",
	},
	Story: lang.Text{
		English: `As waf-blocks, but this web application firewall does not say what it is: it ends the connection by a RST as soon as it has read the
request. The client hears "connection reset by peer", at once and every time, and would look for a server that crashes on this request. The server has not
seen it: a capture there holds nothing, while another request passes. A reset that depends on what was asked, and not on when, points to something
that reads.`,
		Korean: `waf-blocks와 같지만, 이 웹 애플리케이션 방화벽은 정체를 드러내지 않고 요청을 읽자마자 RST로 연결을 끊는다.
클라이언트는 매번 곧바로 "connection reset by peer"를 받으니, 이 요청 때문에 비정상 종료하는 서버를 찾게 된다. 그러나
서버는 이 요청을 본 적이 없다. 다른 요청은 통과하는데도 서버 캡처에는 아무것도 없다. 리셋 여부가 요청한 시각이 아니라
요청한 내용에 달려 있다면, 중간에 내용을 읽는 무언가가 있다는 뜻이다.`,
	},
	Verdict:   "reset-by-server",
	Fixtures:  []harness.Fixture{resettingWAF},
	Target:    "router",
	Client:    injecting,
	Unnoticed: harness.AsksServer,
	Fault:     enforced(resettingWAF),
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
