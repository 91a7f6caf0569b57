package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// A network ACL is stateless: the way back needs a rule of its own, to the ports from which clients ask
// (net.ipv4.ip_local_port_range, 32768-60999).
const clientPorts = "tcp/32768-60999"

var aclIn, aclOut = faults.NetworkACL("tcp/8080 icmp/echo-request", clientPorts+" icmp/echo-reply")

// The server answers each SYN that comes, and sends its answer again by itself. What of it comes first is not certain.
const synackUnansweredWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < S. seq 0 ack 1 win !0 <mss $MSS,...>
...
never    > .
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "nacl-return-blocked",
	Cause:       diagnose.CauseAnswerLost,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{7, 10},
	Title: lang.Text{
		English: "A stateless network ACL without its return rule: the server answers, the client never hears it",
		Korean:  "상태 비저장(stateless) 네트워크 ACL에 응답 방향 규칙이 없다: 서버는 응답하지만 클라이언트는 받지 못한다",
	},
	Story: lang.Text{
		English: `The network ACL of the server's subnet allows TCP 8080 in, and whoever wrote it has forgotten the way out. A security group knows
which packets are replies; a network ACL knows no connections and needs a rule for the ports that clients ask from. The SYN reaches the server,
which answers with SYN-ACK, again and again; each is dropped on its way back. At the client it looks exactly as a firewall that drops: SYNs at
0, 1, 3 and 7 s, then its own timeout. Only a capture on the server shows that it has answered.`,
		Korean: `서버 서브넷의 네트워크 ACL은 TCP 8080 인바운드를 허용하지만, 작성한 사람이 아웃바운드를 빠뜨렸다. 보안 그룹은 어떤
패킷이 응답인지 안다. 네트워크 ACL은 연결을 모르므로, 클라이언트가 출발지로 쓰는 포트에 대한 규칙이 따로 필요하다.
SYN은 서버에 도달하고 서버는 SYN-ACK을 거듭 보내지만, 돌아가는 길에 모두 드롭된다. 클라이언트에서는 패킷을 드롭하는
방화벽과 똑같아 보인다. SYN은 0, 1, 3, 7초에 나가고, 그다음은 자체 타임아웃이다. 서버가 응답했다는 사실은 서버에서
캡처해야만 보인다.`,
	},
	Verdict:       "no-answer",
	ServerVerdict: "synack-unanswered",
	Timeout:       harness.PatientTimeout,
	Fixtures:      []harness.Fixture{aclIn, aclOut},
	Fault:         faults.Revoke{List: aclOut, Permission: clientPorts},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": synackUnansweredWire,
			"server":           synackUnansweredWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, dropsAt(aclOut, "router:to-server", "< S.")},
	},
})
