package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "snat-ports-exhausted",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{9, 10},
	Title: lang.Text{
		English: "The NAT has no port left for one more connection: it drops each SYN, while established connections go on",
		Korean:  "NAT에 새 연결에 쓸 포트가 남아 있지 않다: 맺어진 연결은 계속되고 새 SYN은 모두 드롭된다",
	},
	Story: lang.Text{
		English: `Every connection to one address and port takes a port of the NAT's own address, and a NAT has some 64000 of them, a cloud's gateway often only 1024 for each host. Here it has two, and the client
holds both. The NAT can only drop the next SYN: the client's kernel repeats it until it gives up, and connections to other servers work. The same silence comes from a conntrack table that is full. On
the NAT, conntrack -S counts insert_failed or drop; more addresses, or a pool that keeps its connections, help.`,
		Korean: `한 주소와 포트로 가는 연결은 저마다 NAT 주소의 포트를 하나씩 쓴다. NAT에는 포트가 약 64000개 있고, 클라우드의 게이트웨이는 호스트마다 1024개만 주기도 한다. 여기서는 둘뿐이고 클라이언트가 둘 다 쥐고 있다.
NAT가 할 수 있는 일은 다음 SYN을 드롭하는 것뿐이다. 클라이언트의 커널은 포기할 때까지 재전송하고, 다른 서버로 가는 연결은 된다. conntrack 테이블이 가득 찼을 때도 똑같이 침묵한다. NAT에서
conntrack -S 명령을 실행하면 insert_failed 값이나 drop 값이 늘어난다. 주소를 늘리거나 연결을 유지하는 풀을 쓰면 나아진다.`,
	},
	Verdict:  "no-answer",
	Topology: faults.Translated(),
	Fixtures: []harness.Fixture{faults.NAT{}},
	Timeout:  harness.PatientTimeout,
	Alike:    routerDropsSYN,
	Fault:    faults.Exhaust{Connections: 2, NAT: true},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
