package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "client-route-prohibited",
	Cause:       diagnose.CauseOwnRoute,
	Group:       "local",
	Place:       "client",
	Experiences: []int{5, 11},
	Title: lang.Text{
		English: "A prohibited route on the client itself: connect fails at once with \"permission denied\", and no packet leaves",
		Korean:  "클라이언트 자신의 금지 라우트: connect가 곧바로 \"permission denied\" 오류로 실패하고 패킷은 나가지 않는다",
	},
	Story: lang.Text{
		English: `An administrator keeps hosts off a network by a route of the type prohibit, or by a rule of policy routing. connect fails with EACCES, "permission denied": no rights of the user and no
capability mend it, and as root it is the same. The client's own kernel says so before any packet. On IPv6 a remote firewall's ICMP error gives the same number (router-reject): there a capture
shows a SYN and its answer, here it is empty.`,
		Korean: `관리자가 prohibit 종류의 라우트나 정책 라우팅 규칙으로 어떤 네트워크에 가지 못하게 했다. connect는 EACCES, "permission denied" 오류로 실패한다. 사용자의 권한이나 캐퍼빌리티로는 해결되지
않고, root 계정으로 해도 마찬가지다. 패킷이 나가기도 전에 클라이언트 자신의 커널이 거부한 것이다. IPv6에서는 먼 방화벽의 ICMP 오류도 같은 번호가 된다(router-reject). 그때는 캡처에 SYN과
그 응답이 보이고, 여기서는 비어 있다.`,
	},
	Verdict: "not-sent",
	Fault:   faults.Misroute{Host: "client", To: "server", Kind: faults.Prohibit},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EACCES", Stage: "connect"},
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
