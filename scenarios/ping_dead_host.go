package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "ping-dead-host",
	Cause:       diagnose.CauseDeadHost,
	Group:       "ping",
	Place:       "server",
	Experiences: []int{5},
	Title: lang.Text{
		English: "ping fails because the host is switched off: the client is online, and TCP is silent too",
		Korean:  "호스트가 꺼져 있어 ping이 실패한다: 클라이언트는 온라인이고, TCP도 응답이 없다",
	},
	Story: lang.Text{
		English: `The server's instance is stopped. ping loses everything, as with a security group that drops ICMP. But a well-known host
answers, so the client is online; and TCP on the port is as silent as ping, which a filter for ICMP would not make it. The router's side
to the server shows that the echo requests left for the host.`,
		Korean: `서버 인스턴스가 정지됐다. 보안 그룹이 ICMP를 드롭할 때처럼 ping은 전부 유실된다. 하지만 잘 알려진 호스트는 응답하므로
클라이언트는 온라인이다. 그리고 해당 포트의 TCP도 ping과 마찬가지로 응답이 없는데, ICMP를 막는 필터라면 이렇게 되지
않는다. 라우터의 서버 쪽에서는 에코 요청이 호스트를 향해 나간 것이 보인다.`,
	},
	Verdict:  "no-answer",
	Topology: lab.WithWellKnown(),
	Client:   clients.Ping{},
	Alike:    deadFrames,
	Fault:    faults.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredPing,
			"router:to-client": unansweredPing,
			"router:to-server": unansweredPing,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{echoesSent},
	},
	Checks: []harness.Check{wellKnownAnswers, {
		Name: "tcp", Question: tcpWorks.Question,
		Want: harness.Want{
			Client: harness.ClientWant{Timeout: true},
			Wire:   map[string]string{"client": unansweredWire, "router:to-server": unansweredWire, "server": nothingWire},
		},
	}},
})
