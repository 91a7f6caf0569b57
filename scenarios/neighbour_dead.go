package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "neighbour-dead",
	Cause:       diagnose.CauseNeighbourOff,
	Group:       "local",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The host on the same network is switched off: nobody answers for its address, and no SYN ever leaves",
		Korean:  "같은 네트워크의 호스트가 꺼져 있다: 그 주소에 아무도 응답하지 않아 SYN은 나가지도 못한다",
	},
	Story: lang.Text{
		English: `Client and server are on one segment, so the client must learn the server's hardware address before it can send anything (ARP, with IPv6 Neighbor Discovery). It asks three times, 1 s apart, and
hears nothing. The SYN, which has waited for the answer, is thrown away, and the program hears EHOSTUNREACH, "no route to host", after 3 s. A filter for TCP shows an empty capture: look at ARP. Behind a
router the same dead host is silent (stopped-host) or the router says so (router-says-dead).`,
		Korean: `클라이언트와 서버가 한 세그먼트에 있으므로, 클라이언트는 무엇이든 보내기 전에 서버의 MAC 주소부터 알아내야 한다(ARP, IPv6에서는 Neighbor Discovery). 클라이언트는 1초 간격으로 세 번 묻지만
아무 대답도 듣지 못한다. 대답을 기다리던 SYN은 버려지고, 프로그램은 3초 뒤에 EHOSTUNREACH, "no route to host" 오류를 받는다. TCP만 거르는 필터로는 캡처가 비어 있다. ARP를 봐야 한다. 라우터 뒤에 있는 같은
호스트라면 침묵하거나(stopped-host), 라우터가 알려 준다(router-says-dead).`,
	},
	Verdict:  "no-neighbour",
	Topology: lab.OneLAN(),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.StopHost{Host: "server", LastHop: "client", Told: true},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Stage: "connect", Within: harness.NeighbourGivenUp},
		Wire: map[string]string{
			"client": nothingWire,
			"server": nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "client", Counter: "TcpActiveOpens", Exactly: 1},
		},
	},
})
