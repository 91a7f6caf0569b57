package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// requestResetWire: the handshake, the request, and a RST in the server's name.
const requestResetWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
+0..0.25 < R*
...
never    < P*
never    < F*
`

// handshakeOnlyWire: the connection is established, and no data comes.
const handshakeOnlyWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
never    > P*
never    * R*
`

var resetRequest = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Data: true, Reject: "tcp-reset"}

var _ = register(harness.Scenario{
	Name:        "router-resets-request",
	Cause:       diagnose.CauseForgedReset,
	Group:       "established",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "Something on the way resets the connection when the request comes by: the server has not sent the RST",
		Korean:  "경로상의 무언가가 요청이 지나갈 때 연결을 리셋한다: 서버가 보낸 RST가 아니다",
	},
	Story: lang.Text{
		English: `The handshake passes. The request does not: something on the way, which filters by what is said, answers it with a RST in the server's name. The
client hears "connection reset by peer", and one would look for a server that crashes. The server has accepted a connection on which nothing is ever said,
and still holds it: its capture has the handshake, no request, and no RST.`,
		Korean: `핸드셰이크는 통과한다. 요청은 통과하지 못한다. 내용을 보고 거르는 중간의 무언가가 서버를 가장해 RST로 응답한다. 클라이언트는
"connection reset by peer"를 받으니 비정상 종료하는 서버를 찾게 된다. 서버는 아무 말도 오가지 않는 연결을 수락해 아직 붙들고 있다.
서버의 캡처에는 핸드셰이크만 있고, 요청도 RST도 없다.`,
	},
	Verdict:       "reset-by-server",
	ServerVerdict: "open",
	Fault:         faults.FirewallRule{Host: "router", Rule: resetRequest},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           requestResetWire,
			"router:to-client": requestResetWire,
			"router:to-server": handshakeOnlyWire,
			"server":           handshakeOnlyWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &resetRequest, Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
		},
	},
	Exercise: &harness.Exercise{
		Name: "router-resets-request", Level: 3,
		Solution: lang.Text{
			English: "Something on the way, such as a WAF, resets the connection when the request comes by. The RST bears the server's address, and the server has not sent it: its side of the connection is still open.",
			Korean:  "WAF처럼 중간에 있는 장비가 요청이 지나갈 때 연결을 리셋한다. RST의 출발지는 서버 주소지만 서버가 보낸 것이 아니며, 서버 쪽 연결은 아직 열려 있다.",
		},
	},
})
