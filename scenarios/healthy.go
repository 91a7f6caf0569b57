package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// Nothing is broken: what every failure is compared with. An HTTP server that was asked to closes first, and so does
// the lab's own client let it; a client that has read all it wants may be first.
const (
	servedBegin = `
+0      > S  seq 0 win !0 <mss $MSS,...>
+0..0.5 < S. seq 0 ack 1 win !0 <mss $MSS,...>
+0..0.5 > .  seq 1 ack 1
+any    > P. seq 1 ack 1
...
`
	servedEnd = `
...
never   * R*
`
	servedWire = servedBegin + "+any < F*\n...\n+any > F*" + servedEnd +
		"or" + servedBegin + "+any > F*\n...\n+any < F*" + servedEnd
)

var _ = register(harness.Scenario{
	Name:        "healthy",
	Group:       "healthy",
	Experiences: []int{11},
	Title: lang.Text{
		English: "Nothing is broken: handshake, request, reply, orderly close",
		Korean:  "아무 문제가 없다: 핸드셰이크, 요청, 응답, 정상 종료",
	},
	Story: lang.Text{
		English: `The client connects to the server through the router, sends a request, gets its reply, and both sides close.
On the wire: SYN, SYN-ACK, ACK; data both ways; a FIN from each side; no RST. This is what every failure is compared with.`,
		Korean: `클라이언트가 라우터를 거쳐 서버에 연결하고, 요청을 보내 응답을 받은 뒤, 양쪽 모두 연결을 닫는다. 패킷으로 보면 SYN,
SYN-ACK, ACK에 이어 데이터가 양방향으로 오가고, 양쪽이 FIN을 하나씩 보내며, RST는 없다. 모든 장애를 이 정상 흐름과
비교한다.`,
	},
	Verdict: "ok",
	Fault:   harness.NoFault{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           servedWire,
			"router:to-client": servedWire,
			"router:to-server": servedWire,
			"server":           servedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 0},
		},
	},
})
