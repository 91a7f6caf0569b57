package scenarios

import "slices"

// Pair is a scenario and the fault of another one, which makes the run look the same at every vantage point.
type Pair struct {
	Scenario, Fault string
	Reason          string
}

// pairs are all of them. "make pairs" gives every scenario the fault of every other: these match, and no others do.
var pairs = []Pair{
	{"client-offline", "client-without-route", noPacketLeaves},
	{"client-without-route", "client-offline", noPacketLeaves},
	{"stopped-host", "stale-arp-entry", deadFrames},
	{"ping-dead-host", "stale-arp-entry", deadFrames},
	{"healthy", "icmp-blocked", icmpNotUsed},
	{"nat", "icmp-blocked", icmpNotUsed},
	{"healthy", "nat-forgets", neverIdle},
	{"healthy", "nat-forgets-reset", neverIdle},
	{"nat", "nat-forgets", neverIdle},
	{"nat", "nat-forgets-reset", neverIdle},
	{"ping-healthy", "nat-forgets", neverIdle},
	{"ping-healthy", "nat-forgets-reset", neverIdle},
	{"healthy", "load-balancer-idle-timeout", anotherWay},
	{"healthy", "waf-blocks", anotherWay},
	{"healthy", "waf-resets", anotherWay},
	{"nat", "load-balancer-idle-timeout", anotherWay},
	{"nat", "waf-blocks", anotherWay},
	{"nat", "waf-resets", anotherWay},
	{"ping-healthy", "load-balancer-idle-timeout", anotherWay},
	{"ping-healthy", "waf-blocks", anotherWay},
	{"ping-healthy", "waf-resets", anotherWay},
}

const (
	noPacketLeaves = `no packet leaves the client in either, and its kernel says "network is unreachable" in both: ip link and ip route on the client tell`
	deadFrames     = "the router sends the same packets to a hardware address that nobody has: whether the server is up tells (its console, or another way to it), or its ip link beside the router's ip neigh"
	icmpNotUsed    = "a client of TCP does not notice that ICMP is dropped: that is the point"
	neverIdle      = "a connection that never rests, or a ping, is not forgotten"
	anotherWay     = "a client that asks the server itself does not notice what a proxy beside the way does"
)

// Pairs returns the pairs of scenarios that no vantage point can tell apart.
func Pairs() []Pair { return slices.Clone(pairs) }

// Alike is why the scenario looks the same with the fault of another one; empty where it does not.
func Alike(scenario, fault string) string {
	for _, p := range pairs {
		if p.Scenario == scenario && p.Fault == fault {
			return p.Reason
		}
	}
	return ""
}
