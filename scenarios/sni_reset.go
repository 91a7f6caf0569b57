package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// helloResetWire: the handshake of TCP is well, and the ClientHello is answered by a RST.
const helloResetWire = `
+0   > S
...
+any < S.
...
+any > *  seq 1 len !0
...
+any < R*
...
never < P*
never < F*
`

// helloTakenWire: behind the filter there is a RST in the place of the ClientHello.
const helloTakenWire = `
+0   > S
...
+any < S.
...
+any > R*
...
never > *  seq 1 len !0
never < P*
`

// helloPassesWire: a connection with another name is served.
const helloPassesWire = `
+0   > S
...
+any > *  seq 1 len !0
...
+any < *  seq 1 len !0
...
never * R*
`

var byServiceName = agent.GoClient{TLS: true, ServerName: lab.ServiceName}

// otherNameWorks tells a filter by names from whatever else is on the way.
var otherNameWorks = harness.Check{
	Name: "other-name", Question: lang.Text{English: "Does another name at the same address work?", Korean: "같은 주소의 다른 이름은 되는가?"},
	Client: agent.GoClient{TLS: true, ServerName: lab.OtherName},
	Want:   harness.Want{Wire: map[string]string{"client": helloPassesWire, "server": helloPassesWire}},
}

var _ = register(harness.Scenario{
	Name:        "sni-reset",
	Cause:       diagnose.CauseSNIFilter,
	Group:       "tls",
	Place:       lab.Line,
	Experiences: []int{10},
	Title: lang.Text{
		English: "A filter on the way reads the server's name in the ClientHello and resets the connection: another name at the same address works",
		Korean:  "경로상의 필터가 ClientHello에서 서버 이름을 읽고 연결을 리셋한다: 같은 주소의 다른 이름은 된다",
	},
	Story: lang.Text{
		English: `HTTPS hides what is asked, but not of whom: the first message of TLS has the server's name in the clear (SNI, RFC 6066 section 3). A filter of a company, a provider or a state looks for names there. When it finds one of its list it sends a RST to both ends, each in the name of the other. The
client hears "connection reset by peer" in the midst of the TLS handshake, at once and every time (curl exit code 35, Chromium ERR_CONNECTION_RESET), and the server sees a client that connects and resets. A ping, connecting to port 443 and another name at the same address work, so that the name decides: openssl s_client -connect
ADDRESS:443 -servername NAME, once with each name, proves it. The RST often has another time to live than the server's packets. Encrypted ClientHello (RFC 9849) hides the name.`,
		Korean: `HTTPS 통신은 무엇을 물었는지는 감추지만 누구에게 물었는지는 감추지 않는다. TLS의 첫 메시지에 서버 이름이 그대로 들어 있다(SNI, RFC 6066 3절). 회사나 통신사, 국가의 필터가 여기서 이름을 찾는다. 목록에 있는 이름을 발견하면 양쪽 끝에 서로의 이름으로 RST를 보낸다. 클라이언트는 TLS
핸드셰이크 도중에 매번 곧바로 "connection reset by peer"를 받고(curl 종료 코드 35, Chromium ERR_CONNECTION_RESET), 서버에는 연결하자마자 리셋하는 클라이언트로 보인다. ping 명령도 되고 443 포트에 연결도 되며 같은 주소의 다른 이름도 되므로 이름이 결정한다. openssl s_client -connect ADDRESS:443
-servername NAME 명령을 이름마다 한 번씩 실행하면 증명된다. RST의 TTL은 서버의 다른 패킷과 다를 때가 많다. Encrypted ClientHello(RFC 9849)는 이름을 감춘다.`,
	},
	Verdict:       "reset-by-server",
	ServerVerdict: "reset-by-client",
	Unnoticed:     harness.SpeaksPlain,
	Topology:      lab.WithLine(),
	Fixtures:      []harness.Fixture{faults.Line{}, speaksTLS},
	Client:        byServiceName,
	Fault:         faults.Degrade{To: faults.Line{ResetName: lab.ServiceName}},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           helloResetWire,
			"router:to-client": helloResetWire,
			"router:to-server": helloResetWire,
			"line:to-client":   helloResetWire,
			"line:to-server":   helloTakenWire,
			"server":           helloTakenWire,
		},
		Counters: []harness.CounterWant{
			{Host: lab.Line, Counter: faults.LineResetCounter, AtLeast: 1},
			{Host: "server", Counter: "TcpEstabResets", Exactly: 1},
		},
	},
	Checks: []harness.Check{otherNameWorks},
})
