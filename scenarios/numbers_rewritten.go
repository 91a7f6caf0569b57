package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var rewriteNumber = faults.Rewrite{What: faults.RewriteNumber}

// strangeAnswerWire: a SYN-ACK comes that acknowledges another SYN, the client resets it, and sends its SYN again.
const strangeAnswerWire = `
+0       > S
+0..0.25 < S. ack !1
+0..0.25 > R
+any     > S
+0..0.25 < S. ack !1
+0..0.25 > R
...
never    > .
never    < R*
`

// disownedWire: the server answers the SYN that it got, and hears that nobody has sent it.
const disownedWire = `
+0       > S
+0..0.25 < S. seq 0 ack 1
+0..0.25 > R  seq 1
...
never    > .
never    < R*
`

var _ = register(harness.Scenario{
	Name:          "numbers-rewritten",
	Cause:         diagnose.CauseRenumbered,
	Group:         "silent",
	Place:         "router",
	Experiences:   []int{10},
	Verdict:       "no-answer",
	ServerVerdict: "reset-by-client",
	Title: lang.Text{
		English: "A firewall rewrites sequence numbers and does not see the answers: the SYN-ACK acknowledges a SYN that the client has not sent",
		Korean:  "방화벽이 시퀀스 번호를 바꾸는데 응답은 보지 못한다: SYN-ACK이 클라이언트가 보내지 않은 SYN을 확인 응답한다",
	},
	Story: lang.Text{
		English: `Some firewalls give each connection a sequence number of their own, because old systems chose theirs so that it could be guessed, and translate the acknowledgments back. Here the answers take another way
(asymmetric routing, two firewalls that share no state), and nobody translates them. The client gets a SYN-ACK at once for a number that it has not sent, answers it with a RST, as RFC 9293 has it,
and tries again: Linux at once, in case an older connection was in the way, and then after 2, 4 and 8 s. A port scanner calls the port open. The two captures show it side by side: the same SYN has one number at the client and another one at the server.`,
		Korean: `어떤 방화벽은 연결마다 시퀀스 번호를 새로 부여하고 확인 응답 번호를 되돌려 준다. 예전 시스템이 추측하기 쉬운 번호를 골랐기 때문이다. 그런데 응답이 다른 길로 오면(비대칭 라우팅, 상태를 공유하지 않는 방화벽 두 대) 아무도
되돌려 주지 않는다. 클라이언트는 보낸 적 없는 번호에 대한 SYN-ACK을 곧바로 받고, RFC 9293에 따라 RST로 응답한 뒤 다시 시도한다. Linux는 예전 연결이 남아 있었을까 봐 한 번은 곧바로, 그다음에는 2, 4, 8초 뒤에 시도한다. 포트 스캐너는 이 포트가 열려 있다고 말한다. 두 캡처를 나란히 놓으면 드러난다.
같은 SYN의 번호가 클라이언트와 서버에서 서로 다르다.`,
	},
	Timeout: harness.PatientTimeout,
	Fault:   rewriteNumber,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           strangeAnswerWire,
			"router:to-client": strangeAnswerWire,
			"router:to-server": disownedWire,
			"server":           disownedWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "router", Rule: rewriteNumber, PacketsAt: "client", Packet: "> S"},
			{Host: "client", Counter: "TcpOutRsts", PacketsAt: "client", Packet: "< S."},
		},
	},
})
