package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// serviceResetWire: the RST acknowledges the request, which the server's kernel has taken.
const serviceResetWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < R. seq 1 ack !1
...
never    < P*
never    < F*
`

var _ = register(harness.Scenario{
	Name:        "service-resets",
	Cause:       diagnose.CauseAborted,
	Group:       "transfer",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service reads the request and resets the connection",
		Korean:  "서비스가 요청을 읽고 연결을 리셋한다",
	},
	Story: lang.Text{
		English: `The program itself ends the connection with RST: it closes a socket with SO_LINGER at 0 s, as programs do that give up at once. The client
hears "connection reset by peer". On the wire it looks as if a firewall had done it (router-resets-request, server-resets-request); the kernel of the server tells: its counter
TcpExtTCPAbortOnData grows, which it does for its own programs alone (nstat).`,
		Korean: `프로그램이 스스로 RST로 연결을 끝낸다. SO_LINGER를 0초로 두고 소켓을 닫는 것으로, 곧바로 포기하는 프로그램이 이렇게 한다. 클라이언트는
"connection reset by peer"를 받는다. 패킷만 보면 방화벽이 한 일과 같아 보인다(router-resets-request, server-resets-request). 구별해 주는 것은 서버의 커널이다.
TcpExtTCPAbortOnData 카운터가 늘어나는데, 자기 프로그램이 한 일에만 늘어난다(nstat).`,
	},
	Verdict: "reset-by-server",
	Fault:   faults.Misbehave{To: lab.Service{Behaviour: lab.ResetAfterRequest}},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           serviceResetWire,
			"router:to-client": serviceResetWire,
			"router:to-server": serviceResetWire,
			"server":           serviceResetWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpExtTCPAbortOnData", Exactly: 1},
			{Host: "server", Counter: "TcpExtTCPAbortOnClose", Exactly: 0},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
		},
	},
})
