package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// serverEndsWire: the server ends the connection in good order, after what it had to say.
const serverEndsWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < P*
...
+any     < F.
...
`

var _ = register(harness.Scenario{
	Name:        "tls-old-version",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server speaks no TLS version that the client still allows: an alert in the place of the answer",
		Korean:  "클라이언트가 허용하는 TLS 버전을 서버가 지원하지 않는다: 응답 대신 경보가 온다",
	},
	Story: lang.Text{
		English: `An appliance or an old runtime speaks TLS 1.1 at most, which RFC 8996 forbids, and clients have stopped to offer it: everything worked until the client was updated. The server answers the
first message with the alert "protocol version" and closes. This alert is not encrypted, so that a capture names the reason. The client: Go "protocol version not supported", curl exit code 35,
Chromium ERR_SSL_VERSION_OR_CIPHER_MISMATCH.`,
		Korean: `장비나 오래된 런타임이 RFC 8996에서 금지한 TLS 1.1까지만 지원하는데, 클라이언트는 더 이상 그 버전을 제안하지 않는다. 클라이언트를 업데이트하기 전까지는 잘 되던 것이다. 서버는 첫 메시지에
"protocol version" 경보로 응답하고 연결을 닫는다. 이 경보는 암호화되지 않으므로 캡처에서 이유를 읽을 수 있다. 클라이언트에서는 Go가 "protocol version not supported", curl이 종료 코드 35,
Chromium이 ERR_SSL_VERSION_OR_CIPHER_MISMATCH 오류를 낸다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSOld),
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSAlert + "protocol version not supported"},
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
