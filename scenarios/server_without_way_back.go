package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "server-without-way-back",
	Cause:       diagnose.CauseNoWayBack,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{7, 11},
	Title: lang.Text{
		English: "The server has no route back to the client: the SYN arrives, and the kernel has nowhere to send its answer",
		Korean:  "서버에 클라이언트로 돌아갈 경로가 없다: SYN은 도착하지만 커널이 응답을 보낼 곳이 없다",
	},
	Story: lang.Text{
		English: `The server has lost its default gateway, or never had one: hosts of its own subnet reach it, all others do not. The SYN arrives and is captured, the service listens, no firewall has a
rule, and yet no answer leaves: the kernel looks for a route to the client before it answers, finds none, and drops the SYN. It looks exactly as if the server's own firewall dropped it
(firewall-drop). The kernel counts IpOutNoRoutes (nstat), and ip route get with the client's address says it in one line.`,
		Korean: `서버의 기본 게이트웨이가 사라졌거나 처음부터 없었다. 같은 서브넷의 호스트는 서버에 닿고, 나머지는 닿지 못한다. SYN은 도착해 캡처에도 잡히고, 서비스는 리슨하고 있으며, 방화벽
규칙도 없다. 그런데도 응답이 나가지 않는다. 커널은 응답하기 전에 클라이언트로 가는 경로를 찾는데, 찾지 못하면 SYN을 드롭하기 때문이다. 서버 자체 방화벽이 드롭할 때와
똑같아 보인다(firewall-drop). 커널의 IpOutNoRoutes 카운터가 늘어나고(nstat), 클라이언트의 주소로 ip route get 명령을 실행하면 한 줄로 알 수 있다.`,
	},
	Alike:     noRouteBack,
	Verdict:   "no-answer",
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.IsTranslated,
	Fault:     faults.NoRoute{Host: "server"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Counter: "TcpExtListenDrops", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpExtListenOverflows", Exactly: 0},
			{Host: "server", Counter: "IpOutNoRoutes", PacketsAt: "server", Packet: "> S"},
		},
	},
})
