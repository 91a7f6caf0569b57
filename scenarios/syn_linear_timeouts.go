package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// untuned is Routed with a client whose kernel has today's default schedule.
func untuned() lab.Topology {
	return lab.Routed().With("client", "net.ipv4.tcp_syn_linear_timeouts", "4")
}

var _ = register(harness.Scenario{
	Name:        "syn-linear-timeouts",
	Cause:       diagnose.CauseFirewallOnHost,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{2},
	Title: lang.Text{
		English: "Today's default schedule: since Linux 6.5 the first SYNs are sent again every second",
		Korean:  "요즘의 기본 재전송 간격: Linux 6.5부터 처음 몇 번은 SYN을 1초마다 재전송한다",
	},
	Story: lang.Text{
		English: `The textbook has SYNs at 0, 1, 3 and 7 s. A Linux of today that nobody has tuned sends its first four retransmissions 1 s apart each
(net.ipv4.tcp_syn_linear_timeouts=4), and doubles the gap only then: SYNs at 0, 1, 2, 3, 4, 5, 7 s. So a timeout of 3 s now survives two lost SYNs.
The other scenarios pin the classic schedule.`,
		Korean: `교과서대로라면 SYN은 0, 1, 3, 7초에 나간다. 튜닝하지 않은 요즘 Linux는 처음 네 번을 1초 간격으로
재전송하고(net.ipv4.tcp_syn_linear_timeouts=4), 그 뒤에야 간격을 두 배로 늘린다. SYN은 0, 1, 2, 3, 4, 5, 7초에 나간다.
따라서 이제는 타임아웃이 3초여도 SYN 두 개의 유실을 견딘다. 다른 시나리오는 고전적인 간격으로 고정해 두었다.`,
	},
	Verdict:  "no-answer",
	TCPOnly:  "it is about when a SYN is sent again; firewall-drop has the same fault",
	Topology: untuned(),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.FirewallRule{Host: "server", Rule: dropInput},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, {Host: "server", Rule: &dropInput, PacketsAt: "server", Packet: "> S"}},
	},
})
