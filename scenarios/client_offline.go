package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/harness"
)

// offline is a client that can send nothing: its own kernel says so at once.
func offline(name, title, story string, fault harness.Fault) harness.Scenario {
	unreachable := harness.Want{
		Client: harness.ClientWant{Errno: "ENETUNREACH", Stage: "connect"},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
	}
	ping := unreachable
	ping.Counters = []harness.CounterWant{
		{Host: "client", Counter: "IcmpOutEchos", Exactly: 0},
		{Host: "router", Counter: "IpForwDatagrams", Exactly: 0},
	}
	return harness.Scenario{
		Name: name, Title: title, Story: story,
		Verdict:  "not-sent",
		Topology: harness.WithWellKnown(),
		Client:   clients.Ping{},
		Fault:    fault,
		Want:     ping,
		Checks: []harness.Check{
			{Name: wellKnownAnswers.Name, Question: wellKnownAnswers.Question, Client: clients.Ping{}, Target: harness.WellKnown, Want: unreachable},
			{Name: tcpWorks.Name, Question: tcpWorks.Question, Want: unreachable},
		},
	}
}

var (
	_ = register(offline("client-offline",
		"ping fails because the client itself is offline: its link is down",
		`The client's own link is down, and its routes went with it. Its kernel refuses to send: "Network is unreachable", at once, for ping
and TCP alike, to the server and to a well-known host. No packet is in any capture. So the first question when ping fails: does a host answer
that everybody knows to be up?`,
		harness.LinkDown{Host: "client", Interface: "eth0"}))
	_ = register(offline("client-without-route",
		"ping fails because the client has no default route: it reaches its own subnet and nothing else",
		`The link is up and the client has its address, but no route beyond its subnet: the lease has run out, a VPN has taken the default
route along, a network script has failed half-way. "Network is unreachable" at once, and no packet in any capture.`,
		harness.NoRoute{Host: "client"}))
)
