package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "process-killed",
	Cause:       diagnose.CauseApplicationDied,
	Group:       "service",
	Place:       "server",
	Experiences: []int{1, 11},
	Title: lang.Text{
		English: "The process is killed in the middle of a request: the connection is closed without an answer, and the next one is refused",
		Korean:  "요청을 처리하던 프로세스가 강제 종료된다: 연결은 응답 없이 닫히고, 다음 연결은 거부된다",
	},
	Story: lang.Text{
		English: `The kernel's out-of-memory killer, a deployment, or a crash on this very request ends the process. Its kernel closes what the process had open: the client gets a FIN in the place of an answer, and
hears nothing of the reason (curl: empty reply). That alone is closed-early. What tells is the next attempt: nobody listens any more, and it is refused, until a supervisor has started the service
again. With unread data the kernel sends a RST in the place of the FIN (closed-unread).`,
		Korean: `커널의 메모리 부족 킬러, 배포, 또는 바로 이 요청에서 난 비정상 종료로 프로세스가 끝났다. 프로세스가 열어 둔 것은 커널이 닫는다. 클라이언트는 응답 대신 FIN을 받고 이유는 듣지 못한다(curl: empty
reply). 여기까지는 closed-early 시나리오와 같다. 다음 시도가 구별해 준다. 리슨하는 프로세스가 없으므로, 슈퍼바이저가 서비스를 다시 띄울 때까지 연결이 거부된다. 읽지 않은 데이터가 있었다면 커널은
FIN 대신 RST를 보낸다(closed-unread).`,
	},
	Verdict: "closed-early",
	Fault:   faults.Crash{},
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
		},
	},
	Checks: []harness.Check{
		{Name: "again", Question: lang.Text{English: "Does the port still take connections?", Korean: "포트는 여전히 연결을 받는가?"},
			Want: harness.Want{Client: harness.ClientWant{Errno: "ECONNREFUSED"}, Wire: map[string]string{"client": refusedWire, "server": refusedWire}}},
	},
})
