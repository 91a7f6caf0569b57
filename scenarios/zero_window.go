package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// uploading is a client that brings more than the buffers of both kernels take.
var uploading = agent.GoClient{Upload: 300_000}

// closedWindowWire: the server's window closes, and stays closed; who asks is told so.
const closedWindowWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < .  win 0
...
+any     < .  win 0
...
never    < P*
never    < F*
never    < R*
`

var _ = register(harness.Scenario{
	Name:        "zero-window",
	Cause:       diagnose.CauseNotReading,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service never reads: its window closes, and the client's write blocks for ever",
		Korean:  "서비스가 읽지 않는다: 윈도가 닫히고 클라이언트의 write는 끝없이 막힌다",
	},
	Story: lang.Text{
		English: `The client uploads, and the service takes the connection and reads nothing: a full disk, a slow consumer, a deadlock. The server's receive buffer fills, its kernel announces a
window of 0, and the client's kernel keeps the rest and tries from time to time whether there is room: it sends the next segment again, or a probe. Each is answered by a window of 0, so that the kernel never
gives up, neither by tcp_retries2 nor by keep-alive. The write blocks until the client's own deadline. On the server, ss shows a full Recv-Q.`,
		Korean: `클라이언트가 업로드하는데, 서비스는 연결만 맺고 아무것도 읽지 않는다. 디스크가 가득 찼거나, 소비자가 느리거나, 데드락이다. 서버의 수신 버퍼가 차면 커널은
윈도 0을 알리고, 클라이언트의 커널은 나머지를 쥔 채 다음 세그먼트나 프로브를 거듭 보내 자리가 났는지 이따금 확인한다. 그때마다 윈도 0이라는 응답이 오므로, 커널은 tcp_retries2로도 keepalive로도
포기하지 않는다. write는 클라이언트 자신의 데드라인까지 막힌다. 서버에서 소켓 목록(ss)을 보면 수신 큐(Recv-Q)가 가득 차 있다.`,
	},
	Verdict: "zero-window",
	Alike:   nobodyReads,
	Client:  uploading,
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.NeverRead}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           closedWindowWire,
			"router:to-client": closedWindowWire,
			"router:to-server": closedWindowWire,
			"server":           closedWindowWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
		},
	},
})
