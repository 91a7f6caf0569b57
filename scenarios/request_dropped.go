package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropArriving = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Data: true}

var _ = register(harness.Scenario{
	Name:        "request-dropped",
	Cause:       diagnose.CauseFirewallOnHost,
	Group:       "established",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The request arrives and is dropped by the server's own firewall: seen there, and never acknowledged",
		Korean:  "요청이 도착하지만 서버 자체 방화벽이 드롭한다: 서버에서 보이지만 확인 응답이 없다",
	},
	Story: lang.Text{
		English: `As request-lost, at the client. But the server's capture has the request and each of its retransmissions, since packets are captured before the
firewall sees them; what is missing is an acknowledgment, which the kernel would send at once for data that it has got. So the network is well, and
the server's firewall is where to look (nft list ruleset, with its counters).`,
		Korean: `클라이언트에서는 request-lost와 같다. 하지만 서버의 캡처에는 요청과 그 재전송이 모두 있다. 패킷은 방화벽이 보기 전에 캡처되기
때문이다. 없는 것은 확인 응답이다. 커널이 데이터를 받았다면 곧바로 보냈을 것이다. 그러니 네트워크는 정상이고, 서버의
방화벽(nft list ruleset)과 그 카운터를 살펴봐야 한다.`,
	},
	Verdict: "blackhole",
	Fault:   faults.FirewallRule{Host: "server", Rule: dropArriving},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           requestUnansweredWire,
			"router:to-client": requestUnansweredWire,
			"router:to-server": requestUnansweredWire,
			"server":           requestUnansweredWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &dropArriving, PacketsAt: "server", Packet: "> P*"},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
	Exercise: &harness.Exercise{
		Name: "request-dropped", Level: 3,
		Solution: lang.Text{
			English: "The request and its retransmissions arrive on the server, whose firewall drops them after the handshake: its capture shows them, and no acknowledgment.",
			Korean:  "요청과 그 재전송은 서버에 도착하지만, 핸드셰이크 이후의 패킷을 서버의 방화벽이 드롭한다. 서버의 캡처에 요청은 보이지만 ACK는 없다.",
		},
	},
})
