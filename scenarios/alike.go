package scenarios

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// The reasons why failures look the same at every vantage point. A scenario names its own (harness.Scenario, Alike).
const (
	noPacketLeaves = `no packet leaves the client in either, and its kernel says "network is unreachable" in both: ip link and ip route on the client tell`
	// A scenario of an established connection that is dropped on the router.
	droppedAtRest = "the router drops what comes on the connection in both, and says nothing: whether it has forgotten the connection or a rule drops it, its connection table (conntrack -L) and its rules (nft list ruleset) tell"
	deadFrames    = "the router sends the same packets to a hardware address that nobody has: whether the server is up tells (its console, or another way to it), or its ip link beside the router's ip neigh"

	routerDropsSYN = "the router drops each SYN in both, and says nothing: its rules (nft list ruleset), with their counters, and its routes (ip route get) tell"
	noRouteBack    = "the server's kernel has no way for its answer in either, and drops the SYN: ip route get, with the client's address, on the server tells"

	// Where the server does not filter by the reverse path; where it does, the filter's counter tells.
	answerNotTaken = "the server's answer waits for a hardware address that nobody tells, in both: ip route get, with the client's address, on the server tells"

	ownBehindProxy = "the firewall, of the two faults, is on a way that the proxy's packets do not take, and the other fault is the scenario's own"

	filteredToo = "the filter of the reverse path drops a SYN as well where the server has no way back at all: ip route get, with the client's address, on the server tells"

	sameToPlain = "a client that speaks no TLS gets the same answer from a service that does, whatever is wrong with its certificate"

	waitsToBeAsked = "a service that waits for a request says nothing to a client that waits for a greeting, whatever it would do with the request: what listens there tells (ss -ltnp on the server)"

	balancerClosed   = "the server closes the connection to the load balancer in both: whether its process still runs tells (systemctl status, ss -ltnp on the server)"
	balancerWaitsNot = "the server's reply comes after the load balancer has given up: a capture behind it that goes on for longer tells"

	// Where the service is only slow.
	lateReplyTells = "the late reply comes after the client has given up: a capture that goes on for longer tells"

	oldUnasked = "the name leads to another host in both, so that nobody asks the old one: whether it is up, its console tells, or another way to it"

	nobodyReads = "the program reads nothing in either: whether it has taken the connection tells, ss -ltn on the server shows one that it has not in the Recv-Q"

	windowStaysOpen = "a client that sends little leaves the window open, and the path breaks only behind a closed one"

	askedInVain = "the router asks for the server's hardware address in both, and nobody answers: whether the question reaches the server tells (sudo tcpdump -ni any 'arp or icmp6' there), if it is up"

	askedOnce = "a client that asks once meets the refusal, and not who listens after it: a second attempt tells"

	notListeningThere = "nobody listens at the address and port that the client asks, and the kernel says so in the same way: ss -ltn on the server tells where the program listens, if it runs"
)

// Alike is why the scenario looks the same with the fault of another one; empty where some vantage point tells them apart.
func Alike(s, other harness.Scenario) string {
	switch {
	case other.Unnoticed != "" && s.Fault == harness.NoFault{} && bystander(s, other.Unnoticed) && !isOutlasted(s, other):
		return string(other.Unnoticed)
	case other.Afterwards != "" && s.Afterwards == "" && s.Verdict == other.Verdict && s.ServerVerdict == other.ServerVerdict && s.Place == other.Place && s.Client == nil:
		return other.Afterwards
	case s.Client == nil && wantsTLS(s.Fault) && wantsTLS(other.Fault):
		return sameToPlain
	case isGreeted(s) && readsFirst(other.Fault):
		return waitsToBeAsked
	case isProxied(s) && isCloser(s.Fault) && other.Fault == harness.Fault(faults.Crash{}):
		return balancerClosed
	case isProxied(s) && s.Fault == harness.Fault(faults.HangService{}) && isSlow(withoutCut(other.Fault)):
		return balancerWaitsNot
	case s.Alike == nobodyReads && bystander(s, harness.SendsLittle) && other.Fault == harness.Fault(hangsThenCut):
		return windowStaysOpen
	case isLate(other.Fault) && (s.Alike == notListeningThere || hasProxy(s) && s.Fault == harness.Fault(faults.StopService{})):
		return askedOnce
	case hasProxy(s) && isBehindFirewall(s.Fault, other.Fault):
		return ownBehindProxy
	case s.Fault == harness.Fault(faults.Overlap{}) && other.Alike == noRouteBack:
		return filteredToo
	case s.Alike == routerDropsSYN && isRevoked(other.Fault) && !isWitnessed(s, other.Fault) && !countsDrops(s) && maps.Equal(s.Want.Wire, other.Want.Wire):
		return s.Alike
	case s.Alike != "" && s.Alike == other.Alike && !isWitnessed(s, other.Fault):
		return s.Alike
	}
	return ""
}

// wantsTLS reports whether with the fault the service speaks TLS, and answers also those who do not.
func wantsTLS(f harness.Fault) bool {
	other, is := f.(faults.Misbehave)
	return is && other.To.TLS != "" && other.To.TLS != lab.TLSCutShort
}

// isProxied reports whether a load balancer that understands HTTP answers the client, whatever the server does.
func isProxied(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { p, is := f.(faults.Proxy); return is && p.Layer == 7 })
}

// hasProxy reports whether the client is answered by a proxy on the router.
func hasProxy(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { _, is := f.(faults.Proxy); return is })
}

