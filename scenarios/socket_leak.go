package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// leakWire: the answer is complete, the client closes in the end, and the server never does.
const leakWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len 50
...
+any     > F* seq !1
...
+any     < .  seq !1 len 0
...
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "socket-leak",
	Cause:       diagnose.CauseSocketLeak,
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service forgets to close: the client reads to the end that never comes, and the server is left in CLOSE-WAIT",
		Korean:  "서비스가 닫는 것을 잊는다: 클라이언트는 오지 않는 끝을 기다리고, 서버에는 CLOSE-WAIT 상태가 남는다",
	},
	Story: lang.Text{
		English: `The answer comes at once, and the service does not close the connection although the client has asked for it ("Connection: close"). A client that reads the announced length has
its answer; one that reads to the end of the connection waits until its timeout. When the client closes, the server's kernel acknowledges the FIN and waits for its program, in state
CLOSE-WAIT and without a timeout: ss on the server shows more of them with every request, until its file descriptors are used up.`,
		Korean: `답은 곧바로 오지만, 클라이언트가 요청했는데도("Connection: close") 서비스가 연결을 닫지 않는다. 예고된 길이만큼 읽는 클라이언트는 답을 다 받았지만,
연결이 끝날 때까지 읽는 클라이언트는 타임아웃까지 기다린다. 클라이언트가 닫으면 서버의 커널은 FIN에 확인 응답을 보내고, CLOSE-WAIT 상태로 타임아웃도 없이
프로그램을 기다린다. 서버에서 소켓 목록(ss)을 보면 요청할 때마다 그런 연결이 늘어나고, 결국 파일 디스크립터가 바닥난다.`,
	},
	Verdict:   "half-closed",
	Unnoticed: harness.ReadsByLength,
	Fault:     faults.Misbehave{To: lab.Service{Behaviour: lab.KeepOpen}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           leakWire,
			"router:to-client": leakWire,
			"router:to-server": leakWire,
			"server":           leakWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
		},
	},
})
