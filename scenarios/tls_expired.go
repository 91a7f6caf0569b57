package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

var (
	// speaksTLS is a lab whose service speaks TLS, and securely its client.
	speaksTLS = faults.Serving{Service: lab.Service{TLS: lab.TLSGood}}
	securely  = agent.GoClient{TLS: true}
)

// securedAs is a service in its place that speaks TLS in another way.
func securedAs(how lab.Secured) harness.Fault {
	return faults.Misbehave{To: lab.Service{TLS: how}}
}

// clientEndsWire: after the server's certificate, the client ends the connection in good order, with an alert before.
const clientEndsWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < P*
...
+any     > F.
...
`

var _ = register(harness.Scenario{
	Name:        "tls-expired",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The certificate has expired: the connection is in order, and the client ends it",
		Korean:  "인증서가 만료되었다: 연결은 정상인데 클라이언트가 끊는다",
	},
	Story: lang.Text{
		English: `Nobody has renewed the certificate, or the renewed one was never loaded by the running service. To TCP all is well: handshake, data in both directions, an orderly close. But it is the client
that closes, right after the server's first flight, with an alert before its FIN. In TLS 1.3 the certificate and the alert are encrypted, so that no capture shows why; the client says it: Go "certificate has
expired or is not yet valid", curl exit code 60, Chromium ERR_CERT_DATE_INVALID. A client with a wrong clock says the same of a certificate that is good.`,
		Korean: `아무도 인증서를 갱신하지 않았거나, 갱신한 인증서를 실행 중인 서비스가 다시 읽지 않았다. TCP로 보면 모두 정상이다. 핸드셰이크, 양방향 데이터, 질서 있는 종료까지 다 있다. 다만 서버의 첫 응답 직후에
클라이언트가 경보를 보내고 FIN으로 끊는다. TLS 1.3에서는 인증서와 경보가 암호화되므로 어떤 캡처에도 이유가 보이지 않는다. 이유는 클라이언트가 말해 준다. Go는 "certificate has
expired or is not yet valid", curl은 종료 코드 60, Chromium은 ERR_CERT_DATE_INVALID. 시계가 틀린 클라이언트는 멀쩡한 인증서를 두고도 똑같이 말한다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSExpired),
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSCertificateExpired},
		Wire: map[string]string{
			"client":           clientEndsWire,
			"router:to-client": clientEndsWire,
			"router:to-server": clientEndsWire,
			"server":           clientEndsWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
