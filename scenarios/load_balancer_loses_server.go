package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "load-balancer-loses-server",
	Cause:       diagnose.CauseBackendLost,
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "Behind a load balancer the server falls silent: the client's request is acknowledged by the load balancer, and lost behind it",
		Korean:  "로드 밸런서 뒤의 서버가 침묵한다: 클라이언트의 요청에 로드 밸런서가 확인 응답을 보내지만, 그 뒤에서 사라진다",
	},
	Story: lang.Text{
		English: `A load balancer at layer 4 has two connections, and acknowledges on the one what it cannot deliver on the other. The server behind it drops the request; the client's kernel has its acknowledgment,
so that neither retransmissions nor TCP_USER_TIMEOUT end its wait, and keep-alive probes are answered by the load balancer: only the client's own deadline helps. In front it looks like a service
that hangs (service-hangs), behind it like request-dropped.`,
		Korean: `L4 로드 밸런서는 연결을 두 개 갖고 있어서, 한쪽에서 전달하지 못하는 것에도 다른 쪽에서는 확인 응답을 보낸다. 뒤의 서버는 요청을 드롭하지만 클라이언트의 커널은 이미 확인 응답을 받았다. 그래서 재전송도
TCP_USER_TIMEOUT 설정도 대기를 끝내지 못하고, keepalive 프로브에는 로드 밸런서가 응답한다. 도움이 되는 것은 클라이언트 자신의 데드라인뿐이다. 앞에서 보면 멈춘 서비스 같고(service-hangs), 뒤에서
보면 request-dropped 시나리오 같다.`,
	},
	Verdict:       "no-reply",
	ServerVerdict: "blackhole",
	Fixtures:      []harness.Fixture{connectionBalancer},
	Target:        "router",
	Fault:         faults.FirewallRule{Host: "server", Rule: dropArriving},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           hangingWire,
			"router:to-client": hangingWire,
			"router:to-server": requestUnansweredWire,
			"server":           requestUnansweredWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &dropArriving, PacketsAt: "server", Packet: "> P*"},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
		},
	},
})
