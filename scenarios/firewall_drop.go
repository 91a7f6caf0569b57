package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropInput = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port}

var _ = register(harness.Scenario{
	Name:        "firewall-drop",
	Cause:       diagnose.CauseFirewallOnHost,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{7, 8},
	Title: lang.Text{
		English: "The server's own firewall drops the SYN: it is seen on the server, and never answered",
		Korean:  "서버 자체 방화벽이 SYN을 드롭한다: 서버에서 SYN이 보이지만 응답은 없다",
	},
	Story: lang.Text{
		English: `A rule in the server's INPUT chain drops what comes to the port (iptables -A INPUT -p tcp --dport 8080 -j DROP).
SYNs at 0, 1, 3 and 7 s, then the client's own timeout, as with a dead host. But a capture on the server shows every one of them, since
packets are captured before the firewall sees them; and the rule has counted them.`,
		Korean: `서버의 INPUT 체인에 있는 규칙이 해당 포트로 들어오는 패킷을 드롭한다(iptables -A INPUT -p tcp --dport 8080 -j DROP).
SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 여기까지는 죽은 호스트와 같다. 하지만 서버에서
캡처하면 이 SYN이 모두 보인다. 패킷은 방화벽이 보기 전에 캡처되기 때문이다. 규칙의 카운터도 그 수만큼 올라가 있다.`,
	},
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Fault:   faults.FirewallRule{Host: "server", Rule: dropInput},
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
			{Host: "server", Rule: &dropInput, PacketsAt: "server", Packet: "> S"},
		},
	},
	Exercise: &harness.Exercise{
		Name: "server-firewall", Level: 1,
		Solution: lang.Text{
			English: "The server's own firewall drops what comes to the port. A capture on the server shows each SYN, since packets are captured before the firewall sees them; \"iptables -S\" shows the rule.",
			Korean:  "서버 자신의 방화벽이 그 포트로 들어오는 패킷을 드롭한다. 패킷은 방화벽보다 먼저 캡처되므로 서버의 캡처에는 SYN이 모두 보인다. 규칙은 \"iptables -S\"로 확인한다.",
		},
	},
})
