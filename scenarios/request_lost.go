package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// requestUnansweredWire: the handshake, the request, and its retransmissions, which nobody acknowledges.
const requestUnansweredWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
+any     > P. seq 1 ack 1
+any     > P. seq 1 ack 1
...
never    < P*
never    < F*
never    < R*
`

var dropData = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Data: true}

var _ = register(harness.Scenario{
	Name:        "request-lost",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "established",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The request is lost on the way after a good handshake: it is sent again and again, and never arrives",
		Korean:  "핸드셰이크는 성공했지만 요청이 도중에 사라진다: 거듭 재전송해도 도착하지 않는다",
	},
	Story: lang.Text{
		English: `The handshake passes, and what is said after it does not: a filter on the way that drops by content or by size, or a path that breaks just then. The
client's kernel sends the request again after some 200 ms, and then at intervals that double; nothing acknowledges it. The client's read times out: a connect
timeout does not help, since connecting has worked. The server's capture holds the handshake alone, so the request was lost before it.`,
		Korean: `핸드셰이크는 통과하지만 그 뒤의 데이터는 통과하지 못한다. 내용이나 크기를 보고 드롭하는 중간의 필터이거나, 하필 그때 끊긴 경로다.
클라이언트의 커널은 요청을 약 200 ms 뒤에 재전송하고, 그다음부터는 간격을 두 배씩 늘린다. 확인 응답은 오지 않는다. 클라이언트의
read는 타임아웃된다. 연결은 성공했으므로 연결 타임아웃은 도움이 되지 않는다. 서버의 캡처에는 핸드셰이크만 있으므로, 요청은 서버
앞에서 사라진 것이다.`,
	},
	Verdict:       "blackhole",
	ServerVerdict: "open",
	Fault:         faults.FirewallRule{Host: "router", Rule: dropData},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           requestUnansweredWire,
			"router:to-client": requestUnansweredWire,
			"router:to-server": handshakeOnlyWire,
			"server":           handshakeOnlyWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropData, PacketsAt: "router:to-client", Packet: "> P*"},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
	Exercise: &harness.Exercise{
		Name: "request-lost", Level: 3,
		Solution: lang.Text{
			English: "The handshake passes, and the request is lost on the router: the client retransmits it again and again, and the server's capture holds the handshake alone.",
			Korean:  "핸드셰이크는 통과하지만 요청은 라우터에서 사라진다. 클라이언트는 요청을 계속 재전송하고, 서버의 캡처에는 핸드셰이크만 있다.",
		},
	},
})
