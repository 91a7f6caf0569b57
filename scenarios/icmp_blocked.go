package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// webGroup is the security group of a web server that may be pinged. A new one lets through nothing.
var webGroup = faults.SecurityGroup("tcp/8080 icmp/echo-request")

// dropsAt is the number of packets that an allow list has dropped: those of a kind that a vantage point saw.
func dropsAt(l faults.AllowList, point, packet string) harness.CounterWant {
	return harness.CounterWant{Host: l.Host, Counter: l.CounterName(""), PacketsAt: point, Packet: packet}
}

var _ = register(harness.Scenario{
	Name:        "icmp-blocked",
	Cause:       diagnose.CauseICMPOnPath,
	Group:       "ping",
	Place:       "router",
	Experiences: []int{5, 6},
	Title: lang.Text{
		English: "ping fails because the security group drops ICMP; the host is up and its port answers",
		Korean:  "보안 그룹이 ICMP를 드롭해 ping이 실패한다: 호스트는 살아 있고 포트도 응답한다",
	},
	Story: lang.Text{
		English: `A security group is an allow list: what no rule names is dropped, and ICMP is not named by default. So ping loses
everything while the service works. The server's capture shows no echo request. A ping that fails proves nothing about the host; once
the rule for ICMP is added, the same ping loses nothing.`,
		Korean: `보안 그룹은 허용 목록이다. 규칙에 없는 트래픽은 드롭되며, ICMP는 기본적으로 규칙에 없다. 그래서 서비스는 정상인데
ping은 전부 유실된다. 서버 캡처에는 에코 요청이 보이지 않는다. ping 실패는 호스트에 대해 아무것도 증명하지 못한다.
ICMP 규칙을 추가하면 같은 ping이 하나도 유실되지 않는다.`,
	},
	Verdict:   "no-answer",
	Topology:  lab.WithWellKnown(),
	Fixtures:  []harness.Fixture{webGroup},
	Client:    clients.Ping{},
	Unnoticed: harness.SpeaksTCP,
	Fault:     faults.Revoke{List: webGroup, Permission: "icmp/echo-request"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredPing,
			"router:to-client": unansweredPing,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{echoesSent, dropsAt(webGroup, "router:to-client", "> icmp echo-request")},
	},
	Checks: []harness.Check{wellKnownAnswers, tcpWorks},
	Exercise: &harness.Exercise{
		Name: "ping-blocked", Level: 2, Pings: true,
		Solution: lang.Text{
			English: "The security group does not let ICMP through. The host is up, and so is its service: a ping that fails proves nothing about either.",
			Korean:  "보안 그룹이 ICMP를 허용하지 않는다. 호스트도 서비스도 정상이다. ping 실패만으로는 어느 쪽도 판단할 수 없다.",
		},
	},
})
