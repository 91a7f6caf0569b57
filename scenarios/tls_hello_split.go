package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// wholeHellos takes no ClientHello that does not fit into a segment: with the post-quantum key that Go's client offers it has 1478 bytes, and a
// segment has room for 1448 (IPv6: 1428). Without that key it has less than 400.
var wholeHellos = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Hello: 1400}

// helloAgainWire: the handshake is well; the first data is sent again, and none is acknowledged.
const helloAgainWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > *  seq 1 len !0
...
+any     > *  seq 1 len !0 sent !1
...
never    < P*
never    < F*
never    * R*
`

// helloLackingWire: the first segment of the data never comes; the rest of it may.
const helloLackingWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
never    > *  seq 1 len !0
never    < P*
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "tls-hello-split",
	Cause:       diagnose.CauseSplitHello,
	Group:       "tls",
	Place:       "router",
	Experiences: []int{10, 11},
	Title: lang.Text{
		English: "A firewall reads the ClientHello and drops one that fills more than a segment: TLS hangs for new clients, and works for old ones",
		Korean:  "방화벽이 ClientHello를 읽다가 한 세그먼트에 들어가지 않으면 드롭한다: 새 클라이언트만 TLS가 멈추고 옛 클라이언트는 잘 된다",
	},
	Story: lang.Text{
		English: `With a post-quantum key (X25519MLKEM768: Go 1.24, Chrome 131, OpenSSL 3.5) the ClientHello grows from some 300 bytes to some 1500, and is cut into two segments. A firewall, proxy or load balancer that looks for the server's name in the first
segment alone finds half a message, and drops it or resets the connection. So the update of a client makes one site fail, from one network; curl of yesterday works beside it. To TCP it looks like an MTU black hole: the handshake is well, the first full segment is sent again and
again, and what is behind it arrives. But full segments that carry something else pass, so that ping -M do -s 1472 and a large upload in plain HTTP work. GODEBUG=tlsmlkem=0 (Go), or openssl s_client -groups X25519, makes the message small again, and proves it.`,
		Korean: `양자 내성 키(X25519MLKEM768: Go 1.24, Chrome 131, OpenSSL 3.5)가 들어가면 ClientHello 메시지는 300바이트쯤에서 1500바이트쯤으로 커져 두 세그먼트로 나뉜다. 서버 이름을 첫 세그먼트에서만 찾는 방화벽, 프록시, 로드 밸런서는 메시지의 절반만 보고
드롭하거나 연결을 리셋한다. 그래서 클라이언트를 업데이트한 뒤에 특정 네트워크에서 특정 사이트만 안 되고, 그 옆에서 예전 curl은 잘 된다. TCP로 보면 MTU 블랙홀과 같다. 핸드셰이크는 정상이고, 꽉 찬 첫 세그먼트는 거듭 재전송되며, 그 뒤의 데이터는 도착한다.
하지만 내용이 다르면 꽉 찬 세그먼트도 지나가므로 ping -M do -s 1472 명령과 평문 HTTP의 큰 업로드는 된다. GODEBUG=tlsmlkem=0(Go)이나 openssl s_client -groups X25519를 쓰면 메시지가 다시 작아지고, 원인이 증명된다.`,
	},
	Verdict:       "mtu-blackhole",
	ServerVerdict: "open", // as far as its capture goes
	Unnoticed:     harness.SendsNoHello,
	Fixtures:      []harness.Fixture{speaksTLS},
	Client:        securely,
	Timeout:       harness.PatientTimeout,
	Fault:         faults.FirewallRule{Host: lab.RouterHost, Rule: wholeHellos},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           helloAgainWire,
			"router:to-client": helloAgainWire,
			"router:to-server": helloLackingWire,
			"server":           helloLackingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &wholeHellos, AtLeast: 2},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
