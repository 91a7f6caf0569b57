package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "plain-to-tls",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client speaks plain HTTP to a port that wants TLS: 400, on a connection in perfect order",
		Korean:  "TLS를 요구하는 포트에 클라이언트가 평문 HTTP로 말을 건다: 연결은 완벽히 정상인데 400",
	},
	Story: lang.Text{
		English: `The scheme is missing in the URL, or a health check was not changed when the service got its certificate. Many servers know this mistake and answer 400 in plain text (Go "Client sent an HTTP request
to an HTTPS server", nginx "The plain HTTP request was sent to HTTPS port"); others close without a word, as in closed-early, or send an alert that the client cannot read. Port, host and
certificate are well. The answer in the capture is readable, which it must not be on a port for TLS.`,
		Korean: `URL에 스킴이 빠졌거나, 서비스에 인증서를 적용하면서 헬스 체크는 바꾸지 않았다. 많은 서버가 이 실수를 알아보고 평문 400으로 응답한다(Go "Client sent an HTTP request
to an HTTPS server", nginx "The plain HTTP request was sent to HTTPS port"). closed-early 시나리오처럼 아무 말 없이 닫거나, 클라이언트가 읽지 못할 경보를 보내는 서버도 있다. 포트, 호스트,
인증서는 모두 정상이다. 캡처에서 응답이 그대로 읽힌다는 것이 단서다. TLS 포트라면 읽혀서는 안 된다.`,
	},
	Verdict: "ok",
	Fault:   securedAs(lab.TLSGood),
	Want: harness.Want{
		Client: harness.ClientWant{Status: 400, Stage: "read"},
		Wire: map[string]string{
			"client":           serverEndsWire,
			"router:to-client": serverEndsWire,
			"router:to-server": serverEndsWire,
			"server":           serverEndsWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
