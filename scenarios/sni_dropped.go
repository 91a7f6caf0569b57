package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// helloUnansweredWire: the handshake of TCP is well; the ClientHello is sent again and again, and nothing comes back.
const helloUnansweredWire = `
+0   > S
...
+any < S.
...
+any > .  seq 1 ack 1
+any > *  seq 1 len !0
...
+any > *  seq 1 len !0 sent !1
...
never < P*
never < F*
never * R*
`

// helloMissingWire: behind the filter there is the handshake of TCP, and nothing else.
const helloMissingWire = `
+0   > S
...
+any < S.
...
+any > .  seq 1 ack 1
...
never > *  len !0
never < P*
never * R*
`

var _ = register(harness.Scenario{
	Name:        "sni-dropped",
	Cause:       diagnose.CauseSNIFilter,
	Group:       "tls",
	Place:       lab.Line,
	Experiences: []int{10},
	Title: lang.Text{
		English: "A filter on the way reads the server's name in the ClientHello and drops the connection's packets silently: another name at the same address works",
		Korean:  "경로상의 필터가 ClientHello에서 서버 이름을 읽고 그 연결의 패킷을 말없이 드롭한다: 같은 주소의 다른 이름은 된다",
	},
	Story: lang.Text{
		English: `The filter of sni-reset, and a quieter one: it finds a name of its list in the ClientHello (SNI, RFC 6066 section 3) and from then on drops what the client sends on that connection, this message included. Nobody is told. The client's kernel sends the
ClientHello again after some 200 ms and at intervals that double, and the TLS handshake ends by a timeout of the client's (curl exit code 28, Go "TLS handshake timeout"), or after some 15 minutes by the kernel's. The server sees a client that connects and says nothing. With a
post-quantum key the ClientHello fills a segment, so that a capture looks like an MTU black hole; but another name at the same address works with a message of the same size: openssl s_client -connect ADDRESS:443 -servername NAME, once with each name, proves it. Encrypted ClientHello (RFC
9849) hides the name.`,
		Korean: `sni-reset 시나리오의 필터보다 조용한 필터다. ClientHello에서 목록에 있는 이름을 발견하면(SNI, RFC 6066 3절) 그 메시지부터 클라이언트가 그 연결에서 보내는 것을 모두 드롭한다. 아무에게도 알리지 않는다. 클라이언트의 커널은 ClientHello를 약 200 ms 뒤에, 그다음부터는
간격을 두 배씩 늘려 재전송한다. TLS 핸드셰이크는 클라이언트의 타임아웃으로 끝나거나(curl 종료 코드 28, Go "TLS handshake timeout") 15분쯤 뒤에 커널의 타임아웃으로 끝난다. 서버에는 연결만 하고 아무 말도 하지 않는 클라이언트로 보인다. 양자 내성 키가 들어간 ClientHello는
한 세그먼트를 채우므로 캡처는 MTU 블랙홀처럼 보인다. 그러나 같은 주소의 다른 이름은 같은 크기의 메시지로도 된다. openssl s_client -connect ADDRESS:443 -servername NAME 명령을 이름마다 한 번씩 실행하면 증명된다. Encrypted ClientHello(RFC 9849)는 이름을 감춘다.`,
	},
	Verdict:       "mtu-blackhole",
	ServerVerdict: "open", // as far as its capture goes
	Unnoticed:     harness.SpeaksPlain,
	Topology:      lab.WithLine(),
	Fixtures:      []harness.Fixture{faults.Line{}, speaksTLS},
	Client:        byServiceName,
	Fault:         faults.Degrade{To: faults.Line{DropName: lab.ServiceName}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           helloUnansweredWire,
			"router:to-client": helloUnansweredWire,
			"router:to-server": helloUnansweredWire,
			"line:to-client":   helloUnansweredWire,
			"line:to-server":   helloMissingWire,
			"server":           helloMissingWire,
		},
		Counters: []harness.CounterWant{
			{Host: lab.Line, Counter: faults.LineDroppedCounter, AtLeast: 2},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpEstabResets", Exactly: 0},
		},
	},
	Checks: []harness.Check{otherNameWorks},
})
