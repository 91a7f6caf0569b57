package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// closedEarlyWire: the server's FIN is the answer to the request.
const closedEarlyWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < F. ack !1 len 0
...
+any     > F. ack 2
...
never    < P*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "closed-early",
	Cause:       diagnose.CauseApplicationDied,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service closes the connection after the request, without a byte of an answer",
		Korean:  "서비스가 요청을 받은 뒤 한 바이트도 답하지 않고 연결을 닫는다",
	},
	Story: lang.Text{
		English: `The program has read the request, and ends the connection in good order: an exception that nobody catches, a worker that is ended by
its supervisor, a limit on connections or an access list. The client reads the end of the stream where the answer should begin: EOF, curl's "empty reply from server". No errno
says so, because a FIN is no error to the kernel. The journal of the server tells why the program has closed.`,
		Korean: `프로그램은 요청을 읽고 나서 연결을 정상적으로 닫는다. 아무도 처리하지 않은 예외, 관리 프로세스가 끝낸 워커, 연결 수 제한이나
접근 목록 때문이다. 클라이언트는 답이 시작되어야 할 자리에서 스트림의 끝을 읽는다. EOF이고, curl은 "empty reply from server"라고 한다. 커널에게 FIN은 오류가
아니므로 errno는 없다. 프로그램이 왜 닫았는지는 서버의 로그가 알려 준다.`,
	},
	Verdict: "closed-early",
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.CloseEarly}},
	Want: harness.Want{
		Client: harness.ClientWant{Closed: true, Stage: "read"},
		Wire: map[string]string{
			"client":           closedEarlyWire,
			"router:to-client": closedEarlyWire,
			"router:to-server": closedEarlyWire,
			"server":           closedEarlyWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 0},
		},
	},
	Checks: []harness.Check{
		{Name: "again", Question: lang.Text{English: "Does the port still take connections?", Korean: "포트는 여전히 연결을 받는가?"},
			Want: harness.Want{Client: harness.ClientWant{Closed: true, Stage: "read"}, Wire: map[string]string{"client": closedEarlyWire, "server": closedEarlyWire}}},
	},
})
