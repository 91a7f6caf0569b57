package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "wrong-port",
	Cause:       diagnose.CauseClosedPort,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The service listens on another port than the one that the client asks",
		Korean:  "서비스가 클라이언트가 찾는 포트가 아닌 다른 포트에서 리슨한다",
	},
	Story: lang.Text{
		English: `The program runs and is well, on port 8081: after a new version, with another configuration, or behind a port mapping that nobody
has changed with it. Nobody listens on port 8080, so the kernel answers the SYN with RST, just as for closed-port. On the server, ss -ltn shows the port on which the program
listens.`,
		Korean: `프로그램은 8081 포트에서 정상으로 동작한다. 새 버전을 배포했거나, 설정이 바뀌었거나, 포트 매핑을 함께 고치지 않은 경우다.
8080 포트에서 리슨하는 프로세스가 없으므로, 커널은 closed-port와 똑같이 SYN에 RST로 응답한다. 서버에서 ss -ltn을 실행하면 프로그램이 리슨하는 포트가 보인다.`,
	},
	Alike:   notListeningThere,
	Verdict: "refused",
	Fault:   faults.Misbehave{To: lab.Service{Port: lab.Port + 1}},
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
})
