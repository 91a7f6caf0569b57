package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "load-balancer-bad-gateway",
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The server closes without an answer, and the load balancer says 502",
		Korean:  "서버가 응답 없이 닫고, 로드 밸런서는 502라고 말한다",
	},
	Story: lang.Text{
		English: `The load balancer reached the server, passed the request on, and got a closed connection in the place of an answer: a crash, a restart, or a server whose keep-alive timeout is shorter than the load
balancer's. It tells the client 502 "Bad Gateway" on a connection in perfect order. 503 would say that it could not connect (load-balancer-no-backend), 504 that it got tired of waiting
(load-balancer-gateway-timeout). The reason is on the other connection: there a capture shows the server's FIN.`,
		Korean: `로드 밸런서는 서버에 연결해 요청을 전달했지만 응답 대신 닫힌 연결을 받았다. 비정상 종료, 재시작, 또는 서버의 keep-alive 타임아웃이 로드 밸런서보다 짧은 경우다. 로드 밸런서는 완벽히 정상인 연결로
클라이언트에 502 "Bad Gateway" 응답을 보낸다. 503이라면 연결하지 못한 것이고(load-balancer-no-backend), 504라면 기다리다 지친 것이다(load-balancer-gateway-timeout). 이유는 다른 연결에 있다. 그쪽을
캡처하면 서버의 FIN이 보인다.`,
	},
	Verdict:       "ok",
	ServerVerdict: "closed-early",
	Fixtures:      []harness.Fixture{requestBalancer},
	Target:        "router",
	Fault:         faults.Misbehave{To: lab.Service{Behaviour: lab.CloseEarly}},
	Want: harness.Want{
		Client: harness.ClientWant{Status: 502, Stage: "read"},
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": closedEarlyWire,
			"server":           closedEarlyWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
