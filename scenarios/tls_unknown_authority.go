package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "tls-unknown-authority",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The certificate is of an authority that the client does not trust: a proxy that intercepts, or a missing intermediate",
		Korean:  "클라이언트가 신뢰하지 않는 기관의 인증서다: 가로채는 프록시이거나 중간 인증서가 빠졌다",
	},
	Story: lang.Text{
		English: `A company's proxy opens TLS and signs anew with an authority of its own, which a container or a phone does not know; or the server sends its certificate without the intermediate one, so that
browsers, which keep intermediates, work and programs do not. The packets are those of an expired certificate (tls-expired). The client says it: Go "certificate signed by unknown
authority", curl exit code 60, Chromium ERR_CERT_AUTHORITY_INVALID. Who has signed is in the certificate: openssl s_client shows it.`,
		Korean: `회사의 프록시가 TLS를 열어 보고 자체 기관의 서명으로 다시 암호화하는데, 컨테이너나 전화기는 그 기관을 모른다. 또는 서버가 중간 인증서 없이 자기 인증서만 보낸다. 중간 인증서를 저장해 두는
브라우저에서는 되고 프로그램에서는 안 된다. 패킷은 만료된 인증서와 같다(tls-expired). 이유는 클라이언트가 말해 준다. Go는 "certificate signed by unknown
authority", curl은 종료 코드 60, Chromium은 ERR_CERT_AUTHORITY_INVALID. 누가 서명했는지는 인증서에 있고 openssl s_client 명령으로 볼 수 있다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSUnknown),
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSCertificateUnknown},
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
