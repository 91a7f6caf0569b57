package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "server-wrong-gateway",
	Cause:       diagnose.CauseNoWayBack,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{7, 11},
	Title: lang.Text{
		English: "The server's gateway is wrong: its answers wait for a hardware address that nobody tells",
		Korean:  "서버의 게이트웨이가 틀렸다: 응답은 아무도 알려 주지 않는 MAC 주소를 기다린다",
	},
	Story: lang.Text{
		English: `Somebody has mistyped the gateway, or has taken it away, as often happens when a server moves to another subnet. The SYN arrives, the service's kernel makes a SYN-ACK, and must ask for
the gateway's hardware address (ARP, with IPv6 Neighbor Discovery) before that can leave. Nobody answers. A filter for TCP on the server shows SYNs without answers, as with firewall-drop; without
the filter the same capture shows the question, again and again. That is the whole diagnosis.`,
		Korean: `게이트웨이를 잘못 입력했거나 게이트웨이가 없어졌다. 서버를 다른 서브넷으로 옮길 때 흔히 생긴다. SYN이 도착하고 커널은 SYN-ACK 패킷을 만들지만, 내보내려면 게이트웨이의 MAC 주소를 먼저 물어야
한다(ARP, IPv6에서는 Neighbor Discovery). 아무도 대답하지 않는다. 서버에서 TCP만 거르면 firewall-drop 시나리오처럼 응답 없는 SYN만 보이고, 필터를 빼면 같은 캡처에 거듭되는 물음이
보인다. 진단은 그것으로 끝난다.`,
	},
	Alike:     answerNotTaken,
	Verdict:   "no-answer",
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.IsTranslated,
	Fault:     faults.Misroute{Host: "server", Kind: faults.DeadGateway},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Counter: "TcpRetransSegs", AtLeast: 1},
		},
	},
})
