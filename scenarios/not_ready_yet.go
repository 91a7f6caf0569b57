package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// retryPause is for how long the client waits before it connects again.
const retryPause = 100 * time.Millisecond

// refusedThenServed: each connection is refused, but for the last one, which is served.
const refusedThenServed = refusedWire + "then" + servedWire

var _ = register(harness.Scenario{
	Name:        "not-ready-yet",
	Cause:       diagnose.CauseClosedPort,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The service does not listen yet: connections are refused until it does, so that a client that tries again succeeds and another one fails",
		Korean:  "서비스가 아직 리슨하지 않는다: 리슨할 때까지 연결이 거부되므로, 다시 시도하는 클라이언트는 성공하고 그러지 않는 클라이언트는 실패한다",
	},
	Story: lang.Text{
		English: `Two programs start at the same time, after a deployment or a reboot, and the client is faster: a container that runs is not yet a service that listens (depends_on, a pod without a readiness probe, a unit ordered After another one). The server's kernel
refuses each SYN at once, as with closed-port, until the program calls listen(2). A client that tries again after a pause succeeds, and its log has a few "connection refused"; a client that gives up at the first refusal ends, is started again by its supervisor, and
finds the service there. So the failure is never to be found when somebody looks. Here the service begins to listen when the first SYN has been refused, and the client tries again after 100 ms. Clients cure it, by trying again with a growing pause, and not sleep 10 in a script; a
server may also take its socket from systemd, which listens before the program runs, so that the kernel keeps the connections until then.`,
		Korean: `배포나 재부팅 뒤에 두 프로그램이 동시에 시작하고 클라이언트가 더 빠르다. 컨테이너가 실행 중이라고 서비스가 리슨하는 것은 아니다(depends_on, readiness probe가 없는 파드, After로 순서만 정한 유닛). 프로그램이 listen(2)을 부를 때까지 서버의 커널이 closed-port와 같이
SYN을 모두 곧바로 거부한다. 잠시 뒤에 다시 시도하는 클라이언트는 성공하고 로그에 "connection refused"가 몇 줄 남는다. 처음 거부됐을 때 포기하는 클라이언트는 종료하고, 슈퍼바이저가 다시 띄우면 서비스가 떠 있다. 그래서 누가 들여다볼 때는 장애가 보이지 않는다. 여기서는
첫 SYN이 거부된 뒤에 서비스가 리슨을 시작하고, 클라이언트는 100 ms 뒤에 다시 시도한다. 해결은 스크립트의 sleep 10이 아니라 간격을 늘려 가며 다시 시도하는 클라이언트다. 서버가 systemd에서 소켓을 넘겨받아도 된다. 그러면 프로그램이 뜨기 전부터 리슨하고 있어 커널이 연결을 맡아 둔다.`,
	},
	Verdict: "refused",
	Second:  harness.Finding{Verdict: "ok"},
	Client:  agent.GoClient{Retry: retryPause},
	Timeout: harness.PatientTimeout,
	Fault:   faults.ComeLate{Refusals: 1},
	Want: harness.Want{
		Client: harness.ClientWant{After: retryPause, Within: 2 * time.Second},
		Wire: map[string]string{
			"client":           refusedThenServed,
			"router:to-client": refusedThenServed,
			"router:to-server": refusedThenServed,
			"server":           refusedThenServed,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpOutRsts", AtLeast: 1},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", PacketsAt: "client", Packet: "< R*"},
		},
	},
})
