package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "bound-to-loopback",
	Cause:       diagnose.CauseBoundElsewhere,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The service listens on loopback addresses only: it works on the server, and is refused from everywhere else",
		Korean:  "서비스가 루프백 주소에서만 리슨한다: 서버 안에서는 동작하지만 밖에서는 모두 거부된다",
	},
	Story: lang.Text{
		English: `The program runs, and a check on the server itself (curl to localhost) succeeds. Its socket is bound to a loopback address, the
default of many databases and of development servers. To the kernel nobody listens on the address that the client asks: it answers the SYN with RST, just as
for closed-port. Only the server tells the two apart: ss -ltn shows the port in state LISTEN, beside an address of loopback.`,
		Korean: `프로그램은 떠 있고, 서버 안에서 하는 점검(localhost로 보내는 curl)도 성공한다. 그러나 소켓이 루프백 주소에 바인드되어 있다.
많은 데이터베이스와 개발용 서버의 기본값이 그렇다. 커널이 보기에는 클라이언트가 찾는 주소에서 리슨하는 프로세스가 없으므로, closed-port와 똑같이 SYN에
RST로 응답한다. 둘을 구별해 주는 것은 서버뿐이다. ss -ltn을 실행하면 포트가 LISTEN 상태이고 옆에 루프백 주소가 보인다.`,
	},
	Alike:   notListeningThere,
	Verdict: "refused",
	Fault:   faults.Misbehave{To: lab.Service{Bind: "loopback"}},
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
