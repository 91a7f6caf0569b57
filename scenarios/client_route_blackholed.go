package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "client-route-blackholed",
	Cause:       diagnose.CauseOwnRoute,
	Group:       "local",
	Place:       "client",
	Experiences: []int{5, 11},
	Title: lang.Text{
		English: "A blackhole route on the client itself: connect fails at once with \"invalid argument\", and no packet leaves",
		Korean:  "클라이언트 자신의 블랙홀 라우트: connect가 곧바로 \"invalid argument\" 오류로 실패하고 패킷은 나가지 않는다",
	},
	Story: lang.Text{
		English: `A VPN whose tunnel is down keeps its traffic from leaking by a blackhole route, or a routing daemon has put one there for an aggregate. The client's own kernel finds that route and
refuses to connect: EINVAL, "invalid argument", which sounds like a mistake in the program and sends people into its source. Nothing leaves, so that every capture is empty. ip route get with
the server's address gives the same error, and ip route shows the route.`,
		Korean: `터널이 끊긴 VPN은 트래픽이 새지 않도록 블랙홀 라우트를 두고, 라우팅 데몬은 요약 라우트로 블랙홀을 두기도 한다. 클라이언트의 커널이 그 라우트를 찾으면 연결을 거부한다. 오류는
EINVAL, "invalid argument"인데, 프로그램의 실수처럼 들려서 다들 소스 코드부터 뒤진다. 패킷은 하나도 나가지 않으므로 어디서 캡처해도 비어 있다. 서버의 주소로 ip route get 명령을
실행하면 같은 오류가 나오고, ip route 목록에 그 라우트가 보인다.`,
	},
	Verdict: "not-sent",
	Fault:   faults.Misroute{Host: "client", To: "server", Kind: faults.Blackhole},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EINVAL", Stage: "connect"},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
			{Host: "client", Counter: "TcpOutSegs", Exactly: 0},
		},
	},
})
