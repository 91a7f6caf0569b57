package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var quietNAT = faults.NAT{Unknown: "drop"}

var _ = register(harness.Scenario{
	Name:        "nat",
	Group:       "healthy",
	Experiences: []int{10},
	Title: lang.Text{
		English: "NAT, and all is well: the two sides of the router show different addresses",
		Korean:  "NAT를 거치지만 모두 정상이다: 라우터 양쪽에서 보이는 주소가 다르다",
	},
	Story: lang.Text{
		English: `The router rewrites the source of each packet to its own address, and keeps a mapping by which the replies find their way back
(connection tracking). The server sees the router as its client: its log, its capture and its firewall know nothing of the real one. To follow a
connection through a NAT, compare sequence numbers, not addresses.`,
		Korean: `라우터가 모든 패킷의 출발지를 자신의 주소로 바꾸고, 응답이 되돌아갈 수 있도록 매핑을 유지한다(연결 추적, connection
tracking). 서버에는 라우터가 클라이언트로 보인다. 서버의 로그도 캡처도 방화벽도 실제 클라이언트를 모른다. NAT를 지나는
연결을 따라가려면 주소가 아니라 시퀀스 번호를 비교해야 한다.`,
	},
	Verdict:  "ok",
	Topology: faults.Translated(),
	Fixtures: []harness.Fixture{quietNAT},
	Fault:    harness.NoFault{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Sources: map[string]string{"router:to-client": "client", "router:to-server": "router", "server": "router"},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "router", Counter: faults.NATUnknownCounter, Exactly: 0},
		},
	},
})

// A client with a pool of connections: it uses one, lets it rest, and uses it again.
var pooled = agent.GoClient{Idle: 2500 * time.Millisecond}

// The NAT forgets after a second; Linux's own default is five days, cloud providers have 350 s, home routers minutes.
const memory = time.Second

// keptBegin is a connection with one request and its reply, and then the second request.
const keptBegin = `
+0       > S
+0..0.25 < S.
+any     > .
+any     > P. seq 1 ack 1
...
+2.4..4  > P. len !0
`

// forgotten is a connection that rests until the NAT has forgotten it.
func forgotten(name string, title, story lang.Text, n faults.NAT, want harness.Want) harness.Scenario {
	return harness.Scenario{
		Name: name, Group: "idle", Place: "router", Experiences: []int{10}, Title: title, Story: story,
		Topology:  faults.Translated(),
		Fixtures:  []harness.Fixture{n},
		Client:    pooled,
		Unnoticed: harness.NeverRests,
		Fault:     faults.ForgetIdle{NAT: n, After: memory},
		Want:      want,
	}
}

var _ = func() struct{} {
	silent := keptBegin + "+0.1..1 > P. len !0\n+any > P. len !0\n...\nnever < R*\nnever < F*"
	s := forgotten("nat-forgets",
		lang.Text{
			English: "A NAT forgets an idle connection, silently: the next request is sent again and again, and nobody answers",
			Korean:  "NAT가 유휴 연결을 소리 없이 잊는다: 다음 요청은 거듭 재전송되지만 아무도 응답하지 않는다",
		},
		lang.Text{
			English: `A connection out of a pool has rested for longer than the NAT remembers. Client and server both believe in it; the NAT has no
mapping any more and drops what comes. The client's next request is retransmitted without an answer, and its read times out: as if the
server hung, which has seen nothing of it. Keep-alives (SO_KEEPALIVE with an interval below the NAT's memory), or a pool that lets no connection
rest for so long, prevent it.`,
			Korean: `커넥션 풀의 연결이 NAT가 기억하는 시간보다 오래 유휴 상태로 방치되었다. 클라이언트와 서버는 둘 다 연결이 살아 있다고 믿지만,
NAT에는 더 이상 매핑이 없으므로 들어오는 패킷은 드롭된다. 클라이언트의 다음 요청은 응답 없이 재전송되고, read는
타임아웃으로 끝난다. 서버가 멈춘 것처럼 보이지만, 서버는 이 요청을 본 적이 없다. keepalive(NAT가 기억하는 시간보다 간격이
짧은 SO_KEEPALIVE)를 쓰거나, 연결을 그만큼 오래 유휴 상태로 방치하지 않는 풀을 쓰면 막을 수 있다.`,
		},
		quietNAT, harness.Want{
			Client: harness.ClientWant{Timeout: true, Stage: "read"},
			Wire: map[string]string{
				"client":           silent,
				"router:to-client": silent,
				"router:to-server": firstRequestWire,
				"server":           firstRequestWire,
			},
			Counters: []harness.CounterWant{{Host: "client", Counter: "TcpAttemptFails", Exactly: 0}},
		})
	s.Verdict, s.ServerVerdict, s.Cause, s.Alike = "blackhole", "open", diagnose.CauseForgotten, droppedAtRest
	return register(s)
}()

var resettingNAT = faults.NAT{Unknown: "reset"}

var _ = func() struct{} {
	reset := keptBegin + "+0..0.25 < R*"
	s := forgotten("nat-forgets-reset",
		lang.Text{
			English: "A NAT forgets an idle connection and says so: the next request is answered by a RST that the server never sent",
			Korean:  "NAT가 유휴 연결을 잊고 이를 알린다: 다음 요청에 서버가 보낸 적 없는 RST가 돌아온다",
		},
		lang.Text{
			English: `As nat-forgets, but this NAT answers what it does not know with a RST in the server's name. The client hears ECONNRESET at once, and can
connect anew. The server has sent no RST: its capture shows a connection that is still open.`,
			Korean: `nat-forgets와 같지만, 이 NAT는 모르는 패킷을 받으면 서버를 가장해 RST로 응답한다. 클라이언트는 곧바로 ECONNRESET을
받고, 새로 연결할 수 있다. 서버는 RST를 보낸 적이 없다. 서버 캡처에는 아직 열려 있는 연결이 보인다.`,
		},
		resettingNAT, harness.Want{
			Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
			Wire: map[string]string{
				"client":           reset,
				"router:to-client": reset,
				"router:to-server": firstRequestWire,
				"server":           firstRequestWire,
			},
			Counters: []harness.CounterWant{
				{Host: "router", Counter: faults.NATUnknownCounter, Exactly: 1},
				{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			},
		})
	s.Verdict, s.ServerVerdict, s.Cause = "reset-by-server", "open", diagnose.CauseIdleTimeout
	return register(s)
}()
