package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// unknownWire: the second request comes to a kernel that knows nothing of the connection. Its RST has no ACK, and the number that
// the request acknowledges (RFC 9293 section 3.10.7.1).
const unknownWire = keptBegin + "+0..0.25 < R seq !1 win 0\n...\nnever < F*"

var _ = register(harness.Scenario{
	Name:        "server-rebooted",
	Cause:       diagnose.CauseRestart,
	Group:       "idle",
	Place:       "server",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The server was restarted while the connection rested: its kernel knows nothing of it, and answers the next request with a RST",
		Korean:  "연결이 유휴 상태인 동안 서버가 다시 시작되었다: 커널은 그 연결을 모르므로 다음 요청에 RST로 응답한다",
	},
	Story: lang.Text{
		English: `The host has rebooted, or its address was taken by another one that stands in for it. No FIN and no RST has told the client: a host that loses its power says nothing. The
pool takes the connection for a good one; its next request is answered by a RST at once, and the client can ask anew on a new connection. The RST has no ACK, since it comes from a kernel
that has no such connection, not from a program that ended one. If the client never sends anything, it never learns of it.`,
		Korean: `호스트가 다시 부팅되었거나, 대신하는 다른 호스트가 그 주소를 넘겨받았다. 전원을 잃은 호스트는 아무 말도 하지 않으므로 클라이언트는 FIN도 RST도 받지
못했다. 풀은 그 연결이 멀쩡하다고 여긴다. 다음 요청에는 곧바로 RST가 돌아오고, 클라이언트는 새 연결로 다시 요청할 수 있다. 이 RST에는 ACK이 없다.
연결을 끝낸 프로그램이 아니라, 그런 연결을 모르는 커널이 보낸 것이기 때문이다. 클라이언트가 아무것도 보내지 않으면 이 사실을 영영 모른다.`,
	},
	Verdict:   "reset-by-server",
	Client:    pooled,
	Unnoticed: harness.NeverRests,
	Fault:     faults.EndIdle{After: time.Second, Forget: true},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNRESET", Stage: "read"},
		Wire: map[string]string{
			"client":           unknownWire,
			"router:to-client": unknownWire,
			"router:to-server": unknownWire,
			"server":           unknownWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", Exactly: 1},
			{Host: "server", Counter: "TcpExtTCPAbortOnData", Exactly: 0},
		},
	},
})
