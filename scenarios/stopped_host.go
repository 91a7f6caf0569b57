package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// A SYN that nobody answers: sent again after 1, 2 and 4 s (tcp_syn_linear_timeouts=0), for as long as the client
// waits. Nothing comes back.
const unansweredWire = `
+0    > S seq 0 win !0 <mss $MSS,...>
+rto* > S seq 0 win !0 <mss $MSS,...>
`

// nothingWire: no packet of the attempt passes here.
const nothingWire = "none"

// synRetransmissions is the client kernel's own count of the SYNs that it sent again.
var synRetransmissions = harness.CounterWant{
	Host: "client", Counter: "TcpExtTCPSynRetrans", PacketsAt: "client", Packet: "> S", Exactly: -1,
}

var _ = register(harness.Scenario{
	Name:        "stopped-host",
	Cause:       diagnose.CauseDeadHost,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{2, 9},
	Title: lang.Text{
		English: "The host is switched off: SYN retransmissions, no answer, as in a cloud",
		Korean:  "호스트가 꺼져 있다: 클라우드에서처럼 SYN 재전송만 있고 응답이 없다",
	},
	Story: lang.Text{
		English: `The server's instance is stopped. The network before it still forwards, and nothing comes back, not even an ICMP error:
SYNs at 0, 1, 3 and 7 s, then the client's own timeout. At the client this looks exactly like a firewall that drops. The router's
side to the server shows that each SYN left for the host; that host has no capture any more.`,
		Korean: `서버 인스턴스가 정지됐다. 그 앞의 네트워크는 여전히 패킷을 전달하지만 아무것도 돌아오지 않는다. ICMP 오류조차 없다.
SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 클라이언트에서는 패킷을 드롭하는 방화벽과 똑같아
보인다. 라우터의 서버 쪽에서는 모든 SYN이 호스트를 향해 나간 것이 보인다. 꺼진 호스트에는 더 이상 캡처가 없다.`,
	},
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Alike:   deadFrames,
	Fault:   faults.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{synRetransmissions},
	},
	Exercise: &harness.Exercise{
		Name: "dead-host", Level: 1,
		Solution: lang.Text{
			English: "The server is switched off. The router passes each SYN on to it, and nothing comes back, neither for TCP nor for ping.",
			Korean:  "서버가 꺼져 있다. 라우터는 SYN을 모두 서버 쪽으로 전달하지만, TCP에도 ping에도 응답이 없다.",
		},
	},
})
