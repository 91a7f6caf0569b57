package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// acknowledgedForTheServerWire: handshake, request and keep-alives are answered as if somebody were there, and no reply comes.
const acknowledgedForTheServerWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < S. seq 0 ack 1 win !0 <mss $MSS,...>
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < .  seq 1 ack !1 len 0
+0.9..2  > .  len 0
+0..0.25 < .  seq 1 ack !1 len 0
...
+any     > F* ack 1
...
never    < P*
never    < F*
never    * R*
`

// calledInVainWire: behind the middlebox nothing but its SYN is sent, again and again.
const calledInVainWire = `
+0      > S
+0.8..2 > S sent !1
...
never   > .
never   > P*
never   < *
`

var _ = register(harness.Scenario{
	Name:        "middlebox-acknowledges",
	Cause:       diagnose.CauseBackendLost,
	Group:       "devices",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server is gone, and a middlebox acknowledges in its place: connection, request and keep-alives are answered, and only the client's own deadline ends the wait",
		Korean:  "서버는 사라졌는데 중간 장비가 대신 확인 응답을 보낸다: 연결, 요청, keepalive에 모두 응답이 와서 클라이언트 자신의 데드라인만이 대기를 끝낸다",
	},
	Story: lang.Text{
		English: `A device that splits TCP (a proxy, an accelerator for satellite or mobile links, a WAN optimizer, a service mesh) ends the client's connection itself and has another one to the server. The server is switched off, and the client cannot tell: the handshake is complete after one round trip,
the kernel has an acknowledgment for the request, and each keep-alive is answered. None of the kernel's timers runs: nothing is left to be sent again, so that TCP_USER_TIMEOUT does not count, and keep-alive finds the other end alive, because that end is the device. Only a deadline of the application's own ends the
wait. It looks like a process that is frozen (process-frozen, service-hangs), whose own kernel acknowledges; but there the server's capture has the request, and here nothing of the client's has ever gone beyond the device, which calls in vain. A time to live in the answers that fits a nearer host betrays it, too.`,
		Korean: `TCP 연결을 둘로 나누는 장비(프록시, 위성이나 이동통신 회선의 가속기, WAN 최적화 장비, 서비스 메시)는 클라이언트의 연결을 스스로 받고 서버와는 따로 연결을 맺는다. 서버는 꺼져 있지만 클라이언트는 알 수 없다. 핸드셰이크는 왕복 한 번에 끝나고, 커널은 요청에 대한 확인 응답을 받았고, keepalive에도
매번 응답이 온다. 커널의 타이머는 어느 것도 돌지 않는다. 재전송할 것이 없으므로 TCP_USER_TIMEOUT은 시간을 재지 않고, keepalive는 상대가 살아 있다고 본다. 그 상대가 바로 장비다. 애플리케이션 자신의 데드라인만이 대기를 끝낸다. 자신의 커널이 확인 응답을 보내는 멈춘 프로세스와 똑같아
보인다(process-frozen, service-hangs). 그러나 그때는 서버의 캡처에 요청이 있고, 여기서는 클라이언트가 보낸 것이 장비 너머로 나간 적이 없으며 장비가 헛되이 서버를 부른다. 응답의 TTL이 더 가까운 호스트의 것이라는 점도 단서가 된다.`,
	},
	Alike:    deadFrames,
	Verdict:  "no-reply",
	Fixtures: []harness.Fixture{connectionBalancer},
	Target:   "router",
	Client:   agent.GoClient{KeepAlive: time.Second},
	Timeout:  4 * time.Second,
	Fault:    faults.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           acknowledgedForTheServerWire,
			"router:to-client": acknowledgedForTheServerWire,
			"router:to-server": calledInVainWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPKeepAlive", AtLeast: 2},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
			{Host: "router", Counter: "TcpExtTCPSynRetrans", AtLeast: 1},
		},
	},
})
