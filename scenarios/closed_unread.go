package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "closed-unread",
	Cause:       diagnose.CauseAborted,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service closes with the request unread, and its kernel resets the connection",
		Korean:  "서비스가 요청을 읽지 않은 채 닫아서 커널이 연결을 리셋한다",
	},
	Story: lang.Text{
		English: `The program closes the socket in an orderly way, and the client's data still waits in it: an upload that is refused before its end, a
server that is stopped, a process killed with work in its queue. The kernel sends RST and no FIN, so that the client learns that its data was not read (RFC 2525 section 2.17). An
answer that was sent before may be lost with it. On the server, the counter TcpExtTCPAbortOnClose grows (nstat).`,
		Korean: `프로그램은 소켓을 정상적으로 닫지만, 그 안에는 아직 클라이언트의 데이터가 남아 있다. 끝나기 전에 거절된 업로드, 정지된 서버, 처리할
일이 남은 채 종료된 프로세스가 그렇다. 커널은 FIN이 아니라 RST를 보내, 데이터가 읽히지 않았음을 클라이언트에게 알린다(RFC 2525 section 2.17). 그전에 보낸 답도 함께
사라질 수 있다. 서버에서 TcpExtTCPAbortOnClose 카운터가 늘어난다(nstat).`,
	},
	Verdict: "reset-by-server",
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.CloseUnread}},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           serviceResetWire,
			"router:to-client": serviceResetWire,
			"router:to-server": serviceResetWire,
			"server":           serviceResetWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpExtTCPAbortOnClose", Exactly: 1},
			{Host: "server", Counter: "TcpExtTCPAbortOnData", Exactly: 0},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
		},
	},
})
