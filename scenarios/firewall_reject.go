package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var rejectInput = faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port, Reject: "icmp-port-unreachable"}

// rejectedWire is a SYN that an ICMP error answers. On links without delay the error arrives while the client's kernel is
// still within connect, which holds the socket: the kernel takes it down as one that may pass (sk_err_soft). A client
// that waits by poll is woken all the same on IPv4, and hears of it at once; one that blocks, and every one on IPv6, hears
// of the second SYN's. So there are two pictures, here and behind the router, and which it is depends on kernel and client.
func rejectedWire(message string) string {
	const syn = " > S seq 0 win !0 <mss $MSS,...>\n"
	answer := "+0..0.25 < icmp " + message + "\n"
	once := "+0" + syn + answer
	return once + "or\n" + once + "+rto" + syn + answer
}

// rejectedWithin is the time for both: one retransmission, after 1 s.
const rejectedWithin = time.Second + harness.AtOnce

var _ = register(harness.Scenario{
	Name:        "firewall-reject",
	Cause:       diagnose.CauseFirewallRejects,
	Group:       "refused",
	Place:       "server",
	Experiences: []int{1},
	Title: lang.Text{
		English: "The server's own firewall rejects the SYN: connection refused, and nobody has sent a RST",
		Korean:  "서버 자체 방화벽이 SYN을 거부한다: 연결은 거부되지만 RST를 보낸 쪽은 없다",
	},
	Story: lang.Text{
		English: `A rule in the server's INPUT chain rejects what comes to the port (iptables -A INPUT -p tcp --dport 8080 -j REJECT), as many
distributions' firewalls do. By default that is an ICMP error, "port unreachable", and the client's kernel makes the same of it as of a RST:
ECONNREFUSED. The service listens and is well. So "connection refused" does not say that nobody listens; only a capture does, in which the answer
is ICMP and not a RST; on the server it is nft list ruleset that shows the rule, since iptables -S lists only what iptables itself can write. On a
link as fast as the lab's the error may come before connect has let go of the socket: then it is the second SYN's, after 1 s, that ends the
attempt.`,
		Korean: `서버의 INPUT 체인에 있는 규칙이 해당 포트로 들어오는 패킷을 거부한다(iptables -A INPUT -p tcp --dport 8080 -j REJECT).
여러 배포판의 방화벽이 이렇게 동작한다. 기본 응답은 ICMP 오류 "port unreachable"이고, 클라이언트의 커널은 이를 RST와
똑같이 ECONNREFUSED로 처리한다. 서비스는 리슨하고 있으며 정상이다. 따라서 "connection refused"만으로는 리슨하는
프로세스가 없다고 말할 수 없다. 이를 알려 주는 것은 캡처뿐이다. 캡처를 보면 응답이 RST가 아니라 ICMP다. 랩처럼 빠른
링크에서는 connect가 소켓을 놓아주기 전에 오류가 도착할 수 있다. 그러면 1초 뒤에 나간 두 번째 SYN에 돌아온 오류가 연결
시도를 끝낸다.`,
	},
	Verdict: "rejected",
	Fault:   faults.FirewallRule{Host: "server", Rule: rejectInput},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("unreachable port from $server"),
			"router:to-client": rejectedWire("unreachable port from $server"),
			"router:to-server": rejectedWire("unreachable port from $server"),
			"server":           rejectedWire("unreachable port from $server"),
		},
		Counters: []harness.CounterWant{
			{Host: "server", Rule: &rejectInput, PacketsAt: "server", Packet: "> S"},
			{Host: "server", Counter: "IcmpOutDestUnreachs", PacketsAt: "server", Packet: "< icmp unreachable port"},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable port"},
		},
	},
	Exercise: &harness.Exercise{
		Name: "server-rejects", Level: 2,
		Solution: lang.Text{
			English: "The server's firewall rejects with an ICMP error (port unreachable). The client hears \"connection refused\", though no RST was sent; the ICMP error is signed with the server's address.",
			Korean:  "서버의 방화벽이 ICMP 오류(port unreachable)로 거부한다. RST는 전송되지 않았지만 클라이언트에는 \"connection refused\"로 보인다. ICMP 오류의 출발지 주소가 서버의 주소다.",
		},
	},
})
