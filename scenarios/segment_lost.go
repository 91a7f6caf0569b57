package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// loseSegment takes the first large packet of all. On the router one packet may stand for several segments (GSO).
var loseSegment = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Least: 1000, First: 1}

// sentTwiceWire: the first segment is sent twice, and all is well.
const sentTwiceWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > *  seq 1 len !0
...
+any     > *  seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    * R*
`

// holeWire: the data begins behind a hole, of which the server tells by SACK (RFC 2018), and the hole is filled.
const holeWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > *  seq !1 len !0
...
+any     < .  seq 1 ack 1 <nop,nop,TS,nop,nop,sack>
...
+any     > *  seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "segment-lost",
	Group:       "path",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "A segment of an upload is lost: it is sent again at once, and the client notices nothing",
		Korean:  "업로드 중 세그먼트 하나가 유실된다: 곧바로 재전송되고 클라이언트는 아무것도 느끼지 못한다",
	},
	Story: lang.Text{
		English: `A line drops a packet now and then, and one of an upload is lost. The server acknowledges what came before the hole, again with each segment that
comes behind it, and says by SACK which ones those are (RFC 2018). The client sends the lost segment again within a round trip, without waiting for a timer (RFC 6675). Wireshark
paints such packets black ("TCP Dup ACK", "TCP Fast Retransmission"), and they are quickly blamed; but nothing is broken, and the client does not notice. A
retransmission is a symptom only where it is followed by another one of the same segment, or where many segments are lost: nstat TcpRetransSegs, held against TcpOutSegs, tells.`,
		Korean: `회선은 이따금 패킷을 잃는데, 업로드 중의 패킷 하나가 유실되었다. 서버는 빈자리 앞까지만 확인 응답하고, 그 뒤의 세그먼트가 올 때마다 이를 되풀이하며, 뒤에 받은
세그먼트가 어느 것인지 SACK으로 알린다(RFC 2018). 클라이언트는 타이머를 기다리지 않고 왕복 시간 안에 잃어버린 세그먼트를 다시 보낸다(RFC 6675). Wireshark는 이런
패킷을 검게 칠하므로("TCP Dup ACK", "TCP Fast Retransmission") 의심받기 쉽지만, 고장 난 것은 없고 클라이언트도 눈치채지 못한다. 같은 세그먼트를 거듭 재전송하거나
많은 세그먼트가 유실될 때에만 재전송이 증상이다. nstat의 TcpRetransSegs 값을 TcpOutSegs 값과 견주어 보면 알 수 있다.`,
	},
	Verdict:   "ok",
	Client:    agent.GoClient{Upload: bulk},
	Unnoticed: harness.SendsLittle,
	Fault:     faults.FirewallRule{Host: "router", Rule: loseSegment},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           sentTwiceWire,
			"router:to-client": sentTwiceWire,
			"router:to-server": holeWire,
			"server":           holeWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &loseSegment, Exactly: 1},
			{Host: "client", Counter: "TcpRetransSegs", AtLeast: 1},
		},
	},
})
