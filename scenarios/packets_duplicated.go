package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// doubled is a line on which each frame comes out twice.
var doubled = faults.Degrade{To: faults.Line{Duplicate: 1}}

// answeredTwiceWire: in front of the line, the client's packets are seen once, and what the server sends twice.
const answeredTwiceWire = `
+0       > S
...
+any     < S. seq 0 ack 1
...
+any     > P. seq 1 ack 1 len !0
...
+any     < P. seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    < R*
`

// askedTwiceWire: behind the line, the SYN and the request are seen twice. The reply may come before the second request.
const askedTwiceWire = `
+0       > S
...
+any     > S  seq 0
...
+any     > P. seq 1 ack 1 len !0
...
+any     > P. seq 1 ack 1 len !0
...
never    < R*
`

var _ = register(harness.Scenario{
	Name:        "packets-duplicated",
	Group:       "path",
	Place:       "line",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The path delivers each packet twice: the capture is full of repetitions, and nothing was sent again",
		Korean:  "경로가 패킷을 모두 두 번씩 전달한다: 캡처에는 반복이 가득하지만 재전송된 것은 하나도 없다",
	},
	Story: lang.Text{
		English: `A loop between two switches, two paths that are both in use (bonding, a mesh), or a mirror port that is captured beside the port itself: each packet arrives twice. The capture looks like a path full of losses; but
the copies come within microseconds, which is no timer's time, and have the same IP identification, while a retransmission is a new packet. Receivers drop what they have, and say so (D-SACK, RFC 2883). The one who pays is
the line, which is half as fast; and a copy that comes after the close is answered by RST, though nothing is wrong. The sender's counters tell: TcpRetransSegs stands still. Where only the capture has everything twice, and the counters of the receiver (TcpExtTCPDSACKOldSent) stand still too, the capture
is what doubles, as with tcpdump -i any on a bridge or a VLAN; editcap -d removes such copies.`,
		Korean: `두 스위치 사이의 루프, 동시에 쓰이는 두 경로(본딩, 메시), 또는 포트와 그 미러 포트를 함께 캡처한 경우, 패킷이 모두 두 번씩 도착한다. 캡처만 보면 유실이 심한 경로 같다. 하지만 복사본은 마이크로초 안에 오므로
타이머의 시간이 아니고, IP 식별자(identification)도 같다. 재전송이라면 새 패킷이다. 받는 쪽은 이미 가진 것을 버리고 그 사실을 알린다(D-SACK, RFC 2883). 손해를 보는 것은 회선으로, 속도가 절반이 된다. 연결이 닫힌 뒤에 온 복사본에는 잘못이 없어도 RST가 간다. 보내는 쪽의
카운터를 보면 알 수 있다. TcpRetransSegs 값이 그대로다. 캡처에만 모두 두 번씩 있고 받는 쪽의 카운터(TcpExtTCPDSACKOldSent)도 그대로라면, 두 번씩 적은 것은 캡처 자신이다. 브리지나 VLAN에서 tcpdump -i any
명령을 쓴 경우가 그렇다. 그런 복사본은 editcap -d 명령으로 지운다.`,
	},
	Verdict:  "ok",
	Topology: lab.WithLine(),
	Fixtures: []harness.Fixture{faults.Line{}},
	Fault:    doubled,
	Want: harness.Want{
		Wire: map[string]string{
			"client":           answeredTwiceWire,
			"router:to-client": answeredTwiceWire,
			"router:to-server": answeredTwiceWire,
			"line:to-client":   answeredTwiceWire,
			"line:to-server":   askedTwiceWire,
			"server":           askedTwiceWire,
		},
		Counters: []harness.CounterWant{
			{Host: "line", Counter: faults.LineDuplicatedCounter, AtLeast: 8},
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 0},
			{Host: "client", Counter: "TcpRetransSegs", PacketsAt: "client", Packet: "> * len !0 sent !1"}, // on a busy machine one may be
			{Host: "server", Counter: "TcpExtTCPDSACKOldSent", AtLeast: 1},
		},
	},
})
