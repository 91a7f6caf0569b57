package diagnose

import (
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// rejections are the advices about a SYN that an ICMP error answered, by what it says.
var (
	rejectedNoHost = advice{[]candidate{{CauseRouterSaysDead, alone, false}, {CauseNoSuchHost, 0, false}, {CauseNeighbourFiltered, 0, false}, {CauseFirewallRejects, 0, false}},
		steps(StepSenderNeighbour, StepSenderRules, StepNeighbourCapture)}
	rejectedNoNetwork  = advice{anywhere(CauseMissingRoute, CauseFirewallRejects), steps(StepSenderRoute, StepSenderRules)}
	rejectedByRule     = advice{anywhere(CauseFirewallRejects), steps(StepSenderRules)}
	rejectedExpired    = advice{anywhere(CauseRoutingLoop, CauseTTLTooSmall), steps(StepTraceTCP, StepSenderRoute)}
	rejectedTraced     = advice{anywhere(CausePathTraced, CauseTTLTooSmall), steps(StepTraceTCP)}
	rejectedUnreadable = advice{anywhere(CauseNotProcessed, CauseFirewallRejects), steps(StepSenderRules)}
)

// saidTooBig is for segments of full size that are lost although an ICMP error tells their sender so.
var saidTooBig = circumstance{lead: anywhere(CauseTooBigIgnored), excluded: []Cause{CauseSmallMTU, CauseBrokeNow}}

// The circumstances of a SYN-ACK that an ICMP error returns: it does not reach the client, or the client itself rejects it.
var (
	clientUnreachable = circumstance{lead: anywhere(CauseSYNACKLost, CauseForeignSource), excluded: []Cause{CauseACKLost, CauseQueueFull, CauseClientDrops}}
	clientRejects     = circumstance{lead: anywhere(CauseClientDrops), excluded: []Cause{CauseACKLost, CauseQueueFull, CauseSYNACKLost}}
)

// weighReturned is for a SYN-ACK that an ICMP error says cannot be delivered.
func (e *explainer) weighReturned() {
	i := &e.c.other
	switch {
	case i.about != server || !i.isUnreachable():
	case i.sender() == e.c.addr(client).Addr():
		e.advice.apply(&clientRejects)
	default:
		e.advice.apply(&clientUnreachable)
	}
}

// adviceOn goes by what an ICMP error says: a network or a host that is not reached is a matter of routes and neighbours, a
// prohibition or a closed port one of rules; each at the sender of the error. A host that has asked for its neighbour in vain sends
// the error to itself.
func (c *conn) adviceOn(i *icmpError) advice {
	switch name := i.name(); {
	case name == "time-exceeded" && c.isTraced():
		return rejectedTraced
	case name == "time-exceeded":
		return rejectedExpired
	case i.isUnprocessed():
		return rejectedUnreadable
	case strings.HasSuffix(name, "prohibited"):
		return rejectedByRule
	case strings.HasPrefix(name, "unreachable host") && i.sender() == c.addr(client).Addr():
		return advices[NoNeighbour]
	case strings.HasPrefix(name, "unreachable host"):
		return rejectedNoHost
	case strings.HasPrefix(name, "unreachable net"), name == "unreachable scope", name == "unreachable reject-route":
		return rejectedNoNetwork
	}
	return rejectedByRule
}

// isUnprocessed reports whether the sender of the error could make nothing of the packet: of a header or an option, of its protocol, or
// because a fragment of it is missing.
func (i *icmpError) isUnprocessed() bool {
	const parameterProblem, parameterProblem6 = 12, 4
	switch i.name() {
	case "time-exceeded reassembly", "unreachable protocol", "unreachable source-route":
		return true
	}
	return !i.v6 && i.kind == parameterProblem || i.v6 && i.kind == parameterProblem6
}

// lowestOfHosts is the highest time to live that no SYN has on its way, because hosts begin with 64, 128 or 255 and few paths have as many
// routers as are missing then.
const lowestOfHosts = 30

// isTraced reports whether SYNs were sent with a small time to live, as tcptraceroute does to find the routers of a path, which answer
// that it ran out.
func (c *conn) isTraced() bool {
	return c.hasSYN && (c.side[client].ttl <= lowestOfHosts && c.side[client].ttl > 0 || c.isStepped())
}

// isStepped reports whether SYNs of one attempt have a time to live that rises from a small one.
func (c *conn) isStepped() bool {
	return c.highestTTL > c.side[client].ttl && c.side[client].ttl <= lowestOfHosts
}

// rise takes in the time to live of a SYN that is sent again.
func (c *conn) rise(p *wire.Packet) { c.highestTTL = max(c.highestTTL, p.TTL) }

// sentAgain says how the SYNs were sent again: by the timer of a system, or to trace the path.
func (c *conn) sentAgain() lang.Message {
	if c.isStepped() {
		return lang.Tell(lang.Text{English: "the time to live of the SYNs goes from %d to %d: the path was traced (tcptraceroute)",
			Korean: "SYN의 TTL이 %d에서 %d까지 커진다: 경로를 추적한 것이다(tcptraceroute)"}, c.side[client].ttl, c.highestTTL)
	}
	return c.schedule()
}
