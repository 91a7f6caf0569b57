package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var bypassed = faults.Bypassed{}

// ackLostWire: the client is connected, and the server goes on to answer its SYN.
const ackLostWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     > P. seq 1 ack 1
...
+any     < S. seq 0 ack 1
...
never    < P*
never    * R*
`

// ackNeverWire: behind the firewall, nothing follows the SYN.
const ackNeverWire = `
+0       > S
+0..0.25 < S. seq 0 ack 1
...
+any     < S. seq 0 ack 1
...
never    > .
never    > P*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "asymmetric-firewall",
	Cause:       diagnose.CauseACKLost,
	Group:       "established",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A stateful firewall sees only one direction: the SYN passes, and what follows is dropped as invalid",
		Korean:  "상태 기반 방화벽이 한 방향만 본다: SYN은 통과하고 그 뒤의 패킷은 유효하지 않다며 드롭된다",
	},
	Story: lang.Text{
		English: `Two ways lead to the server, and the answers take the other one (asymmetric routing, two firewalls of a cluster that do not share their state). The firewall has seen a SYN and never an answer, so
that the client's ACK and its request fit no connection for it: conntrack calls them INVALID. connect succeeds, since the SYN-ACK has come by the other way; then the request is sent again and
again, and the server, which never got the ACK, repeats its SYN-ACK. That repetition in a connection that the client takes for established is the mark of it. Short tests by SYN say that the port is open.`,
		Korean: `서버로 가는 길이 둘인데 응답은 다른 길로 온다(비대칭 라우팅, 상태를 공유하지 않는 방화벽 클러스터). 방화벽은 SYN만 보고 응답은 본 적이 없으므로, 클라이언트의 ACK도 요청도 방화벽이 아는 연결에 맞지
않는다. conntrack의 상태로는 INVALID다. SYN-ACK이 다른 길로 왔으므로 connect는 성공한다. 그 뒤 요청은 거듭 재전송되고, ACK을 받지 못한 서버도 SYN-ACK을 거듭 보낸다. 클라이언트는 맺어졌다고 여기는
연결에서 SYN-ACK이 되풀이되는 것이 그 표시다. SYN만 보내 보는 점검은 포트가 열려 있다고 말한다.`,
	},
	Verdict: "synack-unanswered",
	Fault:   bypassed,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           ackLostWire,
			"router:to-client": ackLostWire,
			"router:to-server": ackNeverWire,
			"server":           ackNeverWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: bypassed, AtLeast: 2},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
