package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "reverse-path-filter",
	Cause:       diagnose.CauseRPFilter,
	Group:       "silent",
	Place:       "server",
	Experiences: []int{7, 11},
	Title: lang.Text{
		English: "The server's reverse path filter drops the SYN: its way back to the client leads through another interface",
		Korean:  "서버의 역경로 필터가 SYN을 드롭한다: 클라이언트로 돌아가는 경로가 다른 인터페이스를 지난다",
	},
	Story: lang.Text{
		English: `A bridge for containers, a VPN or a second network card on the server has a subnet in which the client's address lies. The SYN comes in by one interface, the answer would leave by another, and with net.ipv4.conf.all.rp_filter=1 (strict,
RFC 3704 section 2.2) the kernel drops the SYN before any socket or firewall rule sees it. The server's capture shows each SYN, and no answer; the service listens, iptables -S is empty, no rule counts. Clients of other subnets are served, so that it
looks like a firewall for some of them. TcpExtIPReversePathFilter grows (nstat), net.ipv4.conf.all.log_martians writes each packet to the kernel's log, and ip route get with the client's address names the wrong interface. rp_filter=2 (loose) lets the SYN in, but the
answer still goes the wrong way: it is the route that is to be mended. IPv6 has no such setting, only rules of a firewall (rpfilter).`,
		Korean: `서버의 컨테이너용 브리지, VPN, 두 번째 네트워크 카드의 서브넷에 클라이언트의 주소가 들어 있다. SYN은 한 인터페이스로 들어왔는데 응답은 다른 인터페이스로 나가게 된다. net.ipv4.conf.all.rp_filter=1 설정(엄격, RFC 3704 2.2절)에서 커널은
소켓이나 방화벽 규칙이 보기도 전에 SYN을 드롭한다. 서버의 캡처에는 SYN이 모두 보이고 응답은 없다. 서비스는 리슨 중이고, iptables -S 출력은 비어 있으며, 올라가는 규칙 카운터도 없다. 다른 서브넷의 클라이언트는 응답을 받으므로 일부에만 걸린 방화벽처럼
보인다. TcpExtIPReversePathFilter 카운터가 늘어나고(nstat), net.ipv4.conf.all.log_martians 설정은 패킷마다 커널 로그에 남기며, 클라이언트의 주소로 ip route get 명령을 실행하면 엉뚱한 인터페이스가 나온다. rp_filter=2 설정(느슨)은 SYN을 들여보내지만
응답은 여전히 엉뚱한 길로 간다. 고쳐야 할 것은 경로다. IPv6에는 이런 설정이 없고 방화벽 규칙(rpfilter)만 있다.`,
	},
	Alike:     answerNotTaken,
	Verdict:   "no-answer",
	IPv4Only:  "the kernel filters by the reverse path (rp_filter) with IPv4 alone",
	Topology:  faults.StrictReversePath(),
	Timeout:   harness.PatientTimeout,
	Unnoticed: harness.IsTranslated,
	Fault:     faults.Overlap{},
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
			{Host: "server", Rule: faults.Overlap{}, PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
