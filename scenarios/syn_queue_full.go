package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "syn-queue-full",
	Cause:       diagnose.CauseHalfOpenFull,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "Half-open connections fill the SYN queue, and the server sends no cookies: each new SYN is dropped without a word",
		Korean:  "반쯤 열린 연결이 SYN 큐를 채웠고 서버는 쿠키를 보내지 않는다: 새 SYN은 모두 말없이 드롭된다",
	},
	Story: lang.Text{
		English: `A connection is half-open from the SYN until the client's ACK, and the kernel keeps for a socket hardly more of them than its backlog says. SYNs whose senders never answer fill that: a flood
from addresses that nobody has, or a load balancer whose way back is broken. Each stays until its SYN-ACK has been repeated in vain (net.ipv4.tcp_synack_retries), 1 minute by default, or about 7 s where the queue is crowded. With
net.ipv4.tcp_syncookies=0 the kernel drops what comes meanwhile; the program has nothing to do with it, and its connections go on. It looks as with firewall-drop. On the server TcpExtTCPReqQFullDrop grows (nstat), the kernel's log
may say "possible SYN flooding", and ss -tn state syn-recv shows whom the server waits for. With cookies, which are the default, all is well: syn-cookies.`,
		Korean: `SYN부터 클라이언트의 ACK까지 연결은 반쯤 열린 상태이고, 커널은 소켓마다 backlog보다 별로 많지 않은 수만 담아 둔다. 끝내 응답하지 않는 SYN이 이를 채운다. 아무도 쓰지 않는 주소에서 오는
플러드이거나, 돌아오는 길이 끊긴 로드 밸런서다. 연결 하나는 SYN-ACK을 헛되이 되풀이하는 동안(net.ipv4.tcp_synack_retries), 기본값으로는 1분 동안 남고, 큐가 붐비면 약 7초만 남는다.
net.ipv4.tcp_syncookies=0 설정이면 커널은 그동안 오는 SYN을 드롭한다. 프로그램과는 상관이 없고, 이미 맺은 연결은 이어진다. firewall-drop 시나리오와 똑같아 보인다. 서버에서는 TcpExtTCPReqQFullDrop 카운터가 늘어나고(nstat),
커널 로그에 "possible SYN flooding" 메시지가 남을 수 있으며, ss -tn state syn-recv 명령은 서버가 누구를 기다리는지 보여 준다. 기본값인 쿠키를 쓰면 모두 정상이다(syn-cookies).`,
	},
	Verdict:  "no-answer",
	Topology: faults.FewCookies(false),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.Flood{Backlog: 3},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           unansweredWire,
		},
		Counters: []harness.CounterWant{
			synRetransmissions,
			{Host: "server", Counter: "TcpExtTCPReqQFullDrop", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpExtListenOverflows", Exactly: 0},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})

var _ = register(harness.Scenario{
	Name:        "syn-cookies",
	Group:       "healthy",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "A SYN flood, and all is well: the server answers with a cookie what has no room in its queue",
		Korean:  "SYN 플러드가 오지만 모두 정상이다: 서버는 큐에 자리가 없는 SYN에 쿠키로 응답한다",
	},
	Story: lang.Text{
		English: `The same flood as in syn-queue-full, and a server with net.ipv4.tcp_syncookies=1, which is the default: what has no room in the queue is not kept at all. The kernel writes what it must know into the
sequence number of its SYN-ACK, and believes the client's ACK if the number comes back (RFC 4987 section 3.6). The client notices nothing, and in the capture the handshake is like any other; window scaling and SACK are carried by the timestamps, and
without these they are lost. TcpExtSyncookiesSent and TcpExtSyncookiesRecv (nstat) tell how often it was needed. It is the control: "possible SYN flooding" in the kernel's log is no failure.`,
		Korean: `syn-queue-full 시나리오와 같은 플러드인데, 서버에 기본값인 net.ipv4.tcp_syncookies=1 설정이 있다. 큐에 자리가 없는 연결은 아예 담아 두지 않는다. 커널은 알아야 할 것을 SYN-ACK의
시퀀스 번호에 적어 보내고, 클라이언트의 ACK에 그 번호가 돌아오면 믿는다(RFC 4987 3.6절). 클라이언트는 아무것도 느끼지 못하고, 캡처에서도 핸드셰이크는 여느 때와 같다. 윈도 스케일링과 SACK은 타임스탬프에 실려 가므로,
타임스탬프가 없으면 잃는다. TcpExtSyncookiesSent, TcpExtSyncookiesRecv 카운터는 쿠키가 얼마나 필요했는지 알려 준다(nstat). 이것은 비교 기준이다. 커널 로그의 "possible SYN flooding" 메시지는 장애가 아니다.`,
	},
	Verdict:  "ok",
	Topology: faults.FewCookies(true),
	Fault:    faults.Flood{Backlog: 3, Cookies: true},
	Want: harness.Want{
		Wire: servedEverywhere,
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpExtTCPReqQFullDoCookies", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpExtSyncookiesSent", PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpExtSyncookiesRecv", Exactly: 1},
		},
	},
})
