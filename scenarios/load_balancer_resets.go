package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var connectionBalancer = faults.LoadBalancer(4)

// acceptedThenResetWire: the RST comes when the load balancer has heard from the server, which is no matter of a timer. It
// and the client's request may cross; where the request comes later, it finds no connection and is answered by a RST of
// its own.
const acceptedThenResetWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < R*
...
never    < P*
never    < F*
`

var _ = register(harness.Scenario{
	Name:        "load-balancer-resets",
	Cause:       diagnose.CauseForgedReset,
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A load balancer for connections accepts, cannot reach its server, and resets",
		Korean:  "L4 로드 밸런서가 연결을 수락했으나 서버에 닿지 못해 리셋한다",
	},
	Story: lang.Text{
		English: `A load balancer at layer 4 knows nothing of HTTP and cannot answer 503. It accepts the client's connection, is refused by the server, and
tells the client in the only way that it has: RST. The client has connected, so its connect timeout and its "connection refused" never come into play;
it hears "connection reset by peer" as it sends or reads. One would look for a server that crashes, while none is running: behind the load balancer
a capture shows SYN and RST.`,
		Korean: `L4 로드 밸런서는 HTTP를 모르므로 503으로 응답할 수 없다. 클라이언트의 연결을 수락하지만 서버로 맺는 연결은 거부되고,
이를 자신이 가진 유일한 수단인 RST로 클라이언트에 알린다. 클라이언트는 이미 연결된 상태이므로 연결 타임아웃도
"connection refused"도 나타나지 않고, 데이터를 보내거나 읽다가 "connection reset by peer"를 받는다. 그래서 비정상
종료하는 서버를 찾게 되지만, 실제로는 실행 중인 서버가 없다. 로드 밸런서 뒤에서 캡처하면 SYN과 RST가 보인다.`,
	},
	Alike:         notListeningThere,
	Verdict:       "reset-by-server",
	ServerVerdict: "refused",
	Fixtures:      []harness.Fixture{connectionBalancer},
	Target:        "router",
	Fault:         faults.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET"},
		Wire: map[string]string{
			"client":           acceptedThenResetWire,
			"router:to-client": acceptedThenResetWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Sources: behindProxy,
		Counters: []harness.CounterWant{
			{Host: "router", Counter: "TcpAttemptFails", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
