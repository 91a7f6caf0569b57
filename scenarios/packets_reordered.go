package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// overtaking is a line on which the second of two frames with data comes out first.
var overtaking = faults.Degrade{To: faults.Line{Reorder: 1}}

// overtakenWire: in front of the line the data is in order; the server's answers tell of gaps.
const overtakenWire = `
+0       > S
...
+any     < S.
+any     > .  seq 1 ack 1
+any     > *  seq 1 len !0
...
+any     < .  seq 1 <nop,nop,TS,nop,nop,sack,...>
...
+any     < P. seq 1 len !0
...
never    < R*
`

// lateSegmentWire: behind the line the first data comes after what was sent behind it, and was sent once.
const lateSegmentWire = `
+0       > S
...
+any     < S.
+any     > .  seq 1 ack 1
+any     > *  seq !1 len !0
...
+any     > *  seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    < R*
`

var _ = register(harness.Scenario{
	Name:        "packets-reordered",
	Group:       "path",
	Place:       "line",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The path delivers packets out of order: the server tells of gaps, and nothing is lost",
		Korean:  "경로에서 패킷의 순서가 바뀐다: 서버는 빈자리를 알리지만 유실된 것은 없다",
	},
	Story: lang.Text{
		English: `Packets of one connection take two paths of different length (load balancing by packet, a radio link that repeats, several queues of a network card), and the second overtakes the first. The server takes what comes
too early for a sign of loss, and says by SACK what it has; half a round trip later the gap fills by itself. At the client that looks like segment-lost. Linux waits for a part of a round trip before it believes in a loss (RACK, RFC 8985), and
learns from each segment that it has sent again in vain (D-SACK) to wait longer: nstat TcpExtTCPSACKReorder and TcpExtTCPDSACKRecv count both. Older stacks send again after the third duplicate acknowledgment (RFC 5681), and are slow on such a
path. The server's capture decides: the missing segment comes with the first one's IP identification, right behind the one that has overtaken it.`,
		Korean: `한 연결의 패킷이 길이가 다른 두 경로를 지나고(패킷 단위 로드 밸런싱, 재시도하는 무선 링크, 네트워크 카드의 여러 큐) 뒤의 패킷이 앞의 것을 추월한다. 서버는 너무 일찍 온 것을 유실의 징후로 여기고 받은 것을 SACK으로
알린다. 왕복 시간의 절반이 지나면 빈자리는 저절로 채워진다. 클라이언트에서는 segment-lost 장애처럼 보인다. Linux는 왕복 시간의 일부만큼 기다린 뒤에야 유실로 판단하고(RACK, RFC 8985), 헛되이 재전송한 세그먼트가 있을 때마다
(D-SACK) 더 오래 기다리는 법을 배운다. nstat TcpExtTCPSACKReorder 값과 TcpExtTCPDSACKRecv 값이 각각을 센다. 오래된 구현은 세 번째 중복 확인 응답 뒤에 재전송하므로(RFC 5681) 이런 경로에서 느리다. 결정적인 것은 서버의
캡처다. 빠졌던 세그먼트가 처음과 같은 IP 식별자(identification)로, 추월한 패킷 바로 뒤에 온다.`,
	},
	Verdict:   "ok",
	Topology:  lab.WithLine(),
	Fixtures:  []harness.Fixture{faults.Line{}},
	Client:    agent.GoClient{Upload: longUpload},
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.SendsLittle,
	Fault:     overtaking,
	Want: harness.Want{
		Client: harness.ClientWant{Within: 5 * time.Second},
		Wire: map[string]string{
			"client":           overtakenWire,
			"router:to-client": overtakenWire,
			"router:to-server": overtakenWire,
			"line:to-client":   overtakenWire,
			"line:to-server":   lateSegmentWire,
			"server":           lateSegmentWire,
		},
		Counters: []harness.CounterWant{
			{Host: "line", Counter: faults.LineReorderedCounter, AtLeast: 2},
			{Host: "server", Counter: "TcpExtTCPOFOQueue", AtLeast: 2},
		},
	},
})
