package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// halfAnswerWire: data, and the server's FIN behind it.
const halfAnswerWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 ack !1
...
+any     < F. seq !1 ack !1
...
+any     > F. seq !1 ack !1
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "half-answer",
	Cause:       diagnose.CauseApplicationDied,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service closes the connection in the middle of its answer",
		Korean:  "서비스가 답을 보내던 중에 연결을 닫는다",
	},
	Story: lang.Text{
		English: `The answer announces 1000 bytes (Content-Length), and 500 of them come before the FIN: the program died while it answered, or a
proxy has lost its backend. A client that trusts the length finds the answer incomplete ("unexpected EOF"); one that reads up to the end of the connection takes the half for
the whole, and notices nothing. In TCP all is in order: the FIN comes behind the last byte that was sent.`,
		Korean: `답은 1000바이트를 예고하지만(Content-Length), 500바이트만 오고 FIN이 온다. 답하던 중에 프로그램이 죽었거나, 프록시가
백엔드를 잃은 것이다. 길이를 믿는 클라이언트는 답이 불완전하다는 것을 안다("unexpected EOF"). 연결이 끝날 때까지 읽는 클라이언트는 절반을 전체로 여기고 아무것도
눈치채지 못한다. TCP로는 모든 것이 정상이다. 보낸 마지막 바이트 뒤에 FIN이 온다.`,
	},
	Verdict: "closed-early",
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.HalfAnswer}},
	Want: harness.Want{
		Client: harness.ClientWant{Closed: true, Stage: "read"},
		Wire: map[string]string{
			"client":           halfAnswerWire,
			"router:to-client": halfAnswerWire,
			"router:to-server": halfAnswerWire,
			"server":           halfAnswerWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 0},
		},
	},
})
