package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// keptSilentWire: the second request on a connection is sent again and again, and nothing answers it.
const keptSilentWire = keptBegin + "+0.1..1 > P. len !0\n+any > P. len !0\n...\nnever < R*\nnever < F*"

// firstRequestWire: a connection on which one request was answered, and no other came.
const firstRequestWire = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
? +any   < .  seq 1
+any     < P. seq 1 len !0
+any     > .
never    * R*
`

var cutAtSecond = faults.Cut{From: faults.AtSecondRequest}

var _ = register(harness.Scenario{
	Name:        "established-dropped",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "idle",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A firewall drops a connection that was established, while new ones pass: every test says that all is well",
		Korean:  "방화벽이 이미 맺어진 연결만 드롭하고 새 연결은 통과시킨다: 시험해 보면 늘 정상으로 나온다",
	},
	Story: lang.Text{
		English: `The rules of a firewall were loaded anew, or it failed over to a second device that does not know the connections of the first one. A new connection
passes, with its first request: whoever tests with curl finds the service healthy. The connection that a pool holds is dropped in both directions. The
client's next request is sent again and again without an answer, and its read times out; the server's capture holds nothing after the first reply, so the
request was lost before it. A read timeout, and a pool that then connects anew, end it; a connect timeout does not, because nothing connects.`,
		Korean: `방화벽의 규칙을 다시 읽어 들였거나, 첫 번째 장비의 연결을 모르는 두 번째 장비로 페일오버했다. 새 연결은 첫 번째 요청까지 잘
통과하므로, curl로 시험하면 서비스가 정상으로 나온다. 커넥션 풀이 잡고 있던 연결은 양방향 모두 드롭된다. 클라이언트의 다음 요청은
거듭 재전송되지만 응답이 없고, read는 타임아웃된다. 서버의 캡처에는 첫 번째 응답 뒤로 아무것도 없으므로, 요청은 서버 앞에서 사라진
것이다. read 타임아웃을 두고 그 뒤에 새로 연결하는 풀을 쓰면 여기서 벗어난다. 연결하는 쪽이 없으므로 연결 타임아웃은 도움이 되지 않는다.`,
	},
	Alike:         droppedAtRest,
	Verdict:       "blackhole",
	ServerVerdict: "open",
	Client:        pooled,
	Unnoticed:     harness.NeverRests,
	Fault:         cutAtSecond,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           keptSilentWire,
			"router:to-client": keptSilentWire,
			"router:to-server": firstRequestWire,
			"server":           firstRequestWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: cutAtSecond, PacketsAt: "router:to-client", Packet: "> P*", Exactly: -1}, // the first request passed
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
