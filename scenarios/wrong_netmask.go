package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "wrong-netmask",
	Cause:       diagnose.CauseWrongNetmask,
	Group:       "local",
	Place:       "client",
	Experiences: []int{5, 11},
	Title: lang.Text{
		English: "The client's netmask is too wide: it asks its own link for a server behind the router, and no SYN ever leaves",
		Korean:  "클라이언트의 넷마스크가 너무 넓다: 라우터 뒤의 서버를 자기 링크에서 찾으므로 SYN은 나가지도 못한다",
	},
	Story: lang.Text{
		English: `With a netmask of /8 in the place of /24, or a forgotten route from a VPN, the client takes the server for a neighbour. It asks its own link for the server's hardware address (ARP, with IPv6
Neighbor Discovery), which nobody there has, and connect fails with EHOSTUNREACH after 3 s. Other servers, outside the mask, work through the router. A capture on the client shows questions
for an address that is not of its link; ip route get shows no "via".`,
		Korean: `넷마스크가 /24 대신 /8 이거나 VPN 라우트가 남아 있어서, 클라이언트는 서버를 이웃으로 여긴다. 자기 링크에 서버의 MAC 주소를 묻지만(ARP, IPv6에서는 Neighbor Discovery) 그곳에는 그 주소를 가진
호스트가 없고, connect는 3초 뒤에 EHOSTUNREACH 오류로 실패한다. 마스크 바깥의 다른 서버에는 라우터를 거쳐 닿는다. 클라이언트의 캡처에는 자기 링크에 있지 않은 주소를 묻는 요청이 보이고,
ip route get 명령의 출력에는 "via" 항목이 없다.`,
	},
	Verdict:  "no-neighbour",
	Topology: lab.WithWellKnown().Pinned(),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.Misroute{Host: "client", To: "server", Kind: faults.Direct},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: harness.NeighbourGivenUp},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "client", Counter: "TcpActiveOpens", Exactly: 1},
		},
	},
	Checks: []harness.Check{wellKnownAnswers},
})
