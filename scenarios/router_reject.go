package scenarios

import "github.com/tcplab/tcplab/harness"

var rejectForward = harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port, Reject: "icmp-admin-prohibited"}

var _ = register(harness.Scenario{
	Name:  "router-reject",
	Title: "A router on the way rejects the SYN, and says that it is prohibited: no route to host",
	Story: `A router's access list does not let the port through and says so, as RFC 1812 section 5.2.7.1 would have it: ICMP
"communication administratively prohibited". The client hears "no route to host" (EHOSTUNREACH), although the route is there and ping works; on IPv6,
where the error has a name of its own, "permission denied" (EACCES). The server sees nothing of it. The ICMP error comes from the address of whoever
rejects: a capture at the client names the router to ask about, which no silent firewall does.`,
	Verdict: "rejected",
	Fault:   harness.FirewallRule{Host: "router", Rule: rejectForward},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "EHOSTUNREACH", Errno6: "EACCES", Stage: "connect", Within: rejectedWithin},
		Wire: map[string]string{
			"client":           rejectedWire("unreachable admin-prohibited from $router"),
			"router:to-client": rejectedWire("unreachable admin-prohibited from $router"),
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &rejectForward, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "router", Counter: "IcmpOutDestUnreachs", PacketsAt: "router:to-client", Packet: "< icmp unreachable admin-prohibited"},
			{Host: "client", Counter: "IcmpInDestUnreachs", PacketsAt: "client", Packet: "< icmp unreachable admin-prohibited"},
		},
	},
})
