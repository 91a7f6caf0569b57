package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The host is up and nobody listens: its kernel answers the SYN with a RST that acknowledges it (RFC 9293 section
// 3.10.7.1), whether or not an application is to be started there one day.
const refusedWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < R. seq 0 ack 1 win 0
`

var _ = register(harness.Scenario{
	Name:        "closed-port",
	Cause:       diagnose.CauseClosedPort,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1, 4},
	Title: lang.Text{
		English: "The host is up, nobody listens on the port: connection refused at once",
		Korean:  "호스트는 살아 있지만 포트에서 리슨하는 프로세스가 없다: 즉시 연결 거부",
	},
	Story: lang.Text{
		English: `The application is down, its host is not. The host's kernel answers the SYN with RST at once, and the client hears
"connection refused" after one round trip. A refusal by RST proves that the packet reached the host and that its answer came back.`,
		Korean: `애플리케이션이 내려갔을 뿐 호스트는 살아 있다. 호스트의 커널이 SYN에 곧바로 RST로 응답하고, 클라이언트는 왕복 한 번
만에 "connection refused"를 받는다. RST로 거부됐다는 것은 패킷이 호스트에 도달했고 그 응답도 돌아왔다는 증거다.`,
	},
	Alike:   notListeningThere,
	Verdict: "refused",
	Fault:   faults.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
	Exercise: &harness.Exercise{
		Name: "closed-port", Level: 1,
		Solution: lang.Text{
			English: "Nobody listens on the port. The server's kernel answers each SYN with a RST: the host is up, its application is not. Start it, or ask why it has ended.",
			Korean:  "그 포트에서 리슨하는 프로세스가 없다. 서버의 커널이 SYN마다 RST로 응답한다. 호스트는 살아 있고 애플리케이션만 죽은 것이다. 애플리케이션을 다시 띄우고, 왜 종료되었는지 확인한다.",
		},
	},
})
