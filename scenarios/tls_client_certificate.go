package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "tls-client-certificate",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server asks for a certificate of the client, which has none: connecting works, and the first read fails",
		Korean:  "서버가 클라이언트 인증서를 요구하는데 클라이언트에는 없다: 연결은 되고 첫 읽기가 실패한다",
	},
	Story: lang.Text{
		English: `A service mesh or an API asks both sides for a certificate (mutual TLS), and this client was given none, or one that was not loaded. In TLS 1.3 the client has finished its handshake before
the server looks at its certificate: the handshake succeeds, the request is sent, and it is the first read that fails, with the alert "certificate required". A check that only connects says
that all is well. Go says "certificate required", curl exit code 56, Chromium ERR_BAD_SSL_CLIENT_AUTH_CERT.`,
		Korean: `서비스 메시나 API가 양쪽 모두의 인증서를 요구하는데(상호 TLS), 이 클라이언트는 인증서를 받지 못했거나 읽어 들이지 않았다. TLS 1.3에서는 서버가 클라이언트 인증서를 확인하기 전에 클라이언트의
핸드셰이크가 먼저 끝난다. 그래서 핸드셰이크는 성공하고 요청도 나가며, 첫 읽기에서 "certificate required" 경보로 실패한다. 연결만 해 보는 점검은 모두 정상이라고
말한다. Go는 "certificate required", curl은 종료 코드 56, Chromium은 ERR_BAD_SSL_CLIENT_AUTH_CERT 오류를 낸다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSClientCertificate),
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSAlert + "certificate required"},
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
