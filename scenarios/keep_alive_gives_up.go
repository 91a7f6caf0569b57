package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// keepAlivesUnansweredWire: the request is acknowledged, and then three keep-alives go unanswered, a second apart; a second later the kernel gives up.
const keepAlivesUnansweredWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < .  seq 1 len 0
+0.9..2  > .  len 0
+0.9..2  > .  len 0
+0.9..2  > .  len 0
+0.9..2  > R*
never    < P*
never    < F*
`

// requestTakenWire: on the other side the reply comes, and comes again; nothing comes from the client.
const requestTakenWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < .  seq 1 len 0
+1..3    < P. seq 1 len !0
...
+any     < *  seq 1 len !0 sent !1
...
never    * R*
`

var cutAfterRequest = faults.Cut{From: faults.AfterRequest}

var _ = register(harness.Scenario{
	Name:        "keep-alive-gives-up",
	Cause:       diagnose.CauseForgotten,
	Group:       "established",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The path breaks while the client waits for its answer: keep-alive finds it out after 4 s, and nothing else ever would",
		Korean:  "클라이언트가 응답을 기다리는 동안 경로가 끊긴다: keepalive가 4초 뒤에 알아내고, 그것이 없으면 아무도 알아내지 못한다",
	},
	Story: lang.Text{
		English: `The request has arrived and is acknowledged; while the server works, the path between the two breaks, or the server loses its power. Nothing is on its way that could be sent again, so the client's kernel has no reason to
send anything, and a read without a deadline waits for ever: not for 15 minutes, as it would with unacknowledged data, but until somebody restarts the program. With SO_KEEPALIVE the kernel asks. Here it asks after 1 s
(TCP_KEEPIDLE), three times (TCP_KEEPCNT), 1 s apart (TCP_KEEPINTVL), and the read ends with ETIMEDOUT after 4 s. Linux by default takes 2 hours, 9 questions and 75 s; Go 15 s, 9 and 15 s: 2.5 minutes. Data that is not
acknowledged keeps the questions from being asked: TCP_USER_TIMEOUT is for that.`,
		Korean: `요청은 도착했고 확인 응답도 왔다. 서버가 일하는 동안 둘 사이의 경로가 끊기거나 서버의 전원이 나간다. 재전송할 것이 하나도 없으므로 클라이언트의 커널은 아무것도 보낼 이유가 없고, 데드라인 없는 read는 영원히 기다린다. 확인
응답을 못 받은 데이터가 있을 때처럼 15분이 아니라, 누군가 프로그램을 다시 시작할 때까지다. SO_KEEPALIVE를 켜면 커널이 묻는다. 여기서는 1초 뒤에(TCP_KEEPIDLE) 세 번(TCP_KEEPCNT) 1초 간격으로(TCP_KEEPINTVL) 묻고, read는 4초 만에
ETIMEDOUT으로 끝난다. Linux의 기본값은 2시간, 9번, 75초이고 Go는 15초, 9번, 15초로 2.5분이다. 확인 응답을 못 받은 데이터가 있으면 커널은 묻지 않는다. 그때는 TCP_USER_TIMEOUT을 쓴다.`,
	},
	Verdict: "blackhole",
	Client:  agent.GoClient{KeepAlive: time.Second},
	Timeout: harness.PatientTimeout,
	Fault:   faults.Both{First: faults.Misbehave{To: lab.Service{Behaviour: lab.ServeLate, Delay: 2 * time.Second}}, Second: cutAfterRequest},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ETIMEDOUT", Stage: "read", Within: 6 * time.Second},
		Wire: map[string]string{
			"client":           keepAlivesUnansweredWire,
			"router:to-client": keepAlivesUnansweredWire,
			"router:to-server": requestTakenWire,
			"server":           requestTakenWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPKeepAlive", Exactly: 3},
			{Host: "client", Counter: "TcpExtTCPAbortOnTimeout", Exactly: 1},
		},
	},
})
