package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// toldWire: the router says how large a packet may be, and the client sends the data again in smaller ones.
const toldWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > *  seq 1 len !0
...
+any     < icmp too-big mtu 1400 from $router
...
+any     > *  seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    * R*
`

// smallOnlyWire: what comes behind the router is small enough, and nobody says anything.
const smallOnlyWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < P. seq 1 len !0
...
never    < icmp
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "path-mtu-discovered",
	Group:       "path",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A link on the way takes smaller packets, and the router says so: the client sends smaller ones, and all is well",
		Korean:  "경로의 한 링크가 더 작은 패킷만 받고 라우터가 이를 알려 준다: 클라이언트가 더 작게 보내므로 아무 문제가 없다",
	},
	Story: lang.Text{
		English: `The link behind the router takes packets of up to 1400 bytes, as a tunnel or a VPN does. The router drops the first full packet and says why: ICMP "fragmentation needed" with IPv4, "packet too big" with IPv6, and the
size that the link takes. The client's kernel cuts the same data into smaller segments and remembers the size for that destination: ip route get shows it for 10 minutes. The program notices nothing. This is how the path's
MTU is meant to be found (RFC 1191, RFC 8201), and why ICMP must not be filtered as a whole: without the error, the same link is a black hole (mtu-black-hole).`,
		Korean: `라우터 뒤의 링크는 터널이나 VPN처럼 1400바이트까지만 받는다. 라우터는 꽉 찬 첫 패킷을 버리고 이유를 알려 준다. IPv4에서는 ICMP "fragmentation needed", IPv6에서는 "packet too big" 메시지이고, 링크가 받는 크기도 적혀
있다. 클라이언트의 커널은 같은 데이터를 더 작은 세그먼트로 나눠 보내고, 그 목적지의 크기를 기억한다(10분 동안 ip route get 명령으로 보인다). 프로그램은 아무것도 눈치채지 못한다. 경로 MTU는 원래 이렇게 찾는다(RFC 1191, RFC
8201). ICMP를 통째로 걸러서는 안 되는 이유이기도 하다. 이 오류가 없으면 같은 링크가 블랙홀이 된다(mtu-black-hole).`,
	},
	Verdict:   "ok",
	Client:    agent.GoClient{Upload: bulk},
	Unnoticed: harness.SendsLittle,
	Fault:     faults.SmallMTU{Host: "router", Interface: lab.RouterToServer, MTU: 1400},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           toldWire,
			"router:to-client": toldWire,
			"router:to-server": smallOnlyWire,
			"server":           smallOnlyWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpRetransSegs", AtLeast: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
