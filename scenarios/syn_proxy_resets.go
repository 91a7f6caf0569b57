package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// screenedThenResetWire: the SYN proxy's SYN-ACK has no window, since there is nobody yet to take data.
const screenedThenResetWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < S. seq 0 ack 1 win 0
+any     > .  seq 1 ack 1
...
+any     < R* seq 1
...
never    < .
never    < P*
never    < F*
`

var _ = register(harness.Scenario{
	Name:        "syn-proxy-resets",
	Cause:       diagnose.CauseSYNProxy,
	Group:       "devices",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A SYN proxy accepts before it asks the server, which refuses: every port seems open, and the connection is reset at once",
		Korean:  "SYN 프록시가 서버에 묻기 전에 수락하고 서버는 거부한다: 모든 포트가 열린 것처럼 보이고 연결은 곧바로 리셋된다",
	},
	Story: lang.Text{
		English: `A protection against SYN floods completes the handshake itself, with a cookie for a sequence number, and calls the server only when the client has acknowledged it. The client has connected before anybody knows whether the server wants it. Here nobody listens: the server answers the proxy's SYN with a RST, which the proxy passes on, and the client hears "connection reset by peer" where "connection
refused" would be true. A port scan through such a device finds every port open, a health check that only connects finds every server well, and a pool that tries the next address only when connect fails does not try it. The SYN-ACK betrays the proxy: its window is 0, because nobody is there yet to take data; where the server accepts, a second packet opens it.`,
		Korean: `SYN 플러드를 막는 장치가 시퀀스 번호에 쿠키를 담아 핸드셰이크를 스스로 끝내고, 클라이언트가 확인 응답한 뒤에야 서버를 부른다. 서버가 받을지 아무도 모르는 때에 클라이언트는 이미 연결되어 있다. 여기서는 서버에서 아무도 포트를 열어 두지 않았다. 서버는 프록시의 SYN에 RST로 답하고 프록시가 그것을 넘겨주므로, 사실은 "connection refused"인데
클라이언트는 "connection reset by peer"를 받는다. 이런 장치 너머로 포트를 스캔하면 모든 포트가 열려 있고, 연결만 해 보는 헬스 체크는 모든 서버를 정상으로 보며, connect가 실패할 때만 다음 주소를 시도하는 풀은 시도하지 않는다. SYN-ACK이 프록시를 드러낸다. 아직 데이터를 받을 쪽이 없어 윈도가 0이고, 서버가 수락하면 다음 패킷이 윈도를 연다.`,
	},
	Alike:         notListeningThere,
	Verdict:       "reset-by-server",
	ServerVerdict: "refused",
	Topology:      faults.Screened(),
	Fixtures:      []harness.Fixture{faults.SYNProxy{}},
	Fault:         faults.StopService{},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET"},
		Wire: map[string]string{
			"client":           screenedThenResetWire,
			"router:to-client": screenedThenResetWire,
			"router:to-server": refusedWire,
			"server":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Counter: faults.SYNProxyCounter, Exactly: 2},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpEstabResets", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
