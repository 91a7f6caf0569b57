package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropOutput = faults.Rule{Chain: "OUTPUT", Proto: "tcp", Port: lab.Port}

var _ = register(harness.Scenario{
	Name:        "client-firewall-drop",
	Cause:       diagnose.CauseOwnFirewall,
	Group:       "local",
	Place:       "client",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client's own firewall drops the SYN: the client waits, and no packet leaves it",
		Korean:  "클라이언트 자체 방화벽이 SYN을 드롭한다: 클라이언트는 기다리지만 패킷이 하나도 나가지 않는다",
	},
	Story: lang.Text{
		English: `A rule in the client's OUTPUT chain drops what leaves for the port (iptables -A OUTPUT -p tcp --dport 8080 -j DROP), as endpoint security and the
kill switch of a VPN do. The client's kernel sends its SYN again at 1, 3 and 7 s, and its timeout ends it, as if the server were silent. But no capture
holds a SYN, not even the client's own: packets are captured behind the OUTPUT chain. So an empty capture at the client means that the client is where to look.`,
		Korean: `클라이언트의 OUTPUT 체인에 있는 규칙이 그 포트로 나가는 패킷을 드롭한다(iptables -A OUTPUT -p tcp --dport 8080 -j DROP). 엔드포인트
보안 프로그램이나 VPN의 차단 기능이 이렇게 한다. 클라이언트의 커널은 SYN을 1, 3, 7초에 다시 보내고, 서버가 침묵하는 것처럼
클라이언트의 타임아웃으로 끝난다. 그러나 어느 캡처에도 SYN이 없고, 클라이언트 자신의 캡처에도 없다. 패킷은 OUTPUT 체인을 지난 뒤에
캡처되기 때문이다. 그러므로 클라이언트의 캡처가 비어 있으면 클라이언트를 살펴봐야 한다.`,
	},
	Verdict: "not-sent",
	Timeout: harness.PatientTimeout,
	Fault:   faults.FirewallRule{Host: "client", Rule: dropOutput},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{{Host: "client", Rule: &dropOutput, SYNs: true}},
	},
	Exercise: &harness.Exercise{
		Name: "client-firewall", Level: 2,
		Solution: lang.Text{
			English: "The client's own firewall drops what leaves for the port. The kernel retransmits its SYNs and the client times out, as if the server were silent, but no capture holds one: what OUTPUT drops does not get to the network card.",
			Korean:  "클라이언트 자신의 방화벽이 그 포트로 나가는 패킷을 드롭한다. 커널은 SYN을 재전송하고 클라이언트는 서버가 침묵하는 것처럼 타임아웃되지만, 어느 캡처에도 SYN이 없다. OUTPUT에서 드롭된 패킷은 네트워크 카드까지 가지 않는다.",
		},
	},
})
