package report

import (
	"fmt"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// tally counts attempts of each kind: connections, and pings.
type tally struct{ connections, pings struct{ total, failed int } }

// nounOf is what an attempt is called. A neighbour that did not answer kept a connection from being made.
func nounOf(p diagnose.Subject) string {
	if p == diagnose.ICMP {
		return "ping"
	}
	return "connection"
}

func (t *tally) add(p diagnose.Subject, failed bool) {
	kind := &t.connections
	if p == diagnose.ICMP {
		kind = &t.pings
	}
	kind.total++
	if failed {
		kind.failed++
	}
}

// merge adds what another one has counted.
func (t *tally) merge(o tally) {
	t.connections.total += o.connections.total
	t.connections.failed += o.connections.failed
	t.pings.total += o.pings.total
	t.pings.failed += o.pings.failed
}

func (t *tally) total() int  { return t.connections.total + t.pings.total }
func (t *tally) failed() int { return t.connections.failed + t.pings.failed }

// String is "3 connections and 1 ping".
func (t tally) String() string {
	return t.both(counted(t.connections.total, "connection"), counted(t.pings.total, "ping"))
}

// failures is "1 of 3 connections and 1 of 1 ping".
func (t tally) failures() string {
	return t.both(fmt.Sprintf("%d of %s", t.connections.failed, counted(t.connections.total, "connection")),
		fmt.Sprintf("%d of %s", t.pings.failed, counted(t.pings.total, "ping")))
}

// both leaves out the kind of which there was none.
func (t tally) both(connections, pings string) string {
	switch {
	case t.pings.total == 0:
		return connections
	case t.connections.total == 0:
		return pings
	}
	return connections + " and " + pings
}

func counted[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
