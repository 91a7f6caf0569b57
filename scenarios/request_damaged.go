package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// damagedWire: the handshake is well, and the request is sent again and again. The line is a program, which takes its time on a busy machine.
const damagedWire = `
+0   > S
...
+any < S.
...
+any > P. seq 1 ack 1
...
+any > P. seq 1 ack 1
...
+any > P. seq 1 ack 1
...
never < P*
never < F*
never < R*
`

var _ = register(harness.Scenario{
	Name:        "request-damaged",
	Cause:       diagnose.CauseDamaged,
	Group:       "established",
	Place:       "line",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The request arrives damaged, each time: its checksum is wrong, and the server's kernel drops it without a word",
		Korean:  "요청이 매번 손상된 채 도착한다: 체크섬이 틀려서 서버의 커널이 말없이 버린다",
	},
	Story: lang.Text{
		English: `A network card computes a wrong checksum (offload, above all for packets in a tunnel), or a switch with defective memory turns a bit. Packets without data pass, so that the handshake is well; the request comes to the server with a
checksum that does not fit, and its kernel drops it as if it had never come. The server's capture has the request and all of its retransmissions, no firewall has a rule, and nothing is acknowledged: TcpInCsumErrors grows (nstat), and tcpdump -v says
"incorrect" beside each of them. On the side that sends, the same word says nothing: there the card has still to fill the checksum in. ethtool -k eth0 shows whether it does so.`,
		Korean: `네트워크 카드가 체크섬을 잘못 계산하거나(오프로드, 특히 터널 속 패킷), 메모리가 고장 난 스위치가 비트 하나를 뒤집는다. 데이터가 없는 패킷은 지나가므로 핸드셰이크는 정상이다. 요청은 체크섬이 맞지 않는 채 서버에 도착하고, 커널은 오지 않은
것처럼 버린다. 서버의 캡처에는 요청과 그 재전송이 모두 있고 방화벽 규칙도 없는데 확인 응답이 없다. TcpInCsumErrors 값이 늘어나고(nstat), tcpdump -v 출력에는 패킷마다 "incorrect"라고 나온다. 보내는 쪽에서 나오는 같은 말은 아무 뜻도 없다. 그곳에서는
네트워크 카드가 체크섬을 아직 채우지 않았기 때문이다. ethtool -k eth0 명령으로 그렇게 설정되어 있는지 알 수 있다.`,
	},
	Verdict:  "blackhole",
	Topology: lab.WithLine(),
	Fixtures: []harness.Fixture{faults.Line{}},
	Timeout:  harness.PatientTimeout, // long enough for three retransmissions where a busy machine makes the round trip through the line long
	Fault:    faults.Degrade{To: faults.Line{Damage: true}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           damagedWire,
			"router:to-client": damagedWire,
			"router:to-server": damagedWire,
			"line:to-client":   damagedWire,
			"line:to-server":   damagedWire,
			"server":           damagedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "line", Counter: faults.LineDamagedCounter, PacketsAt: "line:to-client", Packet: "> P*"},
			{Host: "server", Counter: "TcpInCsumErrors", PacketsAt: "server", Packet: "> P*"},
			{Host: "server", Counter: "TcpInErrs", PacketsAt: "server", Packet: "> P*"},
		},
	},
})
