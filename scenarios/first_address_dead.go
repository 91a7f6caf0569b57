package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "first-address-dead",
	Cause:       diagnose.CauseDeadHost,
	Group:       "names",
	Place:       "server",
	Experiences: []int{2},
	Title: lang.Text{
		English: "The first of two addresses is a dead host's: each connection begins with a wait, or fails",
		Korean:  "두 주소 중 첫 번째가 죽은 호스트의 것이다: 연결마다 기다림으로 시작하거나 실패한다",
	},
	Story: lang.Text{
		English: `The service's name has two addresses, and the host of the first is switched off: the old primary after a failover, or a node that the name
still lists. A client that tries several addresses (RFC 8305) hears nothing for 250 ms, tries the second besides, and succeeds: each new connection
is so much late. A program that tries them one after the other waits for its own timeout or its kernel's first, which is 127 s on Linux.`,
		Korean: `서비스 이름에 주소가 두 개 있는데, 첫 번째 호스트가 꺼져 있다. 페일오버 뒤의 이전 프라이머리이거나, 이름에 아직 남아 있는
노드다. 여러 주소를 시도하는 클라이언트(RFC 8305)는 250ms 동안 응답이 없으면 두 번째 주소도 시도해서 성공하며, 새 연결마다 그만큼
늦어진다. 주소를 차례로 시도하는 프로그램은 자체 타임아웃이나 커널의 타임아웃(Linux에서는 127초)까지 먼저 기다린다.`,
	},
	Verdict:  "no-answer",
	Alike:    deadFrames,
	Topology: lab.WithSecond(),
	Also:     []harness.Address{{Host: lab.Second, Wire: servedBySecond}},
	Fixtures: []harness.Fixture{faults.Standby{Host: lab.Second}},
	Fault:    faults.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{After: lab.AttemptDelay},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
			"second":           nothingWire,
		},
		Counters: []harness.CounterWant{{Host: lab.Second, Counter: "TcpPassiveOpens", Exactly: 1}},
	},
})
