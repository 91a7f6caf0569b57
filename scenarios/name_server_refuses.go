package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// refusedQueryWire: the host's kernel says that nobody listens (RFC 1122 section 4.1.3.1), and the resolver asks once more at once.
const refusedQueryWire = `
+0       > dns
+0..0.25 < icmp unreachable port from $names
+any     > dns
+0..0.25 < icmp unreachable port from $names
`

var _ = register(harness.Scenario{
	Name:        "name-server-refuses",
	Cause:       diagnose.CauseNoNameServer,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{1, 11},
	Title: lang.Text{
		English: "Nobody listens on the name server's port: ICMP port unreachable, and the lookup fails at once",
		Korean:  "네임 서버의 포트에서 리슨하는 프로세스가 없다: ICMP port unreachable이 오고 이름 조회가 곧바로 실패한다",
	},
	Story: lang.Text{
		English: `The host is up and its name server is down: dnsmasq or systemd-resolved has ended, a container's /etc/resolv.conf names 127.0.0.1, where nobody listens, or CoreDNS moved to another address. UDP has no RST: the kernel answers each query with ICMP port unreachable, and a resolver with a
connected socket hears ECONNREFUSED (udp(7)). Go says "read: connection refused", and it is the name server that has refused, not the service: the address in the message tells. glibc asks the next server at once, and says "Temporary failure in name resolution" when none is left. Where a firewall drops
ICMP, the same failure takes the resolver's timeouts (name-server-silent). ss -lnup on the name server's host tells who listens on port 53.`,
		Korean: `호스트는 살아 있고 네임 서버 프로그램만 내려가 있다. dnsmasq나 systemd-resolved가 종료됐거나, 컨테이너의 /etc/resolv.conf가 아무도 리슨하지 않는 127.0.0.1을 가리키거나, CoreDNS의 주소가 바뀐 경우다. UDP에는 RST가 없다. 커널이 질의마다 ICMP port unreachable로 응답하고, connect된 소켓을 쓰는
리졸버는 ECONNREFUSED를 받는다(udp(7)). Go는 "read: connection refused"라고 말하는데, 거부한 것은 서비스가 아니라 네임 서버다. 메시지에 있는 주소를 보면 안다. glibc는 곧바로 다음 서버에 묻고, 남은 서버가 없으면 "Temporary failure in name resolution"이라고 말한다. 방화벽이 ICMP를 드롭하면 같은 고장이
리졸버의 타임아웃만큼 걸린다(name-server-silent). 네임 서버의 호스트에서 ss -lnup을 실행하면 53번 포트에서 누가 리슨하는지 알 수 있다.`,
	},
	Verdict:  "rejected",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.EndNameServer{Server: nameServer},
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.LookupRefused, Stage: lab.StageLookup},
		Lookup: harness.LookupWant{Wire: onWayToNames(refusedQueryWire), Other: onWayToNames(refusedQueryWire)},
		Wire:   nothingToServer,
		Counters: []harness.CounterWant{
			{Host: lab.Names, Counter: "UdpNoPorts", PacketsAt: "names", Packet: "> dns"},
			nothingOpened,
		},
	},
})
