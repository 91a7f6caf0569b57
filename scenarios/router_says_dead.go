package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// saidDeadWire: the router asks for the host's hardware address in vain, for 3 s, and then says so.
const saidDeadWire = `
+0    > S
...
+any  < icmp unreachable host from $router
...
never < S.
never < R*
`

var _ = register(harness.Scenario{
	Name:        "router-says-dead",
	Cause:       diagnose.CauseRouterSaysDead,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The host is switched off, and its router says so: no route to host, after 3 s",
		Korean:  "호스트가 꺼져 있고 라우터가 이를 알린다: 3초 뒤에 no route to host 오류가 나온다",
	},
	Story: lang.Text{
		English: `The last router before the server asks for its hardware address (ARP, with IPv6 Neighbor Discovery), three times 1 s apart, and nobody answers. So it gives the waiting SYNs back with ICMP "host
unreachable" (IPv6: "address unreachable"), and the client hears EHOSTUNREACH after 3 s: sooner than a dead host in a cloud, where nobody says anything (stopped-host). The error comes from the
router's address, so the path up to it is well, and what lies behind it is not. A program whose timeout is below 3 s does not hear of it.`,
		Korean: `서버 바로 앞의 라우터가 서버의 MAC 주소를 1초 간격으로 세 번 묻지만(ARP, IPv6에서는 Neighbor Discovery) 아무도 대답하지 않는다. 그래서 라우터는 기다리던 SYN에 ICMP "host
unreachable"(IPv6에서는 "address unreachable")로 응답하고, 클라이언트는 3초 뒤에 EHOSTUNREACH 오류를 받는다. 아무도 알려 주지 않는 클라우드의 죽은 호스트(stopped-host)보다 빠르다. 오류는 라우터의
주소에서 온다. 그러므로 라우터까지의 경로는 정상이고, 문제는 그 뒤에 있다. 타임아웃이 3초보다 짧은 프로그램은 이 소식을 듣지 못한다.`,
	},
	Verdict: "rejected",
	Alike:   askedInVain,
	Timeout: harness.PatientTimeout,
	Fault:   faults.StopHost{Host: "server", LastHop: "router", Told: true},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: harness.NeighbourGivenUp},
		Wire: map[string]string{
			"client":           saidDeadWire,
			"router:to-client": saidDeadWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable host"},
		},
	},
})
