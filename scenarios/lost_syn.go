package scenarios

import (
	"fmt"
	"strings"

	"github.com/tcplab/tcplab/harness"
)

// lostSYN is a connection whose first SYNs are lost on the way, and which is established by the next.
func lostSYN(name, title, story string, lost int) harness.Scenario {
	rule := harness.Rule{Chain: "FORWARD", Proto: "tcp", Port: harness.Port, First: lost}
	const syn = "> S seq 0 win !0 <mss $MSS,...>\n"
	// Before the router lost it, a SYN was seen; behind the router only the last one was.
	before := strings.Replace(servedWire, "\n+0      > S  seq 0 win !0 <mss $MSS,...>\n",
		"\n+0 "+syn+strings.Repeat("+rto "+syn, lost), -1)
	return harness.Scenario{
		Name: name, Title: title, Story: story,
		Verdict: "ok",
		Timeout: harness.PatientTimeout,
		Fault:   harness.FirewallRule{Host: "router", Rule: rule},
		Want: harness.Want{
			Client: harness.ClientWant{Retransmissions: lost},
			Wire: map[string]string{
				"client":           before,
				"router:to-client": before,
				"router:to-server": servedWire,
				"server":           servedWire,
			},
			Counters: []harness.CounterWant{
				{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: lost},
				{Host: "router", Rule: &rule, Exactly: lost},
			},
		},
	}
}

// lostSYNStory is the lesson of both.
const lostSYNStory = `%s lost on the way, as on a line that drops a packet now and then. Nothing is broken; the
client's kernel waits for its retransmission timer, 1 s at first and twice as long each time (RFC 6298), and the connection is
established after %s. A connect timeout of 3 s survives one lost SYN, and a timeout of 1 s survives none; one that is to survive
two must be longer than 3 s.`

var (
	_ = register(lostSYN("lost-syn-once", "The first SYN is lost: connecting takes 1 s, and works",
		fmt.Sprintf(lostSYNStory, "The first SYN is", "1 s"), 1))
	_ = register(lostSYN("lost-syn-twice", "The first two SYNs are lost: connecting takes 3 s, and works for who waits so long",
		fmt.Sprintf(lostSYNStory, "The first two SYNs are", "3 s"), 2))
)
