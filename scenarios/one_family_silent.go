package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropOneFamily = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port}

// servedEverywhere is a connection that works, as each vantage point sees it.
var servedEverywhere = map[string]string{
	"client":           servedWire,
	"router:to-client": servedWire,
	"router:to-server": servedWire,
	"server":           servedWire,
}

var _ = register(harness.Scenario{
	Name:        "one-family-silent",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "names",
	Place:       "router",
	Experiences: []int{7, 9},
	Title: lang.Text{
		English: "One family of addresses is dropped on the way: every connection begins with a wait, and then succeeds by the other",
		Korean:  "한쪽 주소 체계만 경로에서 드롭된다: 모든 연결이 잠시 기다린 뒤 다른 쪽 주소로 성공한다",
	},
	Story: lang.Text{
		English: `The service has an IPv4 and an IPv6 address, and a firewall on the way drops what goes to one of them, as where its rules were written
for IPv4 alone. A client that tries several addresses (RFC 8305, "Happy Eyeballs") sends its SYN to the first, hears nothing for 250 ms, tries the
other besides, and succeeds. Nobody sees an error, and each new connection is 250 ms late. A client that knows only the first address hangs until
its own timeout.`,
		Korean: `서비스에는 IPv4 주소와 IPv6 주소가 모두 있는데, 경로의 방화벽이 그중 한쪽으로 가는 패킷을 드롭한다. 규칙을 IPv4용으로만
작성한 경우가 그렇다. 여러 주소를 시도하는 클라이언트(RFC 8305, "Happy Eyeballs")는 첫 주소로 SYN을 보내고, 250ms 동안 응답이
없으면 다른 주소도 시도해서 성공한다. 에러는 어디에도 보이지 않고, 새 연결마다 250ms씩 늦어질 뿐이다. 첫 주소만 아는
클라이언트는 자체 타임아웃까지 멈춰 있는다.`,
	},
	Verdict: "no-answer",
	Also:    []harness.Address{{OtherFamily: true, Wire: servedEverywhere}},
	Fault:   faults.FirewallRule{Host: "router", Rule: dropOneFamily},
	Want: harness.Want{
		Client: harness.ClientWant{After: lab.AttemptDelay},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropOneFamily, PacketsAt: "router:to-client", Packet: "> S"},
		},
	},
})
