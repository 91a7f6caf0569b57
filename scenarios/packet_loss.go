package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// loseTenth takes every tenth of the large packets, of which an upload consists: the same ones in each run, where a share by chance
// would be another one each time.
var loseTenth = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Least: 1000, Every: 10}

// longUpload is in bytes, and more than twenty packets: on the router one may stand for several segments (GSO), but for no more than 64 KiB.
const longUpload = 2_000_000

// gapsSeenWire: where the data passes before the loss, the same data passes twice, more than once, and the whole of it arrives.
const gapsSeenWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     > *  len !0 sent !1
...
+any     > *  len !0 sent !1
...
+any     < P. seq 1 len !0
...
never    * R*
`

// gapsFilledWire: behind the loss, the server tells of gaps in the data by SACK, and has the whole of it in the end.
const gapsFilledWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < .  seq 1 <nop,nop,TS,nop,nop,sack,...>
...
+any     < P. seq 1 len !0
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "packet-loss",
	Group:       "path",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The path loses 10 % of the packets of an upload: it is slower, and nothing fails",
		Korean:  "경로에서 업로드 패킷의 10%가 유실된다: 느려질 뿐 실패하는 것은 없다",
	},
	Story: lang.Text{
		English: `A line with a bad plug, a radio link, a policer: of the large packets every tenth is lost. The capture is full of retransmissions and duplicate acknowledgments, and looks ill; but
each gap is filled within a round trip or two (SACK, RFC 6675; RACK, RFC 8985), the data goes on, and the reply comes. In a black hole the same segment is sent again and again, and the acknowledgments stand still. What
loss costs is speed, because the sender takes each gap for congestion (RFC 5681), and time where the last segment is lost or a SYN, which have nothing behind them that would tell: these wait for a timer. Compare
TcpRetransSegs with TcpOutSegs (nstat) for the share, and ping with many packets, or mtr, for the place.`,
		Korean: `불량 커넥터, 무선 링크, 폴리서(policer) 때문에 큰 패킷이 열 개 중 하나꼴로 유실된다. 캡처는 재전송과 중복 확인 응답으로 가득해서 병든 것처럼 보인다. 하지만 빈자리는 왕복 한두 번 안에
채워지고(SACK, RFC 6675; RACK, RFC 8985) 데이터는 계속 나아가며 응답도 온다. 블랙홀에서는 같은 세그먼트를 거듭 재전송하고 확인 응답은 제자리에 멈춘다. 유실의 대가는 속도다. 보내는 쪽은 빈자리를
혼잡으로 여기기 때문이다(RFC 5681). 마지막 세그먼트나 SYN이 유실되면 그 뒤에 알려 줄 패킷이 없으므로 타이머가 만료될 때까지 시간도 든다. 비율은 TcpRetransSegs 값을 TcpOutSegs 값과 견주어 알고(nstat), 위치는
패킷을 많이 보내는 ping 명령이나 mtr 명령으로 찾는다.`,
	},
	Verdict:   "ok",
	Client:    agent.GoClient{Upload: longUpload},
	Timeout:   harness.PatientTimeout, // a retransmission may be lost, too, and then a timer sends it again
	Unnoticed: harness.SendsLittle,
	Fault:     faults.FirewallRule{Host: "router", Rule: loseTenth},
	Want: harness.Want{
		Client: harness.ClientWant{Within: 5 * time.Second},
		Wire: map[string]string{
			"client":           gapsSeenWire,
			"router:to-client": gapsSeenWire,
			"router:to-server": gapsFilledWire,
			"server":           gapsFilledWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &loseTenth, AtLeast: 2},
			{Host: "client", Counter: "TcpRetransSegs", AtLeast: 2},
		},
	},
})
