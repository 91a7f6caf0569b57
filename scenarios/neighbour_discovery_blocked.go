package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var serverHidesItself = faults.BlockNeighbours{Host: lab.ServerHost, LastHop: lab.RouterHost}

var _ = register(harness.Scenario{
	Name:        "neighbour-discovery-blocked",
	Cause:       diagnose.CauseNeighbourFiltered,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server's own firewall drops all ICMPv6, Neighbor Discovery too (with IPv4: ARP): no route to host, from a router that finds nobody",
		Korean:  "서버의 방화벽이 ICMPv6을 Neighbor Discovery까지 모두 드롭한다(IPv4에서는 ARP): 라우터가 서버를 찾지 못해 no route to host 오류가 나온다",
	},
	Story: lang.Text{
		English: `A firewall rule for ping takes more than ping. IPv6 has its Neighbor Discovery in ICMPv6 (RFC 4861): a host that drops all of it never hears who asks for its hardware address, and RFC 4890 section 4.4.1 lists these messages among those that must not be dropped. At first all is well, because the router
remembers the address. Once it has forgotten it, after minutes without traffic or at its next restart, it asks three times 1 s apart, and nobody answers; it gives the SYN back with ICMPv6 "address unreachable", and the client hears EHOSTUNREACH after 3 s. IPv4 works beside it, so that clients that try both addresses are only slow. With
IPv4 the same takes a filter of its own (arptables, nft family arp), since iptables sees no ARP. In front it looks like a dead host (router-says-dead). The server's console says that it is up, and its capture shows the question that it does not answer.`,
		Korean: `ping 하나를 막으려던 방화벽 규칙이 더 많은 것을 막는다. IPv6에서는 Neighbor Discovery가 ICMPv6 안에 있어서(RFC 4861), ICMPv6을 모두 드롭하는 호스트는 자기 MAC 주소를 묻는 말을 듣지 못한다. RFC 4890 4.4.1절은 이 메시지를 드롭하면 안 되는 것으로 꼽는다. 처음에는 라우터가 주소를 기억하므로 아무 문제가
없다. 트래픽 없이 몇 분이 지나거나 라우터가 재시작해 주소를 잊으면, 라우터가 1초 간격으로 세 번 물어도 아무도 대답하지 않는다. 라우터는 SYN에 ICMPv6 "address unreachable"로 응답하고 클라이언트는 3초 뒤에 EHOSTUNREACH 오류를 받는다. 그 옆에서 IPv4는 잘 되므로, 두 주소를 다 시도하는 클라이언트는 느려질 뿐이다.
iptables에는 ARP가 보이지 않으므로 IPv4에서는 따로 필터를 걸어야 같은 일이 생긴다(arptables, nft의 arp 패밀리). 앞에서 보면 죽은 호스트 같다(router-says-dead). 그러나 콘솔에서 보면 서버는 켜져 있고, 서버의 캡처에는 대답하지 않은 질문이 보인다.`,
	},
	Verdict: "rejected",
	Alike:   askedInVain,
	Timeout: harness.PatientTimeout,
	Fault:   serverHidesItself,
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: harness.NeighbourGivenUp},
		Wire: map[string]string{
			"client":           saidDeadWire,
			"router:to-client": saidDeadWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: serverHidesItself, AtLeast: 3}, // it is asked three times
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable host"},
		},
	},
})
