package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// healedWire: the request is sent four times, at intervals that double from the second on, and is answered then.
const healedWire = `
+0        > S
+0..0.25  < S.
+any      > .  seq 1 ack 1
+any      > P. seq 1 ack 1
+any      > P. seq 1 ack 1
+any      > P. seq 1 ack 1
+any      > P. seq 1 ack 1
...
+any      < P. seq 1 len !0
...
never     * R*
`

// healedServerWire: only the last of the four arrives.
const healedServerWire = `
+0        > S
+0..0.25  < S.
+any      > .  seq 1 ack 1
+any      > P. seq 1 ack 1
? +any    < .  seq 1
+any      < P. seq 1 len !0
...
never     * R*
`

const cutPackets = 3

var shortCut = faults.Cut{From: faults.AtRequest, Packets: cutPackets}

var _ = register(harness.Scenario{
	Name:        "partition-heals",
	Group:       "established",
	Place:       "router",
	Experiences: []int{3},
	Title: lang.Text{
		English: "The path breaks for a moment and heals: TCP sends the request again, and the client gets its reply late",
		Korean:  "경로가 잠시 끊겼다가 회복된다: TCP가 요청을 재전송하고, 클라이언트는 늦게 답을 받는다",
	},
	Story: lang.Text{
		English: `A link flaps, or a router fails over to its neighbour. The request and its first retransmissions, 3 packets in all, are lost; the next one arrives, and
the reply comes at once. The client waits for about 0.9 s and sees no error. Whoever gives up sooner, with a read timeout of 0.5 s, makes an outage of
it, and asks anew on another connection. TCP does not ask at once when a path is well again: it waits for its timer, whose interval doubles each time, so that
after an outage of minutes it may be silent for as long again.`,
		Korean: `링크가 잠깐 끊겼거나, 라우터가 옆의 라우터로 페일오버했다. 요청과 처음 몇 번의 재전송, 모두 3개 패킷이 사라진다. 그다음
재전송은 도착하고, 답이 곧바로 온다. 클라이언트는 약 0.9초를 기다릴 뿐 오류를 보지 않는다. read 타임아웃을 0.5초로 두고 더 일찍
포기하는 쪽은 이것을 장애로 만들고, 다른 연결로 다시 묻는다. 경로가 회복되어도 TCP는 곧바로 다시 묻지 않는다. 매번 두 배로 늘어나는
타이머를 기다리므로, 몇 분 동안 끊긴 뒤에는 그만큼 더 조용할 수도 있다.`,
	},
	Verdict:   "ok",
	Unnoticed: harness.IsPatient,
	Fault:     shortCut,
	Want: harness.Want{
		Client: harness.ClientWant{Within: 2 * time.Second},
		Wire: map[string]string{
			"client":           healedWire,
			"router:to-client": healedWire,
			"router:to-server": healedServerWire,
			"server":           healedServerWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: shortCut, Exactly: cutPackets},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: cutPackets},
		},
	},
})
