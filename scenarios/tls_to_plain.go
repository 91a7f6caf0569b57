package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "tls-to-plain",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client speaks TLS to a port that does not: the answer is no TLS",
		Korean:  "TLS를 쓰지 않는 포트에 클라이언트가 TLS로 말을 건다: 돌아온 응답이 TLS가 아니다",
	},
	Story: lang.Text{
		English: `The URL says https and the port is the plain one, or a proxy in front has stopped to open TLS. The server takes the client's first message for a bad request and answers in plain text: Go "first record
does not look like a TLS handshake", curl exit code 35 with "wrong version number", Chromium ERR_SSL_PROTOCOL_ERROR. Connecting works, and so every check of the port. The capture shows "HTTP/1.1 400"
in readable letters.`,
		Korean: `URL은 https인데 포트는 평문 포트이거나, 앞단의 프록시가 더 이상 TLS를 풀어 주지 않는다. 서버는 클라이언트의 첫 메시지를 잘못된 요청으로 여기고 평문으로 응답한다. Go는 "first record
does not look like a TLS handshake", curl은 "wrong version number" 문구와 함께 종료 코드 35, Chromium은 ERR_SSL_PROTOCOL_ERROR 오류를 낸다. 연결은 되므로 포트 점검은 모두 성공한다. 캡처에는 "HTTP/1.1 400"
문구가 그대로 읽힌다.`,
	},
	Verdict:   "ok",
	Fixtures:  []harness.Fixture{speaksTLS},
	Client:    securely,
	Unnoticed: harness.SpeaksPlain,
	Fault:     faults.Misbehave{},
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSNotTLS},
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
