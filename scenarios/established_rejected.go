package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// keptRejectedWire: the second request on a connection is answered by an ICMP error each time it is sent, and nothing else.
const keptRejectedWire = keptBegin + `+0..0.25 < icmp unreachable admin-prohibited
+0.1..1  > P. len !0
+0..0.25 < icmp unreachable admin-prohibited
...
never    < R*
never    < F*
`

var rejectAtSecond = faults.Cut{From: faults.AtSecondRequest, Reject: true}

var _ = register(harness.Scenario{
	Name:        "established-rejected",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "idle",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A firewall rejects a connection that was established: ICMP says so at once, and the client waits all the same",
		Korean:  "방화벽이 이미 맺어진 연결을 거부한다: ICMP가 곧바로 알려 주는데도 클라이언트는 그대로 기다린다",
	},
	Story: lang.Text{
		English: `As established-dropped, but this firewall answers: each packet of the connection brings an ICMP error "administratively prohibited". While it connects, a
client would hear of that at once. On an established connection TCP takes the error for one that may pass (a soft error, RFC 1122 section 4.2.3.9): the
kernel notes it and sends the request again and again, and the read ends by its own timeout. So a REJECT is as slow as a DROP here; only a RST
(--reject-with tcp-reset) ends an established connection at once. The capture at the client shows who rejects: the address that sends the ICMP error.`,
		Korean: `established-dropped 시나리오와 같지만 이 방화벽은 응답을 한다. 연결의 패킷마다 ICMP 오류 "administratively prohibited"가 돌아온다. 연결을
맺는 중이라면 클라이언트는 이를 곧바로 알게 된다. 그러나 이미 맺어진 연결에서 TCP는 이 오류를 지나갈 수도 있는 것으로 본다(소프트
오류, RFC 1122 section 4.2.3.9). 커널은 오류를 적어 두기만 하고 요청을 거듭 재전송하며, read는 자체 타임아웃으로 끝난다. 그래서
여기서는 REJECT도 DROP만큼 느리다. 맺어진 연결을 곧바로 끝내는 것은 RST(--reject-with tcp-reset)뿐이다. 누가 거부했는지는
클라이언트의 캡처에서 ICMP 오류를 보낸 주소로 알 수 있다.`,
	},
	Verdict:       "blackhole",
	ServerVerdict: "open",
	Client:        pooled,
	Timeout:       harness.PatientTimeout,
	Unnoticed:     harness.NeverRests,
	Fault:         rejectAtSecond,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           keptRejectedWire,
			"router:to-client": keptRejectedWire,
			"router:to-server": firstRequestWire,
			"server":           firstRequestWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: rejectAtSecond, PacketsAt: "router:to-client", Packet: "> P*", Exactly: -1}, // the first request passed
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
