package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "duplicate-address",
	Cause:       diagnose.CauseTwoMachines,
	Group:       "refused",
	Place:       "twin",
	Experiences: []int{11},
	Title: lang.Text{
		English: "A second machine has the server's address: the client speaks with that one, which refuses",
		Korean:  "다른 장비가 서버와 같은 주소를 쓴다: 클라이언트가 그 장비와 통신하고, 연결은 거부된다",
	},
	Story: lang.Text{
		English: `A virtual machine was copied with its address, DHCP has given away a static one, or both nodes of a cluster take themselves for the active one. Whoever answers ARP last, or announces itself (gratuitous ARP; with IPv6 an unsolicited
neighbour advertisement), gets the client's packets. Here that is the wrong machine: nobody listens there, and its kernel refuses with RST. On the server the service listens and its capture is empty, so that each side believes the other
to blame; some clients reach the server and others do not, and it changes within minutes. ip neigh on the client shows a hardware address that is not the server's; arping shows both.`,
		Korean: `가상 머신을 주소까지 복사했거나, DHCP가 고정 주소를 다른 장비에 내주었거나, 클러스터의 두 노드가 모두 자신을 활성 노드라고 여긴다. 마지막으로 ARP에 응답하거나 자신을 알린 장비(gratuitous ARP, IPv6에서는 요청 없이 보내는 neighbour
advertisement)가 클라이언트의 패킷을 받는다. 여기서는 엉뚱한 장비다. 그곳에는 리슨하는 프로세스가 없으므로 커널이 RST로 거부한다. 서버에서는 서비스가 리슨하고 있고 캡처는 비어 있으므로 양쪽이 서로를 탓한다. 닿는 클라이언트도 있고 닿지
못하는 클라이언트도 있으며, 몇 분 사이에 바뀌기도 한다. 클라이언트에서 ip neigh 명령을 실행하면 서버의 것이 아닌 MAC 주소가 보이고, arping으로는 둘 다 보인다.`,
	},
	Verdict:  "refused",
	Topology: lab.OneLAN(),
	Fault:    faults.DuplicateAddress{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Wire: map[string]string{
			"client": refusedWire,
			"twin":   refusedWire,
			"server": nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "twin", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "server", Counter: "TcpInSegs", Exactly: 0},
		},
	},
})
