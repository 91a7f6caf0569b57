package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var _ = register(harness.Scenario{
	Name:        "tls-wrong-name",
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The certificate is for another name: a wrong virtual host, or a client that asks by address",
		Korean:  "다른 이름의 인증서다: 가상 호스트가 틀렸거나 클라이언트가 주소로 접속한다",
	},
	Story: lang.Text{
		English: `The load balancer gives out its default certificate because it does not know the name that the client asked for (SNI), the name was moved and the certificate was not, or a client connects to
an address for which no certificate is made. The packets are those of tls-expired. The client says it: Go "certificate is valid for", with the names that it has, curl exit code 60, Chromium
ERR_CERT_COMMON_NAME_INVALID. The name that the client asked for stands unencrypted in its first data, and in every capture.`,
		Korean: `로드 밸런서가 클라이언트가 요청한 이름(SNI)을 몰라 기본 인증서를 내주거나, 이름만 옮기고 인증서는 옮기지 않았거나, 인증서에 들어 있지 않은 주소로 클라이언트가 접속한다. 패킷은
tls-expired 시나리오와 같다. 이유는 클라이언트가 말해 준다. Go는 "certificate is valid for" 뒤에 인증서의 이름들을 보여 주고, curl은 종료 코드 60, Chromium은
ERR_CERT_COMMON_NAME_INVALID. 클라이언트가 요청한 이름은 첫 데이터에 암호화되지 않은 채 들어 있어 어떤 캡처에서도 보인다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSOtherName),
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.TLSCertificateName},
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
