package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// closedWhileIdleWire: the load balancer's FIN comes a second after the reply and is acknowledged; the client's next
// request is answered by a RST, for nobody is left to read it. The client's own FIN may or may not come before that RST.
const closedWhileIdleWire = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
...
+0.9..2  < F*
+0..0.5  > .
+0.4..3  > P. len !0
? +any   > F*
+0..0.25 < R*
...
`

// forwardedWire is what is left of a request behind a proxy: a connection that the proxy may reset when it has its answer.
const forwardedWire = servedWire + "or" + servedBegin + "+any > R*\n...\nnever < R*"

var _ = register(harness.Scenario{
	Name:        "load-balancer-idle-timeout",
	Cause:       diagnose.CauseBalancerIdle,
	Group:       "idle",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A load balancer closes an idle connection of a pool: the next request on it is lost",
		Korean:  "로드 밸런서가 커넥션 풀의 유휴 연결을 닫는다: 그 연결로 보낸 다음 요청은 유실된다",
	},
	Story: lang.Text{
		English: `A connection out of a pool has rested for longer than the load balancer lets it. The load balancer has closed it, in good order: its FIN was
acknowledged by the client's kernel, and the client, which was not reading, does not know. The next request goes out, as the kernel permits, and is
answered by a RST. The client's read ends with EOF all the same, every time: what comes first is the FIN that waits there, and not ECONNRESET (the
write after that is EPIPE). The server knows nothing of it: only the first request came. A client whose pool forgets connections sooner than the load
balancer does (60 s by default on many), or reads while they rest, or sends again what can be sent twice, does not fail.`,
		Korean: `커넥션 풀의 연결이 로드 밸런서가 허용하는 시간보다 오래 유휴 상태로 방치되었다. 로드 밸런서는 이 연결을 정상적으로 닫았다.
클라이언트의 커널은 FIN에 확인 응답을 보냈지만, 읽고 있지 않던 클라이언트는 이를 모른다. 다음 요청은 커널이 막지
않으므로 그대로 나가고, RST가 돌아온다. 그런데도 클라이언트의 read는 매번 ECONNRESET이 아니라 EOF로 끝난다. 먼저 와서
기다리던 FIN부터 읽기 때문이다(그다음 write는 EPIPE다). 서버는 첫 번째 요청만 받았을 뿐 이 일을 전혀 모른다. 풀이 로드
밸런서(기본값이 60초인 것이 많다)보다 먼저 연결을 버리거나, 연결이 유휴 상태인 동안에도 읽거나, 두 번 보내도 되는 요청을 다시
보내는 클라이언트는 실패하지 않는다.`,
	},
	Verdict:       "closed-early",
	ServerVerdict: "ok",
	Fixtures:      []harness.Fixture{requestBalancer},
	Target:        "router",
	Client:        pooled,
	Unnoticed:     harness.AsksServer,
	Fault:         faults.Reconfigure{Proxy: requestBalancer, To: faults.Proxy{Layer: 7, Idle: time.Second}},
	Want: harness.Want{
		Client: harness.ClientWant{Closed: true, Stage: "read"},
		Wire: map[string]string{
			"client":           closedWhileIdleWire,
			"router:to-client": closedWhileIdleWire,
			"router:to-server": forwardedWire,
			"server":           forwardedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
