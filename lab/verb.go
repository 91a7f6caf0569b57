package lab

import "net/netip"

// The lab's own verbs are "tcplab host VERB", run on a host. A verb's two halves, the command line and what it does, stand
// side by side: in package agent, or in package faults beside the fault that needs it.
//
// A verb prints its result on standard output, one JSON value, and its error on standard error, one sentence. A verb
// that runs for long writes the line [Ready] to standard error when it works, and ends in good order when its
// standard input ends.

// Ready is the line by which a long-running verb says that it works.
const Ready = "ready"

// Verb returns the command line of a verb.
func Verb(args ...string) []string { return append([]string{"tcplab", "host"}, args...) }

// ConfigureVerb reads a [HostConfig] from standard input and gives the host its addresses, routes and hardware
// addresses. It may be run again, after the host was switched off and on. Engines run it.
func ConfigureVerb() []string { return Verb("configure") }

// Permanent is the state of a neighbour entry that is pinned.
const Permanent = "PERMANENT"

// Neighbour is an entry of a host's neighbour table (ARP for IPv4, Neighbour Discovery for IPv6).
type Neighbour struct {
	Addr  netip.Addr `json:"addr"`
	MAC   string     `json:"mac"`
	State string     `json:"state"` // as ip-neighbour(8) names it: "PERMANENT", "REACHABLE", "STALE" ...
}

// Counters are the values of a host's counters by name: those of /proc/net/snmp, netstat and snmp6 named as
// nstat(8) does ("TcpExtTCPSynRetrans", "TcpOutRsts", "Ip6InReceives"), and those that faults add, such as the packets that a firewall rule has matched.
type Counters map[string]uint64
