package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var prohibitInput = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Reject: "icmp-admin-prohibited"}

var _ = register(harness.Scenario{
	Name:        "firewall-prohibits",
	Cause:       diagnose.CauseFirewallRejects,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1, 10},
	Title: lang.Text{
		English: "The server's own firewall prohibits the port: \"no route to host\", from a host that answers ping",
		Korean:  "서버 자체 방화벽이 포트를 금지한다: ping에 응답하는 호스트에서 \"no route to host\" 오류가 온다",
	},
	Story: lang.Text{
		English: `The default zone of many distributions (firewalld) rejects what is not allowed with ICMP "administratively prohibited". The client hears EHOSTUNREACH, "no route to host", on IPv6
EACCES, "permission denied", and looks for a broken route or a dead host, while the host answers ping and its service listens. The ICMP error is signed by the server's own address: the
packet has arrived. One command opens the port.`,
		Korean: `여러 배포판의 기본 방화벽(firewalld)은 허용하지 않은 패킷을 ICMP "administratively prohibited"로 거부한다. 클라이언트는 EHOSTUNREACH, "no route to host" 오류를, IPv6에서는 EACCES, "permission
denied" 오류를 받고 끊긴 경로나 죽은 호스트를 찾는다. 그러나 호스트는 ping에 응답하고 서비스도 리슨하고 있다. ICMP 오류의 출발지는 서버 자신의 주소다. 패킷이 도착했다는 뜻이다.
명령 하나로 포트를 열면 된다.`,
	},
	Verdict: "rejected",
	Fault:   faults.FirewallRule{Host: "server", Rule: prohibitInput},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Errno6: "EACCES", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("unreachable admin-prohibited from $server"),
			"router:to-client": rejectedWire("unreachable admin-prohibited from $server"),
			"router:to-server": rejectedWire("unreachable admin-prohibited from $server"),
			"server":           rejectedWire("unreachable admin-prohibited from $server"),
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &prohibitInput, PacketsAt: "server", Packet: "> S"},
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable admin-prohibited"},
		},
	},
})
