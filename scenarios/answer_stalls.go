package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// stalledWire: one half of the answer, then nothing; the client's patience ends it.
const stalledWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len 541
...
+any     > F* seq !1
...
+any     < .
...
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "answer-stalls",
	Cause:       diagnose.CauseStillToSend,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service stops in the middle of its answer: the first half comes, and then nothing more",
		Korean:  "서비스가 답하던 중에 멈춘다: 앞의 절반이 온 뒤로 아무것도 오지 않는다",
	},
	Story: lang.Text{
		English: `The answer announces 1000 bytes, and 500 of them come. Then the service hangs: it waits for a lock, for its database, for a disk. The client has its status, "200 OK",
and waits for the rest until its timeout for the whole request ends; a timeout for the first byte of the answer has long been met. TCP is in order: all that was sent has been
acknowledged. Without a timeout for reading, the client waits for ever.`,
		Korean: `답은 1000바이트를 예고하고, 그중 500바이트가 온다. 그다음 서비스가 멈춘다. 락이나 데이터베이스, 디스크를 기다리는 것이다. 클라이언트는 "200 OK"
상태를 이미 받았고, 요청 전체의 타임아웃이 끝날 때까지 나머지를 기다린다. 답의 첫 바이트에 대한 타임아웃은 이미 통과했다. TCP로는 모든 것이
정상이다. 보낸 것은 모두 확인 응답을 받았다. read 타임아웃이 없으면 클라이언트는 영원히 기다린다.`,
	},
	Verdict: "half-closed",
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.Stall}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           stalledWire,
			"router:to-client": stalledWire,
			"router:to-server": stalledWire,
			"server":           stalledWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
		},
	},
})
