package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "router-without-route",
	Cause:       diagnose.CauseMissingRoute,
	Group:       "refused",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A router on the way has no route to the server, and says so: network is unreachable",
		Korean:  "경로상의 라우터에 서버로 가는 경로가 없고 라우터가 이를 알린다: network is unreachable",
	},
	Story: lang.Text{
		English: `A route is missing on the way: a peering without its entry in the route table, a routing protocol that has lost its neighbour, an address of the wrong range. The router that knows no
way answers with ICMP "network unreachable" (IPv6: "no route"), RFC 1812 section 5.2.7.1, and the client hears ENETUNREACH at once. Its own "no route to host" would be another number, and so
would an error of its own: without a packet. The ICMP error is signed with the address of the router whose table is to be mended. Many clouds' routers say nothing in its place
(router-null-route).`,
		Korean: `경로 중간에 라우트가 빠져 있다. 피어링을 맺고 라우팅 테이블에 항목을 넣지 않았거나, 라우팅 프로토콜이 이웃을 잃었거나, 주소 대역이 틀린 것이다. 갈 길을 모르는 라우터는
ICMP "network unreachable"(IPv6에서는 "no route")로 응답하고(RFC 1812 5.2.7.1절), 클라이언트는 곧바로 ENETUNREACH 오류를 받는다. "no route to host" 오류는 이것과 번호가 다르고, 클라이언트
자신의 오류라면 패킷이 아예 나가지 않는다. ICMP 오류의 출발지 주소가 바로 라우팅 테이블을 고쳐야 할 라우터다. 클라우드의 라우터는 대부분 이런 말을 하지 않는다
(router-null-route).`,
	},
	Verdict: "rejected",
	Fault:   faults.Misroute{Host: "router", To: "server", Kind: faults.Missing},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ENETUNREACH", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("unreachable net from $router"),
			"router:to-client": rejectedWire("unreachable net from $router"),
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable net"},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
