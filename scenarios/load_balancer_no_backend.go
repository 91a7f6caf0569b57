package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// behindProxy are the addresses that a client has on the two sides of a proxy, which connects on by itself.
var behindProxy = map[string]string{"client": "client", "router:to-client": "client", "router:to-server": "router", "server": "router"}

var requestBalancer = faults.LoadBalancer(7)

var _ = register(harness.Scenario{
	Name:        "load-balancer-no-backend",
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The load balancer answers, its server does not: 503 on a connection in perfect order",
		Korean:  "로드 밸런서는 응답하지만 그 뒤의 서버는 응답하지 않는다: 연결은 완벽히 정상인데 503",
	},
	Story: lang.Text{
		English: `The application is down, and a load balancer stands before it. The client's connection ends at the load balancer, which is up: the
handshake completes, the request is acknowledged, an answer comes. The answer is 503 (other load balancers say 502 or 504), since the load balancer's
own connection to the server was refused. To TCP all is well on the client's side; the failure is on another connection, which only a capture behind
the load balancer shows. A client, and a health check, that looks no further than the connection takes this for success.`,
		Korean: `애플리케이션이 내려갔고, 그 앞에 로드 밸런서가 있다. 클라이언트의 연결은 로드 밸런서에서 끝나며, 로드 밸런서는 살아
있다. 그래서 핸드셰이크가 완료되고, 요청에 확인 응답이 오고, 답도 돌아온다. 다만 그 답이 503이다(502나 504를 보내는
로드 밸런서도 있다). 로드 밸런서가 서버에 맺으려던 연결이 거부됐기 때문이다. TCP로 보면 클라이언트 쪽은 모두 정상이다.
장애는 다른 연결에 있으며, 로드 밸런서 뒤에서 캡처해야만 보인다. 연결까지만 확인하는 클라이언트와 헬스 체크는 이를
성공으로 여긴다.`,
	},
	Alike:         notListeningThere,
	Verdict:       "ok",
	ServerVerdict: "refused",
	Fixtures:      []harness.Fixture{requestBalancer},
	Target:        "router",
	Fault:         faults.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Status: 503, Stage: "read"},
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
