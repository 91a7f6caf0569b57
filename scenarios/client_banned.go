package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "client-banned",
	Cause:       diagnose.CauseNoWayBack,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{7, 11},
	Title: lang.Text{
		English: "The server has banned the client's address by a blackhole route: it hears each SYN and cannot answer",
		Korean:  "서버가 클라이언트의 주소를 블랙홀 라우트로 차단했다: SYN은 모두 들리지만 응답할 수 없다",
	},
	Story: lang.Text{
		English: `Programs that ban attackers (fail2ban with action route, scripts against floods) often add no firewall rule but a blackhole route to the address: whatever the host would send there is
thrown away, the SYN-ACK first of all. Behind one NAT address a whole office is banned with its one noisy client. Other clients are well, the rules of the firewall are empty, and the
server's capture shows each SYN without an answer. ip route on the server shows the ban.`,
		Korean: `공격자를 차단하는 프로그램(fail2ban의 route action, 플러드를 막는 스크립트)은 방화벽 규칙 대신 그 주소로 가는 블랙홀 라우트를 넣는 일이 많다. 그러면 호스트가 그쪽으로 보내려는
것은 모두 버려지고, 그중 첫째가 SYN-ACK 패킷이다. NAT 주소 하나를 함께 쓰는 사무실이라면 시끄러운 클라이언트 하나 때문에 모두가 차단된다. 다른 클라이언트는 멀쩡하고
방화벽 규칙은 비어 있으며, 서버의 캡처에는 응답 없는 SYN만 보인다. 서버의 라우팅 테이블을 보면 차단한 주소가 나온다.`,
	},
	Alike:     noRouteBack,
	Verdict:   "no-answer",
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.IsTranslated,
	Fault:     faults.Misroute{Host: "server", To: "client", Kind: faults.Blackhole},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Counter: "TcpExtListenDrops", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpExtListenOverflows", Exactly: 0},
		},
	},
})
