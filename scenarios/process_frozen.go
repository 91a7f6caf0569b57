package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// frozenWire: the second request is acknowledged, and nothing answers it.
const frozenWire = keptBegin + `...
+any     < .  seq !1 len 0
...
+any     > F*
...
+any     < .  len 0
...
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "process-frozen",
	Cause:       diagnose.CauseHangs,
	Group:       "established",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The process freezes in mid-connection: its kernel acknowledges the second request, and no reply ever comes",
		Korean:  "연결 도중에 프로세스가 얼어붙는다: 커널은 두 번째 요청에 확인 응답을 보내지만 답은 오지 않는다",
	},
	Story: lang.Text{
		English: `The first request is answered. Then the program is stopped (kill -STOP), or by a debugger, a virtual machine that is being moved, a long pause of its garbage collector, or it
waits for a lock. Its kernel lives: it acknowledges the second request and each keep-alive. So neither keep-alive nor TCP_USER_TIMEOUT ever ends this; both ask for the kernel, not for
the program. Only a deadline of the client's own does.`,
		Korean: `첫 번째 요청에는 답이 왔다. 그다음 프로그램이 정지했거나(kill -STOP), 디버거나 옮겨지는 가상 머신, 긴 가비지 컬렉션 때문에 멈췄거나, 락을 기다린다. 커널은 살아
있어서, 두 번째 요청에도 keepalive에도 확인 응답을 보낸다. 그래서 keepalive도 TCP_USER_TIMEOUT도 이 대기를 끝내지 못한다. 둘 다 프로그램이
아니라 커널을 확인하기 때문이다. 클라이언트 자신의 데드라인만이 끝낸다.`,
	},
	Verdict:   "no-reply",
	Client:    pooled,
	Unnoticed: harness.NeverRests,
	Fault:     faults.Freeze{},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           frozenWire,
			"router:to-client": frozenWire,
			"router:to-server": frozenWire,
			"server":           frozenWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
		},
	},
})
