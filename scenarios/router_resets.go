package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var resetForward = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Reject: "tcp-reset"}

var _ = register(harness.Scenario{
	Name:        "router-resets",
	Cause:       diagnose.CauseForgedRefusal,
	Group:       "refused",
	Place:       "router",
	Experiences: []int{1, 10},
	Title: lang.Text{
		English: "Something on the way answers the SYN with a RST in the server's name: refused, and not by the server",
		Korean:  "경로상의 무언가가 서버를 가장해 SYN에 RST로 응답한다: 거부됐지만 서버가 거부한 것은 아니다",
	},
	Story: lang.Text{
		English: `A firewall on the way answers for the server: its RST has the server's address and the acknowledgment that the server's own
would have (iptables -A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset). At the client nothing tells it from a closed port: ECONNREFUSED
at once, one SYN, one RST. But the service listens, and a capture on the server holds nothing. Refused proves that something answers, and not that it
was the server. A hint is the RST's time to live: it has passed fewer routers than the server's replies have.`,
		Korean: `경로상의 방화벽이 서버 대신 응답한다. 이 RST에는 서버의 주소와, 서버가 직접 보냈을 때와 같은 확인 응답 번호가 들어
있다(iptables -A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset). 클라이언트에서는 닫힌 포트와 구별할
수 없다. 곧바로 ECONNREFUSED가 나오고, SYN 하나에 RST 하나다. 그러나 서비스는 리슨하고 있고, 서버 캡처에는 아무것도
없다. 거부됐다는 것은 무언가가 응답했다는 증거일 뿐, 서버가 응답했다는 증거는 아니다. 단서는 RST의 TTL이다. 이 RST는
서버의 응답보다 라우터를 적게 거쳐 왔다.`,
	},
	Verdict: "refused",
	Fault:   faults.FirewallRule{Host: "router", Rule: resetForward},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &resetForward, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
	Exercise: &harness.Exercise{
		Name: "router-resets-syn", Level: 3,
		Solution: lang.Text{
			English: "Something on the way answers the SYN with a RST in the server's name. For the client it is a closed port; the server's capture holds no SYN at all.",
			Korean:  "중간의 장비가 서버의 이름으로 SYN에 RST를 보낸다. 클라이언트에는 닫힌 포트와 똑같이 보이지만, 서버의 캡처에는 SYN이 아예 없다.",
		},
	},
})
