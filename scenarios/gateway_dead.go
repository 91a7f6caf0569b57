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
	Name:        "gateway-dead",
	Cause:       diagnose.CauseNeighbourOff,
	Group:       "local",
	Place:       "client",
	Experiences: []int{5, 11},
	Title: lang.Text{
		English: "The client's gateway is not there: no SYN leaves, and nothing beyond its own link can be reached",
		Korean:  "클라이언트의 게이트웨이가 없다: SYN은 나가지 못하고, 자기 링크 밖으로는 아무 데도 닿지 못한다",
	},
	Story: lang.Text{
		English: `The router of the client's own network is off, or the gateway in its configuration is wrong. Every packet to the outside needs the gateway's hardware address first; nobody tells it, and
connect fails with EHOSTUNREACH after 3 s, to whichever server. Hosts of the same link answer. The error is the one of a server that is off on one's own link (neighbour-dead): what tells them
apart is the address that is asked for, the gateway's and not the server's.`,
		Korean: `클라이언트가 속한 네트워크의 라우터가 꺼졌거나 게이트웨이 설정이 틀렸다. 밖으로 나가는 패킷은 모두 게이트웨이의 MAC 주소가 먼저 필요한데 아무도 알려 주지 않으므로, 어느 서버로
연결하든 3초 뒤에 EHOSTUNREACH 오류로 실패한다. 같은 링크의 호스트는 응답한다. 같은 링크의 서버가 꺼졌을 때와 오류가 같다(neighbour-dead). 둘을 구별해 주는 것은 묻는 주소다.
서버가 아니라 게이트웨이의 주소를 묻고 있다.`,
	},
	Verdict:  "no-neighbour",
	Topology: lab.WithWellKnown().Pinned(),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.Misroute{Host: "client", Kind: faults.DeadGateway},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: harness.NeighbourGivenUp},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "client", Counter: "TcpActiveOpens", Exactly: 1},
		},
	},
	Checks: []harness.Check{
		{Name: wellKnownAnswers.Name, Question: wellKnownAnswers.Question, Client: clients.Ping{}, Target: lab.WellKnown, Timeout: harness.PatientTimeout,
			Want: harness.Want{Client: harness.ClientWant{Errno: "EHOSTUNREACH", Within: harness.NeighbourGivenUp}, Wire: map[string]string{"client": nothingWire}}},
	},
})
