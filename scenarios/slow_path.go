package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// slowLine takes longer for a round trip than the SYN's first timer, 1 s (RFC 6298).
var slowLine = faults.Degrade{To: faults.Line{Delay: 600 * time.Millisecond}}

// impatientWire: the SYN is sent again while its answer is still on the way.
const impatientWire = `
+0   > S
+rto > S
...
+any < S. seq 0 ack 1
...
+any > P. seq 1 ack 1
...
+any < P. seq 1 len !0
...
+any > F*
+any < .
never * R*
`

// needlessWire: the second SYN comes to a server that has answered the first.
const needlessWire = `
+0       > S
+0..0.25 < S. seq 0 ack 1
...
+any     > S  seq 0
...
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len !0
...
+any     > F*
+any     < .
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "slow-path",
	Group:       "path",
	Place:       "line",
	Experiences: []int{3},
	Title: lang.Text{
		English: "The path takes longer than the SYN's timer: the SYN is sent again although nothing is lost",
		Korean:  "경로가 SYN의 타이머보다 느리다: 잃은 것이 없는데도 SYN을 재전송한다",
	},
	Story: lang.Text{
		English: `A satellite, a mobile network that wakes up, or a queue that is far too long before a full line (bufferbloat): a round trip takes 1.2 s. The first timer of a SYN is 1 s, so that the client sends a second one
while the answer to the first is on its way. At the client it looks like a lost packet (lost-syn-once); the server's capture has both SYNs, and nothing was lost. It works, in 2.4 s with one request, and
for a client whose connect timeout is 1 s it never does, however often that tries. From the handshake on, TCP knows the round trip and sends nothing again that is not lost.`,
		Korean: `위성, 절전에서 깨어나는 이동 통신망, 또는 꽉 찬 회선 앞의 지나치게 긴 큐(버퍼블로트) 때문에 왕복에 1.2초가 걸린다. SYN의 첫 타이머는 1초이므로, 클라이언트는 첫 SYN에 대한 응답이 오는 중에 두 번째를 보낸다.
클라이언트에서는 패킷을 잃은 것처럼 보이지만(lost-syn-once), 서버의 캡처에는 SYN이 둘 다 있고 유실된 것은 없다. 요청 하나에 2.4초가 걸려 성공한다. 연결 타임아웃이 1초인 클라이언트는 몇 번을 시도해도 성공하지
못한다. 핸드셰이크가 끝나면 TCP는 왕복 시간을 알게 되므로, 잃지 않은 것을 다시 보내지 않는다.`,
	},
	Verdict:  "ok",
	Topology: lab.WithLine(),
	Fixtures: []harness.Fixture{faults.Line{}},
	Timeout:  harness.PatientTimeout,
	Fault:    slowLine,
	Want: harness.Want{
		Client: harness.ClientWant{Retransmissions: 1, Within: 4 * time.Second},
		Wire: map[string]string{
			"client":           impatientWire,
			"router:to-client": impatientWire,
			"router:to-server": impatientWire,
			"line:to-client":   impatientWire,
			"line:to-server":   needlessWire,
			"server":           needlessWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPSynRetrans", AtLeast: 1},
			{Host: "line", Counter: faults.LineLostCounter, Exactly: 0},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
