package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// enforced is a WAF, and the fault of it that it does what it is for.
func enforced(w faults.Proxy) faults.Reconfigure {
	enforcing := w
	enforcing.Enforce = true
	return faults.Reconfigure{Proxy: w, To: enforcing}
}

var (
	blockingWAF = faults.WAF(faults.Block)

	// injecting asks for what a WAF does not let through.
	injecting = agent.GoClient{Path: faults.Injection}

	// harmlessPasses asks for something else at the same time.
	harmlessPasses = harness.Check{Name: "harmless", Question: lang.Text{English: "Does a request without an injection pass?", Korean: "인젝션이 없는 요청은 통과하는가?"}, Target: "router",
		Want: harness.Want{Wire: map[string]string{"client": servedWire, "router:to-server": forwardedWire, "server": forwardedWire},
			Sources: behindProxy}}
)

var _ = register(harness.Scenario{
	Name:        "waf-blocks",
	Group:       "devices",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A WAF answers 403 in the place of the server: this request fails, others pass",
		Korean:  "WAF가 서버 대신 403으로 응답한다: 이 요청은 실패하고 다른 요청은 통과한다",
	},
	Story: lang.Text{
		English: `A web application firewall reads each request before it passes it on. While it only detects, the request with a script in its query
reaches the server like any other. Once it is switched to blocking, the same request is answered with 403, by the WAF: the connection is in
perfect order, and no packet of it reaches the server. The server's log and a capture on it hold nothing. At the same time another request on the
same way passes, so that network, load balancer and server are up: what differs is the content.`,
		Korean: `웹 애플리케이션 방화벽(WAF)은 요청을 하나하나 읽은 뒤에 전달한다. 탐지만 하는 동안에는 쿼리에 스크립트가 든 요청도
다른 요청처럼 서버에 도달한다. 차단 모드로 바꾸면 같은 요청에 WAF가 403으로 응답한다. 연결은 완벽히 정상이지만, 그
패킷은 하나도 서버에 도달하지 않는다. 서버 로그에도 서버 캡처에도 아무것도 없다. 같은 시각 같은 경로로 보낸 다른
요청은 통과하므로 네트워크, 로드 밸런서, 서버는 모두 살아 있다. 다른 것은 내용뿐이다.`,
	},
	Verdict:   "ok",
	Fixtures:  []harness.Fixture{blockingWAF},
	Target:    "router",
	Client:    injecting,
	Unnoticed: harness.AsksServer,
	Fault:     enforced(blockingWAF),
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
