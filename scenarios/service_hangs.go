package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// hangingWire: handshake and request, which the server's kernel acknowledges, then silence. The client's FIN ends its
// patience; its acknowledgment is delayed, as measured by 40 ms, which in compressed time may be longer than the
// client's retransmission timer.
const hangingWire = `
+0      > S  seq 0 win !0 <mss $MSS,...>
+0..0.5 < S. seq 0 ack 1 win !0 <mss $MSS,...>
+any    > .  seq 1 ack 1
+any    > P. seq 1 ack 1
...
+any    < .  seq 1 ack !1 len 0
...
+any    > F* ack 1
...
+any    < .  seq 1 len 0
...
never   < P*
never   < F*
never   * R*
`

var _ = register(harness.Scenario{
	Name:        "service-hangs",
	Cause:       diagnose.CauseHangs,
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service hangs: the connection is established, the request is acknowledged, and no reply comes",
		Korean:  "서비스가 멈춰 있다: 연결이 맺어지고 요청에 확인 응답도 오지만, 답은 오지 않는다",
	},
	Story: lang.Text{
		English: `The program is there and does nothing any more: a deadlock, a pool without a free worker, a process that was stopped
(kill -STOP). Its socket listens, so the kernel completes the handshake, and acknowledges the request that the program will never read. A check that
only connects finds the service healthy. The client waits for its reply until its own timeout ends that; a connect timeout does not, since connecting
has worked. On the server, ss -ltn shows connections that nobody accepts in the socket's Recv-Q.`,
		Korean: `프로그램은 떠 있지만 더 이상 아무 일도 하지 않는다. 데드락에 걸렸거나, 풀에 빈 워커가 없거나, 프로세스가 정지된
경우다(kill -STOP). 소켓은 리슨 상태이므로 커널이 핸드셰이크를 완료하고, 프로그램이 끝내 읽지 않을 요청에도 확인
응답을 보낸다. 연결만 해 보는 점검에서는 서비스가 정상으로 나온다. 클라이언트는 자체 타임아웃이 될 때까지 답을
기다린다. 연결은 이미 성공했으므로 연결 타임아웃은 이 대기를 끝내지 못한다. 서버에서 ss -ltn을 실행하면, 아무도
accept하지 않은 연결이 소켓의 Recv-Q에 보인다.`,
	},
	Alike:   nobodyReads,
	Verdict: "no-reply",
	Fault:   faults.HangService{},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           hangingWire,
			"router:to-client": hangingWire,
			"router:to-server": hangingWire,
			"server":           hangingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpExtListenOverflows", Exactly: 0},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
	Exercise: &harness.Exercise{
		Name: "service-hangs", Level: 3,
		Solution: lang.Text{
			English: "The service hangs. The server's kernel completes the handshake and acknowledges the request; the application never reads it. A timeout, but not one of connecting.",
			Korean:  "서비스가 멈춰(hang) 있다. 서버의 커널은 핸드셰이크를 완료하고 요청에 ACK까지 보내지만, 애플리케이션이 요청을 읽지 않는다. 타임아웃이지만 연결 단계의 타임아웃이 아니다.",
		},
	},
})
