package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// dropNew drops what begins a connection with the service, by an address of the run's family.
var dropNew = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Flags: "SYN"}

var _ = register(harness.Scenario{
	Name:        "drop-hides-closed-port",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{1, 8},
	Title: lang.Text{
		English: "Two faults at once: a firewall drops the SYN, and behind it nobody listens: the first fault hides the second",
		Korean:  "두 가지 고장이 겹친다: 방화벽이 SYN을 드롭하고, 그 뒤에는 듣는 프로그램이 없다: 첫 고장이 두 번째를 가린다",
	},
	Story: lang.Text{
		English: `A new service that was never reached: its port is not open in the security group, and the program is not started either. The client times out, and the server's capture is empty, so that nothing of the second fault can be
seen from outside: the diagnosis can name the firewall alone, and is right. Once the rule is there, the timeout becomes "connection refused": no step back, but the proof that the packets arrive now. Whoever looks on the server meanwhile
(ss -ltn) finds both before the first is mended. Mend what is seen first, and ask again.`,
		Korean: `한 번도 닿은 적 없는 새 서비스다. 보안 그룹에 포트가 열려 있지 않고, 프로그램도 띄우지 않았다. 클라이언트는 타임아웃되고 서버의 캡처는 비어 있으므로, 밖에서는 두 번째 고장이 전혀 보이지 않는다. 진단은
방화벽만 지목할 수 있고, 그것이 맞다. 규칙을 추가하면 타임아웃이 "connection refused"로 바뀐다. 나빠진 것이 아니라 이제 패킷이 도착한다는 증거다. 그동안 서버에서 살펴보면(ss -ltn) 첫 고장을 고치기 전에 둘 다
찾는다. 먼저 보이는 것을 고치고, 다시 물어본다.`,
	},
	Alike:   routerDropsSYN,
	Verdict: "no-answer",
	Fault:   faults.Both{First: faults.FirewallRule{Host: "router", Rule: dropNew}, Second: faults.StopService{}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "router", Rule: &dropNew, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
		},
	},
})
