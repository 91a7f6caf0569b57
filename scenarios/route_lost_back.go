package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// keptHeardWire: the second request comes, is acknowledged and answered, and comes again.
const keptHeardWire = keptBegin + `...
+any     < P. len !0
...
+any     > P. len !0
...
never    < R*
never    > R*
`

var cutBack = faults.Cut{From: faults.AtSecondRequest, Back: true}

var _ = register(harness.Scenario{
	Name:        "route-lost-back",
	Cause:       diagnose.CauseACKsLost,
	Group:       "established",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "The way back breaks in mid-connection: the server hears each request, and the client hears nothing",
		Korean:  "연결 도중에 돌아오는 길이 끊긴다: 서버는 요청을 모두 받지만, 클라이언트는 아무것도 받지 못한다",
	},
	Story: lang.Text{
		English: `A route, a tunnel or a rule for the way from server to client is gone, and the way there is well. The server gets the second request, acknowledges it and
answers. None of it arrives: the client sends the request again and again, and its read times out, as if the path were broken there. The server's capture
tells: the request comes in more than once, and the server retransmits its reply. What the request asked for has been done, so sending it anew does it twice.`,
		Korean: `서버에서 클라이언트로 돌아오는 라우트나 터널, 규칙이 사라졌고, 가는 길은 멀쩡하다. 서버는 두 번째 요청을 받아 확인 응답을 보내고
답도 보낸다. 그중 아무것도 도착하지 않는다. 클라이언트는 가는 길이 끊긴 것처럼 요청을 거듭 재전송하고, read는 타임아웃된다. 서버의
캡처를 보면 안다. 요청이 여러 번 들어오고, 서버도 답을 재전송한다. 요청한 일은 이미 처리되었으므로, 다시 보내면 두 번 처리된다.`,
	},
	Verdict:   "blackhole",
	Client:    pooled,
	Unnoticed: harness.NeverRests,
	Fault:     cutBack,
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           keptSilentWire,
			"router:to-client": keptSilentWire,
			"router:to-server": keptHeardWire,
			"server":           keptHeardWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 0},
		},
	},
})
