package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "security-group-drop",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{7, 9, 10},
	Title: lang.Text{
		English: "A security group drops the SYN before the server: the server's capture is empty",
		Korean:  "보안 그룹이 서버 앞에서 SYN을 드롭한다: 서버 캡처가 비어 있다",
	},
	Story: lang.Text{
		English: `The security group in front of the server is an allow list, and nobody has allowed the port: what goes there is dropped before
the server. SYNs at 0, 1, 3 and 7 s, then the client's own timeout, exactly as with a dead host or a firewall on the server. The server is up,
and a capture on it (tcpdump tcp port 8080) holds nothing: the packet never arrived.`,
		Korean: `서버 앞의 보안 그룹은 허용 목록인데, 아무도 이 포트를 허용하지 않았다. 그래서 이 포트로 가는 패킷은 서버 앞에서
드롭된다. SYN은 0, 1, 3, 7초에 나가고, 그다음은 클라이언트 자체 타임아웃이다. 죽은 호스트나 서버 자체 방화벽과 똑같다.
서버는 살아 있고, 서버에서 캡처해도(tcpdump tcp port 8080) 아무것도 잡히지 않는다. 패킷이 도착한 적이 없는 것이다.`,
	},
	Verdict:  "no-answer",
	Timeout:  harness.PatientTimeout,
	Fixtures: []harness.Fixture{webGroup},
	Fault:    faults.Revoke{List: webGroup, Permission: "tcp/8080"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, dropsAt(webGroup, "router:to-client", "> S")},
	},
	Exercise: &harness.Exercise{
		Name: "security-group", Level: 1,
		Solution: lang.Text{
			English: "The security group does not let the port through. The SYN leaves the client and never reaches the server, which is healthy: a capture there holds the ping and no SYN.",
			Korean:  "보안 그룹이 그 포트를 허용하지 않는다. SYN은 클라이언트에서 나가지만 서버에 도착하지 않는다. 서버는 정상이며, 서버의 캡처에는 ping만 있고 SYN은 없다.",
		},
	},
})
