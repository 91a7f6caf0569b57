package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/harness"
)

// dropForward is a firewall on the way.
var dropForward = harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port}

// fewRetries is Routed with a client whose kernel gives up after two retransmissions: at 7 s.
func fewRetries() harness.Topology {
	t := harness.Routed()
	t.Hosts[0].Sysctls = map[string]string{"net.ipv4.tcp_syn_retries": "2"}
	return t
}

// givingUp is a client that waits for as long as its kernel does.
func givingUp(name, title, story string) harness.Scenario {
	return harness.Scenario{
		Name:    name,
		Title:   title,
		Story:   story,
		Verdict: "no-answer",
		Fault:   harness.FirewallRule{Host: "router", Rule: dropForward},
		Want: harness.Want{
			Client: harness.ClientWant{Errno: "ETIMEDOUT", GiveUp: true},
			Wire: map[string]string{
				"client":           unansweredWire,
				"router:to-client": unansweredWire,
				"router:to-server": nothingWire,
				"server":           nothingWire,
			},
			Counters: []harness.CounterWant{
				synRetransmissions,
				{Host: "client", Counter: "TcpExtTCPTimeouts", PacketsAt: "client", Packet: "> S"},
				{Host: "router", Rule: &dropForward, PacketsAt: "router:to-client", Packet: "> S"},
			},
		},
	}
}

var _ = func() struct{} {
	s := givingUp("kernel-gives-up",
		"A client without a timeout of its own: the kernel gives up after tcp_syn_retries (here 2)",
		`The SYN is dropped on its way, and the client sets no timeout. Its kernel sends the SYN again tcp_syn_retries times, waits
once more for twice as long, and gives up: connect fails with ETIMEDOUT, "connection timed out". Here with 2 retries, after 7 s; how long it
takes by default shows kernel-gives-up-by-default.`)
	s.Topology, s.Timeout = fewRetries(), 30*time.Second
	return register(s)
}()

var _ = func() struct{} {
	s := givingUp("kernel-gives-up-by-default",
		"The same with the kernel's default of 6 retries: over two minutes",
		`Six retransmissions, after 1, 3, 7, 15, 31 and 63 s, and ETIMEDOUT after 127 s: for as long hangs a client that sets no
timeout, and whoever waits for it. No service can wait that long; a connect timeout of 3 s covers the first retransmission.`)
	s.Long, s.Timeout = true, 3*time.Minute
	return register(s)
}()