// withoutCut is what is left of two faults where the second cuts a connection by its request: nothing of that kind passes the router
// behind a proxy, and nothing at all from a client that waits for a greeting.
func withoutCut(f harness.Fault) harness.Fault {
	if two, is := f.(faults.Both); is {
		if _, cuts := two.Second.(faults.Cut); cuts {
			return two.First
		}
	}
	return f
}

// isSlow reports whether with the fault the service takes a while to answer.
func isSlow(f harness.Fault) bool {
	other, is := f.(faults.Misbehave)
	return is && other.To.Delay > 0
}

// isLate reports whether with the fault the service listens when it has refused a client.
func isLate(f harness.Fault) bool {
	_, is := f.(faults.ComeLate)
	return is
}

// isBehindFirewall reports whether a fault is the second one of two, of which the first is a firewall's.
func isBehindFirewall(f, of harness.Fault) bool {
	two, is := of.(faults.Both)
	if !is {
		return false
	}
	_, firewall := two.First.(faults.FirewallRule)
	return firewall && harness.Fault(two.Second) == f
}

// isCloser reports whether with the fault the service closes a connection without an answer.
func isCloser(f harness.Fault) bool {
	other, is := f.(faults.Misbehave)
	return is && other.To.Behaviour == lab.CloseEarly
}

// isRevoked reports whether with the fault the allow list of a router, whose own counter tells, lets something through no more.
func isRevoked(f harness.Fault) bool {
	_, is := f.(faults.Revoke)
	return is
}

// countsDrops reports whether an allow list, with its counter, is a part of the scenario.
func countsDrops(s harness.Scenario) bool {
	return slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { _, is := f.(faults.AllowList); return is })
}

// isGreeted reports whether a scenario's client says nothing before the server does.
func isGreeted(s harness.Scenario) bool {
	ours, is := s.Client.(agent.GoClient)
	return is && ours.Greeted
}

// readsFirst reports whether with the fault a service of the lab's listens that reads a request before anything else, and closes when
// its client does: what it does with a request, only one that asks learns.
func readsFirst(f harness.Fault) bool {
	switch f := withoutCut(f).(type) {
	case faults.Crash, faults.Freeze:
		return true
	case faults.EndIdle:
		return f.Reset || f.Forget // else the service of the scenario goes on
	case faults.Misbehave:
		keeps := []lab.Behaviour{lab.Hang, lab.NeverRead, lab.CloseUnread, lab.KeepOpen}
		return f.To.Number() == lab.Port && f.To.Bind == "" && !slices.Contains(keeps, f.To.Behaviour)
	}
	return false
}

// isOutlasted reports whether one of a scenario's clients is no more patient than the one that gives up on a slow service.
func isOutlasted(s, slow harness.Scenario) bool {
	givesUp := func(c lab.Client, timeout time.Duration) bool {
		return lab.ProtocolOf(c) == lab.TCP && cmp.Or(timeout, lab.DefaultTimeout) <= slow.Timeout
	}
	return slow.Unnoticed == harness.OutwaitsSlow && (givesUp(s.Client, s.Timeout) ||
		slices.ContainsFunc(s.Checks, func(c harness.Check) bool { return c.Target == "" && givesUp(c.Client, c.Timeout) }))
}

// bystander reports whether a scenario's own client, and those of its checks, are of a kind.
func bystander(s harness.Scenario, kind harness.Bystander) bool {
	switch kind {
	case harness.SpeaksTCP:
		return s.Client == nil || lab.ProtocolOf(s.Client) == lab.TCP
	case harness.NeverRests:
		own, ours := s.Client.(agent.GoClient)
		return !ours || own.Idle == 0
	case harness.IsPatient, harness.OutwaitsSlow:
		return s.Want.Client.Within == 0 || lab.ProtocolOf(s.Client) != lab.TCP
	case harness.IsTranslated:
		return slices.ContainsFunc(s.Fixtures, func(f harness.Fixture) bool { _, is := f.(faults.NAT); return is })
	case harness.OffersNoECN:
		return !slices.ContainsFunc(s.Plan().SysctlsOf(lab.ClientHost), func(c lab.Sysctl) bool { return c.Key == "net.ipv4.tcp_ecn" && c.Value == "1" })
	case harness.SendsLittle:
		ours, is := s.Client.(agent.GoClient)
		return s.Client == nil || is && ours.Upload == 0 || lab.ProtocolOf(s.Client) != lab.TCP
	case harness.SpeaksPlain, harness.SendsNoHello:
		ours, _ := s.Client.(agent.GoClient)
		return !ours.TLS
	case harness.AsksServer:
		return s.Target == ""
	}
	return false
}

// isWitnessed reports whether a counter of the scenario tells its own fault from another one: one of a host that the other
// switches off, or one that only its own fault has.
func isWitnessed(s harness.Scenario, fault harness.Fault) bool {
	off, is := fault.(faults.StopHost)
	return slices.ContainsFunc(s.Want.Counters, func(w harness.CounterWant) bool { return is && w.Host == off.Host || w.Rule != nil })
}

// Pair is a scenario and the fault of another one, which makes the run look the same at every vantage point.
type Pair struct {
	Scenario, Fault string
	Reason          lang.Text
}

// Pairs returns the pairs of scenarios that no vantage point can tell apart.
func Pairs() []Pair {
	var list []Pair
	for _, s := range All() {
		for _, other := range All() {
			if reason := Alike(s, other); reason != "" && s.Name != other.Name && s.Fault != other.Fault {
				list = append(list, Pair{s.Name, other.Name, reasonWords(reason)})
			}
		}
	}
	return list
}
