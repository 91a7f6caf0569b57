package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// resetWhileIdleWire: the RST comes a second after the reply; the client's next request never leaves it.
const resetWhileIdleWire = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
? +any   < .  seq 1
+any     < P. seq 1 len !0
+any     > .
+0.9..2  < R*
`

var _ = register(harness.Scenario{
	Name:        "server-resets-idle",
	Cause:       diagnose.CauseKeepAliveTimeout,
	Group:       "idle",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The server ends an idle connection with a RST: the next write fails before anything is sent",
		Korean:  "서버가 유휴 연결을 RST로 끝낸다: 다음 write는 아무것도 보내기 전에 실패한다",
	},
	Story: lang.Text{
		English: `As server-closes-idle, but the server ends the connection with a RST (SO_LINGER with 0 s), as devices do that have little memory. The client's kernel knows at
once that the connection is gone, and tells the program when it uses the connection again: the write fails with ECONNRESET, and not one byte leaves.
So this request can be sent again without fear, on a new connection. Both captures show that the RST came from the server, and that nothing came after it.`,
		Korean: `server-closes-idle 시나리오와 같지만, 메모리가 적은 장비처럼 서버가 RST(SO_LINGER 0초)로 연결을 끝낸다. 클라이언트의 커널은 연결이
사라진 것을 곧바로 알고, 프로그램이 그 연결을 다시 쓸 때 알려 준다. write는 ECONNRESET으로 실패하고, 한 바이트도 나가지
않는다. 그래서 이 요청은 새 연결로 다시 보내도 안전하다. 양쪽 캡처에 서버가 RST를 보냈고 그 뒤로 아무것도 오가지 않은 것이 보인다.`,
	},
	Verdict:   "reset-by-server",
	Client:    pooled,
	Unnoticed: harness.NeverRests,
	Fault:     faults.EndIdle{After: time.Second, Reset: true},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET"},
		Wire: map[string]string{
			"client":           resetWhileIdleWire,
			"router:to-client": resetWhileIdleWire,
			"router:to-server": resetWhileIdleWire,
			"server":           resetWhileIdleWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
		},
	},
})
