package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

const gatewayPatience = time.Second

// slowlyServedWire: an answer comes, and both sides close.
const slowlyServedWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P*
...
never    * R*
`

// givenUpWire: the load balancer ends a connection on which no answer has come, the lab's own one with a FIN, HAProxy with a RST. The
// server, which is still at work, does not close.
const (
	waitedInVain = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
`
	givenUpWire = waitedInVain + "+any > F*\n...\nnever < P*\nnever < F*\nor" + waitedInVain + "+any > R*\nnever < P*\n"
)

var _ = register(harness.Scenario{
	Name:        "load-balancer-gateway-timeout",
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The server takes longer than the load balancer waits: 504, while the server still works on the request",
		Korean:  "서버가 로드 밸런서가 기다리는 시간보다 오래 걸린다: 서버는 아직 처리 중인데 504",
	},
	Story: lang.Text{
		English: `The load balancer waits for an answer for a limited time (60 s in many, 1 s here) and then tells the client 504 "Gateway Timeout". The server knows nothing of it: it finishes its work and
finds the connection closed. A client that tries again lets the server do the work twice. The client's own timeout must be longer than the load balancer's, or it never hears of the 504. Behind the
load balancer the capture shows an acknowledged request, and a FIN or a RST that comes from the load balancer.`,
		Korean: `로드 밸런서는 정해진 시간만 응답을 기다리고(보통 60초, 여기서는 1초) 클라이언트에 504 "Gateway Timeout" 응답을 보낸다. 서버는 이 사실을 모른다. 일을 끝내고 보니 연결이 닫혀 있다. 클라이언트가 다시 시도하면
서버는 같은 일을 두 번 한다. 클라이언트의 타임아웃은 로드 밸런서보다 길어야 한다. 그러지 않으면 504 응답을 듣지도 못한다. 로드 밸런서 뒤의 캡처에는 확인 응답을 받은 요청과, 로드 밸런서가 보낸 FIN 또는 RST가
보인다.`,
	},
	Verdict:       "ok",
	ServerVerdict: "half-closed",
	Alike:         nobodyReads,
	Fixtures:      []harness.Fixture{faults.Proxy{Layer: 7, Patience: gatewayPatience}},
	Target:        "router",
	Timeout:       harness.PatientTimeout, // for the 504 on a machine that has no time
	Fault:         faults.HangService{},
	Want: harness.Want{
		Client: harness.ClientWant{Status: 504, Stage: "read", Within: gatewayPatience + harness.AtOnce},
		Wire: map[string]string{
			"client":           slowlyServedWire,
			"router:to-client": slowlyServedWire,
			"router:to-server": givenUpWire,
			"server":           givenUpWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
