package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var fullQueue = faults.FillQueue{Backlog: 1}

var _ = register(harness.Scenario{
	Name:        "accept-queue-full",
	Cause:       diagnose.CauseQueueFull,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The accept queue is full: the program does not keep up, and the kernel drops each SYN without a word",
		Korean:  "accept 큐가 가득 찼다: 프로그램이 따라가지 못하고, 커널은 SYN을 아무 말 없이 드롭한다",
	},
	Story: lang.Text{
		English: `The kernel completes handshakes for the program and keeps them in a queue until it accepts them; its length is what the program gave to listen, at most
net.core.somaxconn. Here it is full, because the program hangs or is too slow, and Linux drops each SYN, so that the client asks again after 1 s, 3 s and 7 s. Under load some of these get
in: connects that take just over 1 s or 3 s are the mark of it. The server's capture looks as with firewall-drop; its kernel tells: TcpExtListenOverflows grows (nstat), and ss -ltn shows a
Recv-Q above its Send-Q.`,
		Korean: `커널은 프로그램 대신 핸드셰이크를 끝내고, 프로그램이 accept할 때까지 연결을 큐에 넣어 둔다. 큐의 길이는 프로그램이 listen에 준 값이며, net.core.somaxconn 값을
넘지 못한다. 여기서는 프로그램이 멈췄거나 너무 느려서 큐가 가득 찼고, Linux는 SYN을 모두 드롭한다. 그래서 클라이언트는 1초, 3초, 7초에 다시 묻는다. 부하가 걸린
상황에서는 그중 일부가 들어간다. 1초나 3초를 조금 넘는 연결 시간이 그 표시다. 서버의 캡처는 firewall-drop 시나리오와 똑같아 보인다. 구별해 주는 것은 커널이다.
TcpExtListenOverflows 카운터가 늘어나고(nstat), ss -ltn을 실행하면 Send-Q 값보다 큰 Recv-Q 값이 보인다.`,
	},
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   fullQueue,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpExtListenOverflows", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
