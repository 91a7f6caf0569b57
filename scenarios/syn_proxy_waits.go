package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// neverOpenedWire: the SYN proxy's window stays shut, and nothing answers who asks whether it has opened.
const neverOpenedWire = `
+0          > S  seq 0 win !0 <mss $MSS,...>
+0..0.25    < S. seq 0 ack 1 win 0
+any        > .  seq 1 ack 1
+0.15..0.75 > .  seq 0 ack 1 len 0
...
+any        > .  seq 0 ack 1 len 0
...
never       < .
never       < P*
never       < F*
never       < R*
`

// calledUnansweredWire: behind the proxy there is its SYN. Whether a probe makes it call again differs by the family, in Linux.
const calledUnansweredWire = `
+0    > S  seq 0
...
never > .
never > P*
never < *
`

var _ = register(harness.Scenario{
	Name:        "syn-proxy-waits",
	Cause:       diagnose.CauseSYNProxy,
	Group:       "devices",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "A SYN proxy accepts, and the server behind it is gone: connecting works, and the first write never leaves the client",
		Korean:  "SYN 프록시는 수락했지만 뒤의 서버는 사라졌다: 연결은 되는데 첫 write는 클라이언트를 떠나지 못한다",
	},
	Story: lang.Text{
		English: `The SYN proxy has completed the handshake with the client and calls the server, which is switched off. Nobody answers the proxy, and it does not tell: it keeps nothing of a connection that it has not handed over, not even a timer that could end it. The client's connect has succeeded; its connect timeout never counts. What it writes stays in its own kernel, because the window of the SYN-ACK was 0 and nothing opens it. The kernel asks
after 0.2 s, 0.4 s, 0.8 s ... whether it has opened (window probes), and nobody answers. Only a deadline for the answer ends the wait. ss shows the request in the client's Send-Q, and a timer "persist". It looks like a service that does not read (zero-window), but there each probe is answered.`,
		Korean: `SYN 프록시는 클라이언트와 핸드셰이크를 끝내고 서버를 부르지만 서버는 꺼져 있다. 프록시에게 아무도 답하지 않지만 프록시는 그것을 알리지 않는다. 넘겨주지 못한 연결은 아무것도 기억하지 않아, 끝낼 타이머조차 없다. 클라이언트의 connect는 성공했으니 연결 타임아웃은 세지지 않는다. SYN-ACK의 윈도가 0이었고 아무것도 그것을 열지 않으므로, 클라이언트가 쓴 것은 자신의 커널에 머문다. 커널은 0.2초, 0.4초, 0.8초 뒤에
윈도가 열렸는지 묻고(윈도 프로브) 아무도 답하지 않는다. 응답을 기다리는 데드라인만이 대기를 끝낸다. ss에는 클라이언트의 Send-Q에 남은 요청과 "persist" 타이머가 보인다. 읽지 않는 서비스(zero-window)와 닮았지만, 그때는 프로브마다 답이 온다.`,
	},
	Alike:    deadFrames,
	Verdict:  "zero-window",
	Topology: faults.Screened(),
	Fixtures: []harness.Fixture{faults.SYNProxy{}},
	Fault:    faults.StopHost{Host: "server", LastHop: "router"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           neverOpenedWire,
			"router:to-client": neverOpenedWire,
			"router:to-server": calledUnansweredWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Counter: faults.SYNProxyCounter, AtLeast: 2},
			{Host: "client", Counter: "TcpExtTCPWinProbe", AtLeast: 1},
		},
	},
})
