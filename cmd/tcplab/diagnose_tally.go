package main

import (
	"fmt"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// tally counts attempts of each kind: connections, and pings.
type tally struct{ connections, pings struct{ total, failed int64 } }

// nounOf is what an attempt is called. A neighbour that did not answer kept a connection from being made.
func nounOf(p diagnose.Protocol) string {
	if p == diagnose.ICMP {
		return "ping"
	}
	return "connection"
}

func (t *tally) add(p diagnose.Protocol, failed bool) {
	kind := &t.connections
	if p == diagnose.ICMP {
		kind = &t.pings
	}
	kind.total++
	if failed {
		kind.failed++
	}
}

func (t *tally) total() int64  { return t.connections.total + t.pings.total }
func (t *tally) failed() int64 { return t.connections.failed + t.pings.failed }

// String is "3 connections and 1 ping".
func (t tally) String() string {
	connections, pings := counted(t.connections.total, "connection"), counted(t.pings.total, "ping")
	switch {
	case t.pings.total == 0:
		return connections
	case t.connections.total == 0:
		return pings
	}
	return connections + " and " + pings
}

// failures is "1 of 3 connections and 1 of 1 ping".
func (t tally) failures() string {
	connections := fmt.Sprintf("%d of %s", t.connections.failed, counted(t.connections.total, "connection"))
	pings := fmt.Sprintf("%d of %s", t.pings.failed, counted(t.pings.total, "ping"))
	switch {
	case t.pings.total == 0:
		return connections
	case t.connections.total == 0:
		return pings
	}
	return connections + " and " + pings
}
