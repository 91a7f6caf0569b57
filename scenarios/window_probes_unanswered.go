package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// fewProbes is how many probes the client's kernel sends before it gives up (tcp_retries2).
const fewProbes = "3"

// probesUnansweredWire: the server's window closes; the client asks three times whether there is room, and hears nothing more.
const probesUnansweredWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < .  win 0
+any     > .  len 0
+any     > .  len 0
+any     > .  len 0
never    < P*
never    < F*
never    * R*
`

// probesMissingWire: behind the break the last packet says that the window is closed.
const probesMissingWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
...
+any     < .  win 0
never    < P*
never    < F*
never    * R*
`

// A service that reads nothing, and a path that breaks once it has said so.
var (
	cutAtClosedWindow = faults.Cut{From: faults.WindowClosed}
	hangsThenCut      = faults.Both{First: faults.HangService{}, Second: cutAtClosedWindow}
)

var _ = register(harness.Scenario{
	Name:        "window-probes-unanswered",
	Cause:       diagnose.CauseForgotten,
	Group:       "transfer",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The window is closed, and then the path breaks: nothing answers the probes of the window, and the kernel gives up",
		Korean:  "윈도가 닫힌 뒤에 경로가 끊긴다: 윈도 프로브에 응답이 없고 커널이 포기한다",
	},
	Story: lang.Text{
		English: `The client uploads to a service that does not read, as in zero-window: the server's window is 0, and the client's kernel asks from time to time whether there is room. A window that is closed is no failure for TCP as long as the probes are answered (RFC 9293 section 3.8.6.1), so
that such a connection may stand for days. Then the path breaks, a firewall forgets the connection, or the server loses its power, and the probes are not answered any more. The kernel counts them: after tcp_retries2 probes in vain the write ends with ETIMEDOUT. The intervals double from some 200 ms on; with
the default of 15 probes that takes some 15 minutes, with the 3 of this client 3 s. Keep-alive does not help while there is data to be sent; TCP_USER_TIMEOUT does, and also ends a wait whose probes are answered. Which of the two it is, only the answers to the probes tell: ss -tnoi shows a timer "persist" in both.`,
		Korean: `클라이언트가 읽지 않는 서비스에 업로드한다. zero-window와 같이 서버의 윈도는 0이고, 클라이언트의 커널은 이따금 자리가 났는지 묻는다. 프로브에 응답이 오는 동안 TCP는 닫힌 윈도를 장애로 보지 않는다(RFC 9293 3.8.6.1절). 그래서 그런 연결은 며칠도 간다. 그러다가 경로가 끊기거나,
방화벽이 연결을 잊거나, 서버의 전원이 나가면 프로브에 응답이 오지 않는다. 커널은 프로브를 세고, tcp_retries2만큼 응답이 없으면 write가 ETIMEDOUT으로 끝난다. 간격은 약 200 ms에서 두 배씩 늘어난다. 기본값인 15번이면 15분쯤, 이 클라이언트의 3번이면 3초가 걸린다. 보낼 데이터가
있는 동안 keepalive는 도움이 되지 않는다. TCP_USER_TIMEOUT은 도움이 되고, 프로브에 응답이 오는 대기도 끝낸다. 둘 가운데 어느 쪽인지는 프로브에 응답이 오는지로만 알 수 있다. 소켓 목록(ss -tnoi)에는 어느 쪽이든 "persist" 타이머가 보인다.`,
	},
	Verdict:       "zero-window",
	ServerVerdict: "open", // as far as its capture goes
	Topology:      lab.Routed().Named("routed, with a client that gives up early").With(lab.ClientHost, "net.ipv4.tcp_retries2", fewProbes),
	Client:        uploading,
	Timeout:       harness.PatientTimeout,
	Fault:         hangsThenCut,
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ETIMEDOUT", Stage: "read", Within: 7 * time.Second},
		Wire: map[string]string{
			"client":           probesUnansweredWire,
			"router:to-client": probesUnansweredWire,
			"router:to-server": probesMissingWire,
			"server":           probesMissingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: cutAtClosedWindow, Exactly: 3},
			{Host: "client", Counter: "TcpExtTCPWinProbe", Exactly: 3},
			{Host: "client", Counter: "TcpExtTCPAbortOnTimeout", Exactly: 1},
		},
	},
})
