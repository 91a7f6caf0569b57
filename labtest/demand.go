package labtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// Effect is what a call did.
type Effect struct {
	// Err is the call's error.
	Err error
	// Hung says that it was still waiting at the [Limit], or at that of [Lab.Patience].
	Hung    bool
	Elapsed time.Duration
	// Connections are the connections with the service that it tried to make, and SYNs the segments that it sent for them, as
	// its host's wire shows them. A call on a connection that was there before makes none.
	Connections, SYNs int
	// Traces are the packets of the call, one trace for each vantage point in the order of the way from client to server.
	Traces []wire.Trace
	// Datagrams are those between the call and a service on UDP ([Server.OnUDP]), for each vantage point in the order of the way from client
	// to server; nil: the service is one on TCP.
	Datagrams []wire.DatagramCount

	late time.Duration // by how much a busy machine may have made it late, beyond what [late] allows for
	hint string        // why it may have asked nothing of the service, where it has not
}

// Expectation says in one sentence what is wrong with what a call did; it is empty where nothing is.
type Expectation func(Effect) string

// OK demands that the call succeeds. Where it does not, and the machine was too busy for its timeout, the sentence says so.
func OK() Expectation {
	return func(s Effect) string {
		if s.Err == nil {
			return ""
		}
		return fmt.Sprintf("the call must succeed, and ended after %s with: %v%s%s", seconds(s.Elapsed), s.Err, s.unseen(), s.busy())
	}
}

// FailsWithin demands that the call fails, with any error, in that time at the latest. By how much a busy machine was late meanwhile, as a
// witness in this process has seen, is added to it, here and where a call is ended ([Limit]).
func FailsWithin(limit time.Duration) Expectation {
	return func(s Effect) string {
		switch {
		case s.Hung:
			return fmt.Sprintf("it was still waiting after %s: it has no timeout of its own for that", seconds(s.Elapsed))
		case s.Err == nil:
			return "it succeeds while the failure holds" + s.unseen()
		case s.Elapsed > limit+late+s.late:
			return fmt.Sprintf("its timeout is %s, %s were wanted", seconds(s.Elapsed), seconds(limit))
		}
		return ""
	}
}

// late is by how much a busy machine may be late.
const late = 500 * time.Millisecond

// AtMost demands that the call tries to make no more connections than that.
func AtMost(connections int) Expectation {
	return func(s Effect) string {
		if s.Connections <= connections {
			return ""
		}
		return fmt.Sprintf("%d connections in %s, %d were expected at most", s.Connections, seconds(s.Elapsed), connections)
	}
}

// AtMostSYNs demands that the call sends no more SYNs than that, retransmissions too.
func AtMostSYNs(syns int) Expectation {
	return func(s Effect) string {
		if s.SYNs <= syns {
			return ""
		}
		return fmt.Sprintf("%d SYNs in %s, %d were expected at most", s.SYNs, seconds(s.Elapsed), syns)
	}
}

// unseen is a hint where the lab has seen the call make no connection, or send no datagram.
func (s Effect) unseen() string {
	if s.Connections > 0 || slices.ContainsFunc(s.Datagrams, func(d wire.DatagramCount) bool { return d.ToService > 0 }) {
		return ""
	}
	return s.hint
}

// busy is a hint where the machine was late while the call was made.
func (s Effect) busy() string {
	if s.late == 0 {
		return ""
	}
	return fmt.Sprintf(" (this machine was late by up to %s meanwhile: run fewer tests side by side, by -parallel or -p)", seconds(s.late))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3g s", d.Seconds()) }
