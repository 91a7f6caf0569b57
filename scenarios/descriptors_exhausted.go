package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "descriptors-exhausted",
	Cause:       diagnose.CauseNoDescriptor,
	Group:       "service",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The service has no file descriptor left: the connection is established, and the program cannot take it",
		Korean:  "서비스에 남은 파일 디스크립터가 없다: 연결은 맺어지지만 프로그램이 받지 못한다",
	},
	Story: lang.Text{
		English: `Each connection is a file descriptor, and a process may have so many of them and no more: 1024 by default on many systems (ulimit -n, LimitNOFILE of systemd), here 32. Connections that are never
closed have used them: a leak, a pool without a limit, clients that keep what they do not need. accept now fails with EMFILE, "too many open files", which the program's own log says again and again. The
kernel knows nothing of that: it completes the handshake and acknowledges the request, and a check that only connects finds the service healthy. The client waits for its reply in vain. When the accept queue is full as well, the kernel drops
SYNs (accept-queue-full). Hold the number of entries in /proc/PID/fd against prlimit --nofile; ss -ltn shows a Recv-Q that grows.`,
		Korean: `연결 하나마다 파일 디스크립터가 하나 필요하고, 프로세스가 가질 수 있는 수에는 한도가 있다. 많은 시스템에서 기본값은 1024이며(ulimit -n, systemd의 LimitNOFILE), 여기서는 32다. 닫히지 않는 연결이
이를 모두 써 버렸다. 누수이거나, 한도 없는 풀이거나, 필요 없는 연결을 쥐고 있는 클라이언트다. 이제 accept는 EMFILE로, 곧 "too many open files"로 실패하고, 프로그램의 로그에 이 말이 거듭 남는다. 커널은
이를 모른다. 핸드셰이크를 끝내고 요청에 확인 응답을 보낸다. 연결만 해 보는 점검에서는 서비스가 정상으로 나온다. 클라이언트는 오지 않을 답을 기다린다. accept 큐마저 가득 차면 커널은 SYN을
드롭한다(accept-queue-full). /proc/PID/fd에 있는 항목의 수를 prlimit --nofile 명령이 보여 주는 값과 견주어 본다. ss -ltn을 실행하면 늘어나는 Recv-Q가 보인다.`,
	},
	Alike:   nobodyReads,
	Verdict: "no-reply",
	Fault:   faults.UseFiles{Limit: 32},
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
})
