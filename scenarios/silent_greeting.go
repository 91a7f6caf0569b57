package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// ungreetedWire: a connection on which nobody says anything, until the client is tired of it.
const ungreetedWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > F. seq 1 ack 1
...
+any     < F. seq 1
...
never    > P*
never    < P*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "silent-greeting",
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The client waits for the server's greeting, and none comes: the connection is there, and nobody says a word",
		Korean:  "클라이언트가 서버의 인사말을 기다리지만 오지 않는다: 연결은 맺어졌는데 아무도 말하지 않는다",
	},
	Story: lang.Text{
		English: `In SMTP, SSH, FTP and MySQL the server speaks first, and the client says nothing until then. The connection is accepted and the greeting does not come: the server looks up the client's name and its name server is silent
(sshd, mail servers, MySQL without skip-name-resolve), a proxy has accepted before it has reached its server, all workers are busy, or the port is that of a protocol in which the client begins. The wire shows a handshake and nothing
more, up to the FIN of a client that has waited enough. A connect timeout ends nothing here, because connecting has worked; a check of the port says that all is well. ssh -v stops at "Connection established", MySQL says "waiting for initial communication packet".`,
		Korean: `SMTP, SSH, FTP, MySQL에서는 서버가 먼저 말하고, 클라이언트는 그때까지 아무것도 보내지 않는다. 연결은 받아들여졌는데 인사말이 오지 않는다. 서버가 클라이언트의 이름을 조회하는데 네임 서버가 응답하지 않거나(sshd, 메일 서버, skip-name-resolve
설정이 없는 MySQL), 프록시가 서버에 닿기도 전에 연결을 받았거나, 워커가 모두 바쁘거나, 클라이언트가 먼저 말하는 프로토콜의 포트다. 패킷으로는 핸드셰이크뿐이고, 기다리다 지친 클라이언트의 FIN까지 아무것도 없다. 연결은 성공했으므로 연결 타임아웃은
아무것도 끝내지 못하고, 포트 점검은 정상이라고 말한다. ssh -v 출력은 "Connection established"에서 멈추고, MySQL은 "waiting for initial communication packet" 오류를 낸다.`,
	},
	Verdict:  "ok",
	Fixtures: []harness.Fixture{faults.Serving{Service: lab.Service{Behaviour: lab.Greet}}},
	Client:   agent.GoClient{Greeted: true},
	Fault:    faults.Misbehave{To: lab.Service{Behaviour: lab.Silent}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           ungreetedWire,
			"router:to-client": ungreetedWire,
			"router:to-server": ungreetedWire,
			"server":           ungreetedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
		},
	},
})
