package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "name-server-dead-and-port-closed",
	Cause:       diagnose.CauseDeadHost,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{1, 2},
	Title: lang.Text{
		English: "Two faults at once: the first name server is dead, and nobody listens on the port: a refusal that comes late",
		Korean:  "두 가지 고장이 겹친다: 첫 네임 서버가 죽었고 포트에서 듣는 프로그램도 없다: 늦게 오는 거부",
	},
	Story: lang.Text{
		English: `A refusal comes within a round trip; this one takes more than 1 s. The time is another fault's: the first name server is dead, and each lookup waits for the resolver's timeout before the second one answers. Nobody had noticed it
as long as the service answered. The capture tells them apart by their order: first questions to port 53 without an answer, then the SYN and its RST at once. curl shows it as time_namelookup beside time_connect. Both are to be mended, and
the service first, because it is what fails: with the name server alone, the refusal would only come sooner.`,
		Korean: `거부는 왕복 한 번 만에 오는데, 이번에는 1초가 넘게 걸린다. 그 시간은 다른 고장의 것이다. 첫 네임 서버가 죽어서, 이름을 조회할 때마다 리졸버의 타임아웃을 기다린 뒤에야 두 번째가 답한다. 서비스가 응답하는
동안에는 아무도 알아채지 못했다. 캡처에서는 순서로 둘을 가려낸다. 먼저 53번 포트로 보낸 질문에 답이 없고, 그다음 SYN에 곧바로 RST가 온다. curl에서는 time_connect 옆의 time_namelookup 값으로 보인다. 둘 다 고쳐야 하지만
실패하는 것은 서비스이므로 서비스가 먼저다. 네임 서버만 고치면 거부가 빨라질 뿐이다.`,
	},
	Verdict:  "no-answer",
	Second:   harness.Finding{Verdict: "refused", Cause: diagnose.CauseClosedPort},
	Topology: lab.WithTwoNames(),
	Fixtures: []harness.Fixture{nameServer, faults.NameServer{Host: lab.Names2}},
	Client:   byName,
	Fault:    faults.Both{First: faults.StopNameServer{Server: nameServer}, Second: faults.StopService{}},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Lookup: harness.LookupWant{Unanswered: 1, Wire: bySecondName(answeredLateWire, answeredQueryWire), Other: bySecondName(emptyLateWire, emptyQueryWire)},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: lab.Names2, Counter: "UdpInDatagrams", AtLeast: 2},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
		},
	},
})
