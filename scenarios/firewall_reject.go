package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/harness"
)

var rejectInput = harness.Rule{Chain: "INPUT", Proto: "tcp", Port: harness.Port, Reject: "icmp-port-unreachable"}

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
	Name:  "firewall-reject",
	Title: "The server's own firewall rejects the SYN: connection refused, and nobody has sent a RST",
	Story: `A rule in the server's INPUT chain rejects what comes to the port (iptables -A INPUT -p tcp --dport 8080 -j REJECT), as many
distributions' firewalls do. By default that is an ICMP error, "port unreachable", and the client's kernel makes the same of it as of a RST:
ECONNREFUSED. The service listens and is well. So "connection refused" does not say that nobody listens; only a capture does, in which the answer is
ICMP and not a RST. On a link as fast as the lab's the error may come before connect has let go of the socket: then it is the second SYN's, after 1 s,
that ends the attempt.`,
	Verdict: "rejected",
	Fault:   harness.FirewallRule{Host: "server", Rule: rejectInput},
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
})
