package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var rejectForward = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Reject: "icmp-admin-prohibited"}

var _ = register(harness.Scenario{
	Name:        "router-reject",
	Cause:       diagnose.CauseFirewallRejects,
	Group:       "refused",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A router on the way rejects the SYN, and says that it is prohibited: no route to host",
		Korean:  "경로상의 라우터가 SYN을 거부하며 금지된 통신이라고 알린다: no route to host",
	},
	Story: lang.Text{
		English: `A router's access list does not let the port through and says so, as RFC 1812 section 5.2.7.1 would have it: ICMP
"communication administratively prohibited". The client hears "no route to host" (EHOSTUNREACH), although the route is there and ping works; on IPv6,
where the error has a name of its own, "permission denied" (EACCES). The server sees nothing of it. The ICMP error comes from the address of whoever
rejects: a capture at the client names the router to ask about, which no silent firewall does.`,
		Korean: `라우터의 접근 제어 목록이 이 포트를 통과시키지 않으며, RFC 1812 5.2.7.1절이 권하는 대로 그 사실을 ICMP "communication
administratively prohibited"로 알린다. 경로가 있고 ping도 되는데 클라이언트는 "no route to host"(EHOSTUNREACH)를
받는다. 이 오류에 별도의 이름이 있는 IPv6에서는 "permission denied"(EACCES)를 받는다. 서버에는 아무것도 보이지 않는다.
ICMP 오류는 거부한 쪽의 주소에서 온다. 그래서 클라이언트에서 캡처하면 어느 라우터를 확인해야 하는지 드러난다. 조용히
드롭하는 방화벽이라면 알 수 없다.`,
	},
	Verdict: "rejected",
	Fault:   faults.FirewallRule{Host: "router", Rule: rejectForward},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Errno6: "EACCES", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("unreachable admin-prohibited from $router"),
			"router:to-client": rejectedWire("unreachable admin-prohibited from $router"),
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &rejectForward, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "router", Counter: "IcmpOutDestUnreachs", PacketsAt: "router:to-client", Packet: "< icmp unreachable admin-prohibited"},
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable admin-prohibited"},
		},
	},
	Exercise: &harness.Exercise{
		Name: "router-rejects", Level: 2,
		Solution: lang.Text{
			English: "A router on the way rejects with an ICMP error (administratively prohibited). It is signed with the router's address, and the server has seen nothing.",
			Korean:  "중간의 라우터가 ICMP 오류(administratively prohibited)로 거부한다. ICMP 오류의 출발지 주소는 라우터의 주소이고, 서버에는 아무것도 도착하지 않았다.",
		},
	},
})
