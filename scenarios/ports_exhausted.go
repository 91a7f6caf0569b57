package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "ports-exhausted",
	Cause:       diagnose.CauseNoLocalPort,
	Group:       "local",
	Place:       "client",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client has no local port left: its own kernel refuses to connect, and no packet leaves it",
		Korean:  "클라이언트에 남은 로컬 포트가 없다: 자기 커널이 연결을 거부하고 패킷은 하나도 나가지 않는다",
	},
	Story: lang.Text{
		English: `Each connection to one address and port takes a local port, and the client has all of them in use (net.ipv4.ip_local_port_range, 28232 by default, ten here): a pool without a limit, connections
that leak, or many short ones, whose ports rest in TIME-WAIT for 60 s after the client has closed. The next connect fails at once with EADDRNOTAVAIL, "cannot assign requested address", which
sounds like a wrong address. Connections to another address or port still work, and the server is well. ss -tan on the client shows who has the ports. A pool that keeps its
connections mends it.`,
		Korean: `한 주소와 포트로 가는 연결은 저마다 로컬 포트를 하나씩 쓰는데, 클라이언트가 그 포트를 모두 쓰고 있다(net.ipv4.ip_local_port_range, 기본값은 28232개, 여기서는 열 개).
제한이 없는 풀이거나, 연결이 새고 있거나, 짧은 연결이 많은 것이다. 클라이언트가 먼저 닫은 연결의 포트는 60초 동안 TIME-WAIT 상태로 묶인다. 다음 연결은 곧바로 EADDRNOTAVAIL,
"cannot assign requested address" 오류로 실패하는데, 주소가 틀린 것처럼 들린다. 다른 주소나 포트로 가는 연결은 여전히 되고, 서버는 멀쩡하다. 클라이언트에서
소켓 목록(ss -tan)을 보면 누가 포트를 쓰는지 보인다. 연결을 유지하는 풀을 쓰면 해결된다.`,
	},
	Verdict:  "not-sent",
	Topology: faults.FewPorts(),
	Fault:    faults.UsePorts{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EADDRNOTAVAIL", Stage: "connect"},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpActiveOpens", Exactly: 0},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
