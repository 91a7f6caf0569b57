package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// lateWire: the reply comes when the client has closed already, and is answered by a RST.
const lateWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < .  seq 1 ack !1 len 0
...
+any     > F* ack 1
...
+any     < P. seq 1 len !0
...
+any     > R*
...
`

const (
	slowPatience = 3 * time.Second
	slowReply    = 4 * time.Second
)

var _ = register(harness.Scenario{
	Name:        "service-slow",
	Cause:       diagnose.CauseWaits,
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service is slower than the client is patient: its reply comes when nobody waits for it any more",
		Korean:  "서비스가 클라이언트의 인내심보다 느리다: 답은 아무도 기다리지 않을 때 온다",
	},
	Story: lang.Text{
		English: `The service waits for a database, or works, for 4 s, and its client waits for 3 s. The client gives up and closes; the reply comes after that, and the client's
kernel answers it with a RST. The work has been done all the same, and a client that asks again lets it be done twice: that is how a slow service becomes an overloaded one. A
capture that goes on for longer than the client's timeout tells a slow service from one that hangs.`,
		Korean: `서비스는 데이터베이스를 기다리거나 일을 하느라 4초가 걸리고, 클라이언트는 3초만 기다린다. 클라이언트는 포기하고 닫는다. 답은 그 뒤에 오고,
클라이언트의 커널은 답에 RST로 응답한다. 그래도 일은 처리되었으므로, 클라이언트가 다시 요청하면 두 번 처리된다. 느린 서비스는 이렇게 과부하에
빠진다. 클라이언트의 타임아웃보다 오래 캡처하면, 느린 서비스와 멈춘 서비스를 구별할 수 있다.`,
	},
	Verdict:    "no-reply",
	Timeout:    slowPatience,
	Unnoticed:  harness.OutwaitsSlow,
	Afterwards: lateReplyTells,
	Fault:      faults.Misbehave{To: lab.Service{Behaviour: lab.ServeLate, Delay: slowReply}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           lateWire,
			"router:to-client": lateWire,
			"router:to-server": lateWire,
			"server":           lateWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpOutRsts", PacketsAt: "client", Packet: "> R*"},
		},
	},
})
