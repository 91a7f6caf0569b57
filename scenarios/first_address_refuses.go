package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// servedBySecond is a connection with the second server, as each vantage point sees it: the first server has nothing of it.
var servedBySecond = map[string]string{
	"client":           servedWire,
	"router:to-client": servedWire,
	"router:to-server": servedWire,
	"server":           nothingWire,
	"second":           servedWire,
}

var _ = register(harness.Scenario{
	Name:        "first-address-refuses",
	Cause:       diagnose.CauseClosedPort,
	Group:       "names",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The first of two addresses refuses: a client that tries the next one notices nothing, another one fails at once",
		Korean:  "두 주소 중 첫 번째가 거부한다: 다음 주소를 시도하는 클라이언트는 알아채지 못하고, 다른 클라이언트는 바로 실패한다",
	},
	Story: lang.Text{
		English: `The service's name has two addresses, of an old primary and a new one, or of two replicas. On the first host the program is down, and its
kernel answers the SYN with RST. A client that tries every address goes on to the second at once and succeeds; nobody sees an error, and one host
does all the work. A client that knows only the first address hears "connection refused".`,
		Korean: `서비스 이름에 주소가 두 개 있다. 이전 프라이머리와 새 프라이머리, 또는 두 복제본의 주소다. 첫 호스트에서는 프로그램이 내려가
있어서 커널이 SYN에 RST로 응답한다. 모든 주소를 시도하는 클라이언트는 곧바로 두 번째 주소로 넘어가 성공한다. 에러는 보이지 않고,
한 호스트가 모든 일을 떠맡는다. 첫 주소만 아는 클라이언트는 "connection refused"를 받는다.`,
	},
	Verdict:  "refused",
	Alike:    notListeningThere,
	Topology: lab.WithSecond(),
	Also:     []harness.Address{{Host: lab.Second, Wire: servedBySecond}},
	Fixtures: []harness.Fixture{faults.Standby{Host: lab.Second}},
	Fault:    faults.StopService{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
			"second":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: lab.Second, Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
