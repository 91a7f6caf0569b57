package scenarios

import (
	"strings"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

var dropECN = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Flags: "SYN,ECE,CWR"}

// ecnWire: the first SYN offers ECN and is lost, the second one does not.
var ecnWire = strings.ReplaceAll(servedWire, "\n+0      > S  ", "\n+0 > SEW\n+rto > S  ")

var _ = register(harness.Scenario{
	Name:        "ecn-dropped",
	Group:       "path",
	Place:       "router",
	Experiences: []int{3},
	Title: lang.Text{
		English: "An old firewall drops SYNs that offer ECN: connecting takes 1 s, every time, and only for some clients",
		Korean:  "오래된 방화벽이 ECN을 제안하는 SYN을 드롭한다: 일부 클라이언트만, 매번 연결에 1초가 걸린다",
	},
	Story: lang.Text{
		English: `The client asks for Explicit Congestion Notification (RFC 3168), which sets two flags in the SYN that were reserved once, and a device from that time takes them for an attack. Linux sends the
second SYN without them (net.ipv4.tcp_ecn_fallback), so that each connection works after exactly 1 s. That looks like one lost packet (lost-syn-once), but it happens every time, and a client
on the next desk with another setting of net.ipv4.tcp_ecn connects at once. The flags in the first SYN tell: E and W beside S.`,
		Korean: `클라이언트가 명시적 혼잡 알림(RFC 3168)을 요청하면 SYN 패킷에 예전에는 예약돼 있던 플래그 두 개가 켜지는데, 그 시절의 장비는 이를 공격으로 여긴다. Linux는 두 번째 SYN을 그 플래그 없이
보내므로(net.ipv4.tcp_ecn_fallback) 연결은 매번 정확히 1초 뒤에 된다. 패킷 하나가 유실된 것처럼 보이지만(lost-syn-once) 매번 일어나고, net.ipv4.tcp_ecn 설정이 다른 옆자리 클라이언트는 곧바로 연결된다.
첫 번째 SYN의 플래그를 보면 알 수 있다. S 옆에 E, W 표시가 있다.`,
	},
	Verdict:   "ok",
	Topology:  lab.Routed().Named("routed, with a client that asks for ECN").With(lab.ClientHost, "net.ipv4.tcp_ecn", "1"),
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.OffersNoECN,
	Fault:     faults.FirewallRule{Host: "router", Rule: dropECN},
	Want: harness.Want{
		Client: harness.ClientWant{Retransmissions: 1},
		Wire: map[string]string{
			"client":           ecnWire,
			"router:to-client": ecnWire,
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 1},
			{Host: "router", Rule: &dropECN, Exactly: 1},
		},
	},
})
