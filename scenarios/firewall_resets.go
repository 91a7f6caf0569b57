package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var resetInput = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Reject: "tcp-reset"}

var _ = register(harness.Scenario{
	Name:        "firewall-resets",
	Cause:       diagnose.CauseServerRefusal,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The server's own firewall answers with RST: refused exactly as by a closed port, while the service listens",
		Korean:  "서버 자체 방화벽이 RST로 응답한다: 서비스가 리슨하고 있는데도 닫힌 포트와 똑같이 거부된다",
	},
	Story: lang.Text{
		English: `A rule rejects with a RST in the place of an ICMP error (REJECT --reject-with tcp-reset, the way to look like a closed port). The client hears ECONNREFUSED at once, and the packets are those
of closed-port, byte for byte: a RST from the server's own address. People restart a service that is well. On the server, ss -ltn shows the port in state LISTEN, and the rule's counter goes
up with each attempt.`,
		Korean: `방화벽 규칙이 ICMP 오류 대신 RST로 거부한다(REJECT --reject-with tcp-reset, 닫힌 포트처럼 보이게 하는 방법이다). 클라이언트는 곧바로 ECONNREFUSED 오류를 받고, 패킷은 closed-port
시나리오와 완전히 같다. 서버 자신의 주소에서 온 RST 패킷이다. 그래서 멀쩡한 서비스를 다시 시작하곤 한다. 서버에서 ss -ltn 명령을 실행하면 포트가 LISTEN 상태이고, 연결을 시도할 때마다
규칙의 카운터가 올라간다.`,
	},
	Verdict: "refused",
	Fault:   faults.FirewallRule{Host: "server", Rule: resetInput},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &resetInput, PacketsAt: "server", Packet: "> S"},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
})
