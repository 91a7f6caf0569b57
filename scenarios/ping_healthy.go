package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// Echo requests (RFC 792, RFC 4443 section 4) and their replies, as ping sends three of them.
const (
	answeredPing = `
+0       > icmp echo-request
+0..0.25 < icmp echo-reply
+any     > icmp echo-request
+0..0.25 < icmp echo-reply
+any     > icmp echo-request
+0..0.25 < icmp echo-reply
`
	unansweredPing = `
+0   > icmp echo-request
+any > icmp echo-request
+any > icmp echo-request
`
)

// answered is the success of a client that sends its three requests 0.2 s apart.
var answered = harness.ClientWant{Within: 400*time.Millisecond + harness.AtOnce}

var (
	echoesSent = harness.CounterWant{Host: "client", Counter: "IcmpOutEchos", PacketsAt: "client", Packet: "> icmp echo-request"}
	// tcpWorks and wellKnownAnswers are what one asks next when ping fails.
	tcpWorks = harness.Check{Name: "tcp", Question: lang.Text{English: "Does TCP answer on the port?", Korean: "포트에서 TCP는 응답하는가?"},
		Want: harness.Want{Wire: map[string]string{"client": servedWire, "server": servedWire}}}
	wellKnownAnswers = harness.Check{Name: "well-known-host", Question: lang.Text{English: "Does a well-known host answer, so that the client is online?", Korean: "잘 알려진 호스트가 응답하는가? 곧, 클라이언트는 온라인인가?"},
		Client: clients.Ping{}, Target: lab.WellKnown,
		Want: harness.Want{Client: answered, Wire: map[string]string{"client": answeredPing, "well-known": answeredPing}}}
)

var _ = register(harness.Scenario{
	Name:        "ping-healthy",
	Group:       "healthy",
	Experiences: []int{4},
	Title: lang.Text{
		English: "ping: the host answers, 0 % loss",
		Korean:  "ping: 호스트가 응답한다, 손실률 0%",
	},
	Story: lang.Text{
		English: `Before one looks at an application one looks at its host: ping sends ICMP echo requests, and the host's kernel answers
them. 0 % loss means that the host is alive and that the way there and back is open for ICMP. It says nothing of any port.`,
		Korean: `애플리케이션을 보기 전에 호스트부터 본다. ping은 ICMP 에코 요청을 보내고, 호스트의 커널이 이에 응답한다. 손실률 0%는
호스트가 살아 있고, 오가는 경로가 ICMP에 열려 있다는 뜻이다. 포트에 대해서는 아무것도 알려 주지 않는다.`,
	},
	Verdict:  "ok",
	Topology: lab.WithWellKnown(),
	Client:   clients.Ping{},
	Fault:    harness.NoFault{},
	Want: harness.Want{
		Client: answered,
		Wire: map[string]string{
			"client":           answeredPing,
			"router:to-client": answeredPing,
			"router:to-server": answeredPing,
			"server":           answeredPing,
		},
		Counters: []harness.CounterWant{
			echoesSent,
			{Host: "server", Counter: "IcmpInEchos", PacketsAt: "server", Packet: "> icmp echo-request"},
		},
	},
	Checks: []harness.Check{wellKnownAnswers, tcpWorks},
})
