package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// circlingWire: one SYN passes again and again, and is never answered here. The error that ends it goes to the client.
const circlingWire = `
+0       > S
+0..0.25 > S
+0..0.25 > S
+0..0.25 > S
+0..0.25 > S
...
never    < S*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "routing-loop",
	Cause:       diagnose.CauseRoutingLoop,
	Group:       "path",
	Place:       "core",
	Experiences: []int{10},
	Title: lang.Text{
		English: "Two routers send the packets to each other until their time to live ends: no route to host, at once",
		Korean:  "두 라우터가 패킷을 TTL이 다할 때까지 서로에게 보낸다: 곧바로 no route to host 오류가 난다",
	},
	Story: lang.Text{
		English: `The router sends what goes to the server on to the core, and the core sends it back: a static route that was left behind, a default route at both ends of a link for a subnet that neither has any more, or two routing
protocols that believe each other for a moment. One SYN goes round some sixty times within a millisecond, at each place with a time to live that is less by 2 each time, and is then thrown away with ICMP "time exceeded" (RFC
792; ICMPv6 "hop limit exceeded"). The client's kernel makes "no route to host" of it, EHOSTUNREACH, at once. In traceroute two addresses take turns. Where the error is filtered, the same loop looks like a silent host
(stopped-host), and only a capture within it tells.`,
		Korean: `라우터는 서버로 가는 패킷을 코어로 넘기고, 코어는 이를 되돌려 보낸다. 지우지 않은 정적 라우트, 이제는 어느 쪽에도 없는 서브넷을 두고 링크 양 끝이 서로를 가리키는 기본 라우트, 또는 잠시 서로를 믿는 두 라우팅 프로토콜
때문이다. SYN 하나가 순식간에 예순 번쯤 오가고, 한 지점에서 볼 때마다 TTL이 2씩 줄다가, ICMP "time exceeded" 오류와 함께 버려진다(RFC 792, ICMPv6에서는 "hop limit exceeded"). 클라이언트의 커널은 이를 EHOSTUNREACH, "no
route to host" 오류로 곧바로 알린다. traceroute에서는 두 주소가 번갈아 나온다. 이 오류가 걸러지면 같은 루프도 죽은 호스트처럼 조용하고(stopped-host), 루프 안에서 캡처해야만 알 수 있다.`,
	},
	Verdict:  "rejected",
	Topology: faults.LoopedCore(),
	Fault:    faults.Loop{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("time-exceeded from $core"),
			"router:to-client": rejectedWire("time-exceeded from $core"),
			"router:to-server": circlingWire,
			"core:to-client":   circlingWire,
			"core:to-server":   nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "IpForwDatagrams", AtLeast: 30},
			{Host: "core", Counter: "IpForwDatagrams", AtLeast: 30},
			{Host: "client", Counter: "IcmpInTimeExcds", PacketsAt: "client", Packet: "< icmp time-exceeded"},
		},
	},
})
