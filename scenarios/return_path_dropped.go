package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropReturn = faults.Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: lab.Port}

var _ = register(harness.Scenario{
	Name:        "return-path-dropped",
	Cause:       diagnose.CauseAnswerLost,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{7, 10},
	Title: lang.Text{
		English: "The way back is blocked: the server answers, and each SYN-ACK is dropped on the router",
		Korean:  "돌아오는 길이 막혀 있다: 서버는 응답하지만 SYN-ACK이 라우터에서 모두 드롭된다",
	},
	Story: lang.Text{
		English: `A rule on the router drops what comes from the port (iptables -A FORWARD -p tcp --sport 8080 -j DROP), as after a change that looked at one
direction alone. The SYN reaches the server, which answers with SYN-ACK, again and again. At the client it looks as if nothing had arrived: SYNs at 0, 1,
3 and 7 s, then its own timeout. A capture on the server shows both, the SYN and the answer.`,
		Korean: `라우터의 규칙이 그 포트에서 나오는 패킷을 드롭한다(iptables -A FORWARD -p tcp --sport 8080 -j DROP). 한쪽 방향만 보고 설정을
바꾼 뒤에 흔히 일어난다. SYN은 서버에 도달하고 서버는 SYN-ACK을 거듭 보낸다. 클라이언트에서는 아무것도 도착하지 않은 것처럼
보인다. SYN은 0, 1, 3, 7초에 나가고, 그다음은 자체 타임아웃이다. 서버에서 캡처하면 SYN과 응답이 모두 보인다.`,
	},
	Verdict:       "no-answer",
	ServerVerdict: "synack-unanswered",
	Timeout:       harness.PatientTimeout,
	Fault:         faults.FirewallRule{Host: "router", Rule: dropReturn},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": synackUnansweredWire,
			"server":           synackUnansweredWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, {Host: "router", Rule: &dropReturn, PacketsAt: "router:to-server", Packet: "< S."}},
	},
	Exercise: &harness.Exercise{
		Name: "way-back", Level: 2,
		Solution: lang.Text{
			English: "The way back is blocked, as by a network ACL without its return rule. The SYN reaches the server, which answers again and again; each SYN-ACK is lost on the router.",
			Korean:  "돌아오는 방향이 막혀 있다. 반환 규칙을 빠뜨린 네트워크 ACL과 같다. SYN은 서버에 도착하고 서버는 SYN-ACK를 거듭 보내지만, 모두 라우터에서 사라진다.",
		},
	},
})
