package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// unheardWire: the SYN-ACK comes, again and again, and the client's kernel never gets it.
const unheardWire = `
+0        > S  seq 0 win !0
+0..0.25  < S. seq 0 ack 1
...
+any      > S  seq 0
...
never     > .
never     * R*
`

var dropAnswersIn = faults.Rule{Chain: "INPUT", Proto: "tcp", SourcePort: lab.Port}

var _ = register(harness.Scenario{
	Name:        "client-firewall-drops-answers",
	Cause:       diagnose.CauseClientDrops,
	Group:       "silent",
	Place:       "client",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client's own firewall drops the answers: its capture shows each SYN-ACK, and its kernel never gets one",
		Korean:  "클라이언트 자체 방화벽이 응답을 드롭한다: 캡처에는 SYN-ACK이 모두 보이지만, 커널은 하나도 받지 못한다",
	},
	Story: lang.Text{
		English: `A rule in the client's INPUT chain drops what comes from the port, as one does that was written without "established, related". The SYN leaves, the server
answers, and the SYN-ACK arrives: packets are captured before the INPUT chain. The kernel behind the rule hears nothing and sends its SYN again; the server sends its SYN-ACK
again. A capture at the client that holds the answers of a server beside a client that times out means that the client itself drops them.`,
		Korean: `클라이언트의 INPUT 체인에 있는 규칙이 그 포트에서 오는 패킷을 드롭한다. 이미 맺어진 연결의 패킷("established, related")을 빠뜨린 규칙이 이렇게 한다. SYN은 나가고
서버는 응답하며 SYN-ACK도 도착한다. 패킷은 INPUT 체인을 지나기 전에 캡처되기 때문이다. 규칙 뒤에 있는 커널은 아무것도 듣지 못해 SYN을
재전송하고, 서버도 SYN-ACK을 재전송한다. 클라이언트의 캡처에 서버의 응답이 있는데도 클라이언트가 타임아웃되면, 클라이언트 자신이 응답을 드롭하는 것이다.`,
	},
	Verdict: "synack-unanswered",
	Fault:   faults.FirewallRule{Host: "client", Rule: dropAnswersIn},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           unheardWire,
			"router:to-client": unheardWire,
			"router:to-server": unheardWire,
			"server":           unheardWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Rule: &dropAnswersIn, PacketsAt: "client", Packet: "< S."},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
