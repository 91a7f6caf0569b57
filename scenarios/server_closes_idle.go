package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "server-closes-idle",
	Cause:       diagnose.CauseKeepAliveTimeout,
	Group:       "idle",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The server closes an idle connection first, with a FIN: the next request on it meets a RST",
		Korean:  "서버가 유휴 연결을 먼저 FIN으로 닫는다: 그 연결로 보낸 다음 요청에는 RST가 돌아온다",
	},
	Story: lang.Text{
		English: `The keep-alive timeout of the server is shorter than the client's pool, or a load balancer before it, keeps a connection. The server closes in good order: its
FIN is acknowledged by the client's kernel, and the client, which was not reading, does not know. The next request goes out and is answered by a RST, because
nobody is left to read it. The read ends with EOF. Both captures show the FIN of the server long before the request. As a rule, the side that sends requests
must close first: a client's idle time must be shorter than that of the load balancer, and the load balancer's shorter than that of the server behind it.`,
		Korean: `클라이언트의 커넥션 풀이나 앞단의 로드 밸런서가 연결을 유지하는 시간보다 서버의 keep-alive 타임아웃이 짧다. 서버는 연결을 정상적으로
닫는다. 클라이언트의 커널은 FIN에 확인 응답을 보냈지만, 읽고 있지 않던 클라이언트는 이를 모른다. 다음 요청은 그대로 나가고, 읽을
쪽이 없으므로 RST가 돌아온다. read는 EOF로 끝난다. 양쪽 캡처 모두에서 요청보다 훨씬 먼저 나온 서버의 FIN이 보인다. 원칙은 요청을
보내는 쪽이 먼저 닫는 것이다. 클라이언트의 유휴 시간은 로드 밸런서보다 짧아야 하고, 로드 밸런서의 유휴 시간은 그 뒤의 서버보다 짧아야
한다.`,
	},
	Verdict:   "closed-early",
	Client:    pooled,
	Unnoticed: harness.NeverRests,
	Fault:     faults.EndIdle{After: time.Second},
	Want: harness.Want{
		Client: harness.ClientWant{Closed: true, Stage: "read"},
		Wire: map[string]string{
			"client":           closedWhileIdleWire,
			"router:to-client": closedWhileIdleWire,
			"router:to-server": closedWhileIdleWire,
			"server":           closedWhileIdleWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", PacketsAt: "server", Packet: "< R*"},
		},
	},
})
