package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "router-null-route",
	Cause:       diagnose.CausePathBroken,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{9, 10},
	Title: lang.Text{
		English: "A router on the way has a null route for the server: each SYN is thrown away, and nobody says so",
		Korean:  "경로상의 라우터에 서버로 가는 null 라우트가 있다: SYN이 모두 버려지고 아무도 알리지 않는다",
	},
	Story: lang.Text{
		English: `The provider has taken the server's address out of the network (a remotely triggered black hole against an attack, RFC 5635), a route table of a cloud leads to an interface that is no
more, or an aggregate route ends in Null0. The router forwards nothing and answers nothing, so that the client sees what it sees of a security group: SYNs at 0, 1, 3 and 7 s. No rule of
any firewall counts them. On the router itself, ip route get tells at once.`,
		Korean: `통신사가 공격을 막으려고 서버의 주소를 네트워크에서 빼 버렸거나(원격 트리거 블랙홀, RFC 5635), 클라우드의 라우팅 테이블이 이미 사라진 인터페이스를 가리키거나, 요약
라우트가 Null0에서 끝난다. 라우터는 아무것도 전달하지 않고 아무 응답도 하지 않는다. 클라이언트에는 보안 그룹이 막을 때와 똑같이 0, 1, 3, 7초에 SYN만 보인다. 어떤
방화벽의 규칙도 이 패킷을 세지 않는다. 라우터에서 ip route get 명령을 실행하면 곧바로 알 수 있다.`,
	},
	Verdict:  "no-answer",
	Timeout:  harness.PatientTimeout,
	Fixtures: []harness.Fixture{webGroup},
	Alike:    routerDropsSYN,
	Fault:    faults.Misroute{Host: "router", To: "server", Kind: faults.Blackhole},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: webGroup.Host, Counter: webGroup.CounterName(""), Exactly: 0},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
