package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// smallLine takes no packet that is as large as Ethernet's.
var smallLine = faults.Degrade{To: faults.Line{MTU: 1400}}

const bulk = 20_000 // bytes, several full segments

// tooLargeWire: the handshake is well; full segments are sent again, and none is acknowledged.
const tooLargeWire = `
+0       > S
...
+any     < S.
...
+any     > .  seq 1 ack 1
...
+any     > .  len !0 sent !1
...
never    < P*
never    < F*
never    * R*
`

// onlySmallWire: of the data, nothing comes but what is behind the full segments.
const onlySmallWire = `
+0       > S
...
+any     < S.
...
+any     > .  seq 1 ack 1
...
never    > .  seq 1 len !0
never    < P*
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "mtu-black-hole",
	Cause:       diagnose.CauseSmallMTU,
	Group:       "path",
	Place:       "line",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A link on the way takes smaller packets, and nobody says so: connecting works, and the upload hangs",
		Korean:  "경로의 한 링크가 더 작은 패킷만 받는데 아무도 알려 주지 않는다: 연결은 되지만 업로드는 멈춘다",
	},
	Story: lang.Text{
		English: `A tunnel or a VPN on the way takes packets of up to 1400 bytes, and the ICMP error "fragmentation needed" (IPv6: "packet too big") is filtered, as by a security group that drops
ICMP. The handshake and short requests pass. As soon as the client fills a segment of 1500 bytes, it is lost, and so is each retransmission, as large as the first. Small requests work and large
ones hang. A smaller MSS at the tunnel (clamping), net.ipv4.tcp_mtu_probing=1 at the sender, or letting the ICMP error through mends it.`,
		Korean: `경로의 터널이나 VPN이 1400바이트까지만 받는데, ICMP 오류 "fragmentation needed"(IPv6에서는 "packet too big") 메시지가 ICMP를 드롭하는 보안 그룹 같은 데서 걸러진다.
핸드셰이크와 짧은 요청은 지나간다. 클라이언트가 1500바이트짜리 세그먼트를 채우는 순간 유실되고, 똑같이 큰 재전송도 모두 유실된다. 작은 요청은 되고 큰 요청은
멈춘다. 터널에서 MSS 값을 줄이거나(클램핑), 보내는 쪽에서 net.ipv4.tcp_mtu_probing=1을 설정하거나, ICMP 오류를 통과시키면 해결된다.`,
	},
	Verdict:       "mtu-blackhole",
	ServerVerdict: "open",
	Topology:      lab.WithLine(),
	Fixtures:      []harness.Fixture{faults.Line{}},
	Client:        agent.GoClient{Upload: bulk},
	Timeout:       harness.PatientTimeout, // long enough for three retransmissions where a busy machine makes the round trip through the line long
	Fault:         smallLine,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           tooLargeWire,
			"router:to-client": tooLargeWire,
			"router:to-server": tooLargeWire,
			"line:to-client":   tooLargeWire,
			"line:to-server":   onlySmallWire,
			"server":           onlySmallWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
