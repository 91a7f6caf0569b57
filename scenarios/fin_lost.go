package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropFIN = faults.Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: lab.Port, Flags: "FIN"}

// replyWithoutEndWire: the whole reply comes, and no FIN.
const replyWithoutEndWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len !0
...
+any     > F* seq !1
...
never    < F*
never    * R*
`

// finUnheardWire: the server's FIN is sent again and again.
const finUnheardWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len !0
...
+any     < F. seq !1
...
+any     < F. seq !1
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "fin-lost",
	Cause:       diagnose.CauseFINLost,
	Group:       "transfer",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server's FIN is lost: the whole reply is there, and the client waits for an end that never comes",
		Korean:  "서버의 FIN이 사라진다: 응답은 모두 왔는데 클라이언트는 오지 않는 끝을 기다린다",
	},
	Story: lang.Text{
		English: `A device on the way has taken the connection for finished, or drops segments with FIN for another reason. The reply has arrived whole. A client that reads until the connection closes, as
for a reply without Content-Length, waits until its own timeout, and then throws away what it has; one that counts bytes notices nothing. The server sends its FIN again and again. At the
client it looks as if the service forgot to close (socket-leak); on the server no socket is left in CLOSE-WAIT, but one in FIN-WAIT-1.`,
		Korean: `중간 장비가 연결이 끝났다고 여겼거나, 다른 이유로 FIN이 붙은 세그먼트를 드롭한다. 응답은 온전히 도착했다. Content-Length 없는 응답을 읽을 때처럼 연결이 닫힐 때까지 읽는 클라이언트는 자체 타임아웃까지
기다리다가 받은 것을 버린다. 바이트 수를 세는 클라이언트는 아무것도 알아채지 못한다. 서버는 FIN 패킷을 거듭 재전송한다. 클라이언트에서는 서비스가 닫는 것을 잊었을 때와 똑같아 보인다(socket-leak). 서버의
소켓은 CLOSE-WAIT 상태가 아니라 FIN-WAIT-1 상태로 남아 있다.`,
	},
	ServerVerdict: "blackhole",
	Verdict:       "half-closed",
	Unnoticed:     harness.ReadsByLength,
	Fault:         faults.FirewallRule{Host: "router", Rule: dropFIN},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           replyWithoutEndWire,
			"router:to-client": replyWithoutEndWire,
			"router:to-server": finUnheardWire,
			"server":           finUnheardWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropFIN, PacketsAt: "server", Packet: "< F."},
			{Host: "server", Counter: "TcpRetransSegs", AtLeast: 1},
		},
	},
})
