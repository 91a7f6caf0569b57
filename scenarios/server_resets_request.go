package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var resetArriving = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Data: true, Reject: "tcp-reset"}

var _ = register(harness.Scenario{
	Name:        "server-resets-request",
	Cause:       diagnose.CauseServerRefusal,
	Group:       "established",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server's own firewall resets the connection when the request arrives",
		Korean:  "요청이 도착하면 서버 자체 방화벽이 연결을 리셋한다",
	},
	Story: lang.Text{
		English: `The handshake completes, and the request is answered with a RST by the server's own kernel, before the program reads it: a rule of its firewall, as an
intrusion prevention on the host has them. The client hears "connection reset by peer". A capture on the server shows the request coming in and the RST going
out: so it was the server, and its firewall (nft list ruleset) is where to look before its program.`,
		Korean: `핸드셰이크는 완료되고, 프로그램이 요청을 읽기도 전에 서버 자신의 커널이 RST로 응답한다. 호스트 침입 방지 프로그램이 두는 것과 같은
방화벽 규칙이다. 클라이언트는 "connection reset by peer"를 받는다. 서버에서 캡처하면 요청이 들어오고 RST가 나가는 것이 보인다. 그러니
서버가 한 일이며, 프로그램보다 방화벽(nft list ruleset)을 먼저 살펴봐야 한다.`,
	},
	Verdict: "reset-by-server",
	Fault:   faults.FirewallRule{Host: "server", Rule: resetArriving},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           requestResetWire,
			"router:to-client": requestResetWire,
			"router:to-server": requestResetWire,
			"server":           requestResetWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &resetArriving, Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
		},
	},
	Exercise: &harness.Exercise{
		Name: "server-resets-request", Level: 3,
		Solution: lang.Text{
			English: "The server itself resets the connection when the request arrives: a capture there shows the request coming in and the RST going out.",
			Korean:  "요청이 도착하면 서버 스스로 연결을 리셋한다. 서버의 캡처에 요청이 들어오고 RST가 나가는 것이 보인다.",
		},
	},
})
