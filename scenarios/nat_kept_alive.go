package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// keptAliveWire: keep-alives pass while the connection rests, and the second request is answered.
const keptAliveWire = `
+0        > S
+0..0.25  < S.
+any      > .  seq 1 ack 1
+any      > P. seq 1 ack 1
...
+any      < P. seq 1 len !0
...
+0.9..2   > .  len 0
+0..0.25  < .  len 0
...
+any      > P. len !0
...
+any      < P. len !0
...
never     * R*
`

var _ = register(harness.Scenario{
	Name:        "nat-kept-alive",
	Group:       "healthy",
	Experiences: []int{10},
	Title: lang.Text{
		English: "NAT that forgets, and a client that keeps the connection alive: nothing is lost",
		Korean:  "연결을 잊는 NAT와 연결을 살려 두는 클라이언트: 아무것도 사라지지 않는다",
	},
	Story: lang.Text{
		English: `The NAT forgets a connection on which nothing moves for 3 s, and the client lets it rest for 5 s. But its kernel asks every second whether the other end is still there (SO_KEEPALIVE,
TCP_KEEPIDLE and TCP_KEEPINTVL), and each question and its answer let the NAT's clock begin anew. The default of Linux, 2 hours, is longer than any NAT remembers: keep-alive helps only where its
interval was set. Compare nat-forgets, in which nobody asks.`,
		Korean: `이 NAT는 3초 동안 아무것도 오가지 않는 연결을 잊는데, 클라이언트는 연결을 5초 동안 쉬게 한다. 그러나 클라이언트의 커널은 1초마다 상대가 아직 있는지 묻고(SO_KEEPALIVE,
TCP_KEEPIDLE, TCP_KEEPINTVL), 질문과 대답이 오갈 때마다 NAT의 시계는 처음부터 다시 시작된다. Linux의 기본값인 2시간은 어떤 NAT가 기억하는 시간보다도 길다. 그러므로 간격을 설정해야만
keepalive 기능이 도움이 된다. 아무도 묻지 않는 nat-forgets와 비교해 보라.`,
	},
	Verdict:  "ok",
	Topology: faults.Translated(),
	Fixtures: []harness.Fixture{faults.NAT{Unknown: "drop", Idle: 3 * time.Second}},
	Client:   agent.GoClient{Idle: 5 * time.Second, KeepAlive: time.Second},
	Fault:    harness.NoFault{},
	Want: harness.Want{
		Client: harness.ClientWant{},
		Wire: map[string]string{
			"client":           keptAliveWire,
			"router:to-client": keptAliveWire,
			"router:to-server": keptAliveWire,
			"server":           keptAliveWire,
		},
		Sources: map[string]string{"router:to-client": "client", "router:to-server": "router", "server": "router"},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "router", Counter: faults.NATUnknownCounter, Exactly: 0},
		},
	},
})
