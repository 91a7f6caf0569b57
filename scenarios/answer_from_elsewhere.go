package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var rewriteSource = faults.Rewrite{What: faults.RewriteSource}

var _ = register(harness.Scenario{
	Name:        "answer-from-elsewhere",
	Cause:       diagnose.CauseOneWayNAT,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The SYN-ACK comes from another address than the client has asked: its kernel resets it and goes on waiting",
		Korean:  "SYN-ACK이 클라이언트가 물은 주소가 아닌 다른 주소에서 온다: 커널은 이를 리셋하고 계속 기다린다",
	},
	Story: lang.Text{
		English: `A NAT translates one direction only. A load balancer passes requests on and the server answers the client directly, a second gateway masquerades what leaves, or a pod's answer does not go back by the node
that has changed its destination. The server answers each SYN at once, and each answer arrives, but from an address that the client has never asked: it belongs to no connection, and the kernel answers it
with a RST. The client sends its SYN at 0, 1, 3 and 7 s, as if nothing came. A filter for the server's address hides the answers; capture by the port alone. The server sees its SYN-ACKs unanswered.`,
		Korean: `NAT가 한 방향만 변환한다. 로드 밸런서가 요청을 넘겼는데 서버가 클라이언트에 직접 응답하거나, 나가는 패킷을 다른 게이트웨이가 마스커레이드하거나, 파드의 응답이 목적지 주소를 바꾼 노드를 거치지 않고 돌아온다. 서버는
SYN마다 곧바로 응답하고 응답은 모두 도착하지만, 클라이언트가 물은 적 없는 주소에서 온다. 어느 연결에도 속하지 않으므로 커널은 RST로 응답한다. 클라이언트는 아무것도 오지 않는 것처럼 0, 1, 3, 7초에 SYN을 보낸다. 서버 주소로
거르는 필터는 이 응답을 숨기므로 포트만으로 캡처한다. 서버에서는 SYN-ACK에 응답이 없다.`,
	},
	Verdict:       "no-answer",
	ServerVerdict: "synack-unanswered",
	Timeout:       harness.PatientTimeout,
	Fault:         rewriteSource,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": synackUnansweredWire,
			"server":           synackUnansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "router", Rule: rewriteSource, PacketsAt: "server", Packet: "< S."},
			{Host: "client", Counter: "TcpOutRsts", PacketsAt: "server", Packet: "< S."},
		},
	},
})
