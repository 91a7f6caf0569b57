package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
)

// remarks adds what does not decide the verdict but may explain it.
func (e *explainer) remarks(a *Judged) {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	if c.syns.count > 1 {
		e.note("%s", c.schedule())
	}
	if a.Inconclusive {
		e.note("the capture ends too early to be sure")
	}
	e.turned(a.Verdict)
	if c.isLoneSYN() && a.Verdict == NoAnswer && !a.Inconclusive && c.turnedTo() == nil {
		e.note("the SYN was not sent again, although the capture goes on for %s: the client gave up within a second", span(a.view.last-c.first.at))
	}
	if a.Verdict == SYNACKUnanswered && c.isLeftOpen() && !a.Inconclusive {
		e.note("neither the SYN nor the SYN-ACK was sent again in %s: the acknowledgment may not have been captured; scanners and SYN proxies send nothing again, either", span(a.view.last-c.synacks.last.at))
	}
	if c.refusals.count > 0 && a.Verdict != Refused {
		e.note("succeeded after %s", plural(c.refusals.count, "refusal"))
	}
	if c.isBadRefusal() && a.Verdict == Refused {
		e.badRefusal()
	}
	e.fastOpened(a.Verdict)
	e.multipath()
	e.accepting()
	e.forgery(x, y)
	if c.challenge.seen() {
		e.frame(c.challenge, "ACK of an older connection in answer to the SYN")
		e.note("the server still holds an older connection on these ports (challenge ACK, RFC 5961)")
		e.frame(c.staleRST, "RST of the client in answer to that")
		if c.staleRST.seen() && c.synacks.count == 0 && c.staleRST.isBefore(c.syns.last) {
			e.note("the client's RST in answer had no effect: it does not reach the server")
		}
	}
	if c.strange.seen() {
		e.frame(c.strange, "SYN-ACK that does not acknowledge the SYN")
		if a.Verdict == NoAnswer {
			e.note("a SYN-ACK came that does not acknowledge the SYN: a client does not take it, and goes on trying")
		}
	}
	e.elsewhere(a.Verdict)
	e.complaints()
	e.spoken()
	e.claimed()
	e.led(outcome(a))
	e.filterNote(a)
	if c.simultaneous {
		e.note("simultaneous open: both sides sent a SYN")
	}
	if c.copies > 0 {
		e.note("%s captured twice", plural(c.copies, "packet"))
	}
	if x.missed || y.missed {
		e.note("the capture lacks packets that were acknowledged")
	}
	if c.ignoredRSTs > 0 {
		e.note("%s had no effect: out of the window, or forged", plural(c.ignoredRSTs, "RST"))
	}
}

// forgery points out a RST that has come another way than the rest of what its sender sent.
func (e *explainer) forgery(x, y *side) {
	if e.c.isHalfOpen() {
		return // the scanner makes its SYN, its kernel the RST
	}
	for dir, s := range []*side{x, y} {
		if s.rstFromElsewhere() {
			e.note("the RST has TTL %d, the other packets of that side %d: something on the way may have sent it", s.rstTTL, s.ttl)
		}
		if s.goesOn() {
			e.note("the %s went on sending after its RST: something on the way sent that in its name", sides[dir])
		}
	}
}

// complaints adds the ICMP errors that do not decide the verdict.
func (e *explainer) complaints() {
	c := e.c
	if c.tooBig.seen() {
		e.frame(c.tooBig.mark, "ICMP too-big from %s, MTU %d", c.tooBig.sender(), c.tooBig.mtu)
	}
	if c.other.seen() {
		e.frame(c.other.mark, "ICMP %s from %s", c.other.name(), c.other.sender())
		e.note("ICMP %s from %s about this connection", c.other.name(), c.other.sender())
	}
}

func (n *neighbour) explain(*Judged) explanation {
	protocol := "ARP"
	if n.v6 {
		protocol = "neighbour discovery"
	}
	e := explainer{}
	e.say("%s asked for %s %s in %s, no answer", n.asker, n.target, plural(n.requests.count, "time"),
		span(n.requests.last.at-n.requests.marks[0].at))
	e.all(&n.requests, protocol+" request for "+n.target.String())
	e.advice = adviceTo(advices[NoNeighbour], n.addr(client), n.addr(server), netip.Addr{})
	return e.explanation
}

func sortEvidence(list []Evidence) {
	slices.SortStableFunc(list, func(a, b Evidence) int { return cmp.Compare(a.Frame, b.Frame) })
}
