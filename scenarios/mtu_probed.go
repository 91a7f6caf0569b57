package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// probedWire: the first segment is sent again and again until it is small enough.
const probedWire = `
+0       > S
...
+any     < S.
...
+any     > .  seq 1 ack 1
...
+any     > *  seq 1 len !0
...
+any     > *  seq 1 len !0
...
+any     > *  seq 1 len !0
...
+any     < .  seq 1 ack !1
...
+any     < P. seq 1 len !0
...
never    * R*
`

// probingPatience outlasts the timers by which the kernel notices the black hole: of 1, 2 and 4 times the timeout of a
// retransmission (RFC 6298), which is three times the handshake's round trip, and that takes some 0.3 s on a busy machine.
const probingPatience = 20 * time.Second

// arrivedSmallWire: no segment is larger than the line takes.
const arrivedSmallWire = `
+0       > S
...
+any     < S.
...
+any     > *  seq 1 len !0
...
+any     < P. seq 1 len !0
...
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "mtu-probed",
	Group:       "path",
	Place:       "line",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The same black hole for large packets, and a client that probes: the upload hangs for 6 s, and succeeds",
		Korean:  "똑같이 큰 패킷만 사라지지만 클라이언트가 탐색한다: 업로드가 6초쯤 멈췄다가 성공한다",
	},
	Story: lang.Text{
		English: `The path is that of mtu-black-hole: a link takes packets of up to 1400 bytes, and nobody says so. The client has net.ipv4.tcp_mtu_probing=1, and when a full segment has been sent again in vain for longer than tcp_retries1 has it (3 times, 3 s), its kernel takes the path for a
black hole at the next timer, here after 6.5 s, and goes on with segments of tcp_base_mss, 1024 bytes (RFC 4821). They arrive, and the upload succeeds. Every connection pays that time anew, so that everything that uploads is slow and
nothing fails: a client that waits for less takes it for an outage. The cure is at the sender of large segments, which for downloads is the server.`,
		Korean: `경로는 mtu-black-hole과 같다. 한 링크가 1400바이트까지만 받는데 아무도 알려 주지 않는다. 이 클라이언트에는 net.ipv4.tcp_mtu_probing=1이 설정되어 있어서, 꽉 찬 세그먼트의 재전송이 tcp_retries1(3번, 3초)보다 오래 허사가
되면 커널은 다음 타이머에, 여기서는 6.5초 뒤에, 경로를 블랙홀로 보고 tcp_base_mss, 곧 1024바이트짜리 세그먼트로 이어 간다(RFC 4821). 그 세그먼트는 도착하고 업로드는 성공한다. 연결마다 그 시간을 새로 치르므로, 업로드는 모두 느리지만
실패하지는 않는다. 그보다 짧게 기다리는 클라이언트는 이것을 장애로 여긴다. 해결책은 큰 세그먼트를 보내는 쪽에 있으며, 다운로드라면 서버 쪽이다.`,
	},
	Verdict:   "ok",
	Topology:  lab.WithLine().Named("routed, over a line, with a client that probes the MTU").With(lab.ClientHost, "net.ipv4.tcp_mtu_probing", "1"),
	Fixtures:  []harness.Fixture{faults.Line{}},
	Client:    agent.GoClient{Upload: bulk},
	Timeout:   probingPatience,
	Unnoticed: harness.SendsLittle,
	Fault:     smallLine,
	Want: harness.Want{
		Client: harness.ClientWant{Within: probingPatience},
		Wire: map[string]string{
			"client":           probedWire,
			"router:to-client": probedWire,
			"router:to-server": probedWire,
			"line:to-client":   probedWire,
			"line:to-server":   arrivedSmallWire,
			"server":           arrivedSmallWire,
		},
		Counters: []harness.CounterWant{
			{Host: "line", Counter: faults.LineTooLargeCounter, AtLeast: 2},
			{Host: "client", Counter: "TcpExtTCPTimeouts", AtLeast: 2},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
