package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var cutReply = faults.Cut{From: faults.AtReply, Back: true}

// replyLostWire: the request is acknowledged, and then nothing comes, not even when the client closes.
const replyLostWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < .  seq 1 ack !1 len 0
...
+any     > F*
...
+any     > F*
...
+any     > F*
...
never    < P*
never    < F*
never    * R*
`

// replyUnheardWire: the server answers, again and again, and nobody acknowledges it.
const replyUnheardWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len !0
...
+any     < P* seq 1 len !0
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "reply-lost",
	Cause:       diagnose.CauseACKsLost,
	Group:       "established",
	Place:       "router",
	Experiences: []int{7, 11},
	Title: lang.Text{
		English: "The reply is lost on the way back: the request is acknowledged, and the server sends its answer again and again",
		Korean:  "응답이 돌아오는 길에 사라진다: 요청은 확인되고, 서버는 응답을 거듭 재전송한다",
	},
	Story: lang.Text{
		English: `The way back breaks just before the reply: a route changes, or a device in between has had enough of the connection. The handshake has passed, and so has the acknowledgment of the
request, so that the client sees what it sees of a hanging service: an acknowledged request, and silence (service-hangs). The server has answered at once; its capture shows the reply and its
retransmissions, and that nobody acknowledges them. Only when the client closes does its own capture tell: nobody acknowledges its FIN either.`,
		Korean: `응답 직전에 돌아오는 길이 끊겼다. 경로가 바뀌었거나 중간 장비가 이 연결을 더는 통과시키지 않는다. 핸드셰이크도 요청에 대한 확인 응답도 통과했으므로 클라이언트에는 서비스가 멈췄을 때와 똑같이
보인다. 확인 응답까지 받은 요청과 침묵이다(service-hangs). 서버는 곧바로 응답했다. 서버의 캡처에는 응답과 그 재전송이 보이고, 아무도 확인 응답을 보내지 않는다는 것도 보인다. 클라이언트의 캡처는
연결을 닫을 때에야 말해 준다. 클라이언트의 FIN에도 확인 응답이 오지 않는다.`,
	},
	Verdict: "blackhole",
	Fault:   cutReply,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           replyLostWire,
			"router:to-client": replyLostWire,
			"router:to-server": replyUnheardWire,
			"server":           replyUnheardWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: cutReply, AtLeast: 2},
			{Host: "server", Counter: "TcpRetransSegs", AtLeast: 1},
		},
	},
})
