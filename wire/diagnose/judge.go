package diagnose

// How long something must have lasted before it is more than a moment's delay, in ns.
const (
	shortestStall    = 4e8 // from the first retransmission to the end: longer than a fast retransmission takes to heal
	shortestClosed   = 1e9 // a closed window that nobody has probed yet
	shortestPatience = 2e9 // a client that closes without an answer waited for one
	longestThought   = 3e9 // a request this old at the end of the capture has been left without an answer
	promptClose      = 5e9 // a server that closes an idle connection later than this has run into its idle timeout
)

const (
	fewestRetransmissions = 2   // one may be a lost packet or a tail loss probe (RFC 8985)
	fewestFINs            = 3   // the first, and as many again
	fewestStreamed        = 3   // segments of one side alone
	fewestUnheard         = 3   // keep-alives without an answer, before the sender gives up
	farewell              = 100 // bytes: a TLS alert, a QUIT, or the like; no request that calls for an answer
	fullSized             = 1200
)

// judge names what happened.
func (c *conn) judge(v *view) (verdict, ending Verdict, inconclusive bool) {
	c.assignRoles(v)
	c.isPartOfMore = c.simultaneous || c.partOfMore(v)
	switch {
	case c.isOneSided(v):
		return OneSided, "", false
	case !c.hasSYN:
		ending, inconclusive = c.established(v)
		return Midstream, ending, inconclusive
	case c.synacks.count == 0 && !c.clientAcked:
		verdict, inconclusive = c.unanswered(v)
	case !c.completed(v):
		verdict, inconclusive = c.incomplete(v)
	default:
		verdict, inconclusive = c.established(v)
	}
	return verdict, "", inconclusive
}

// isOneSided reports whether one direction is missing from the capture: for certain, or because the capture shows
// nothing but single directions.
func (c *conn) isOneSided(v *view) bool {
	if c.side[client].packets > 0 && c.side[server].packets > 0 || c.simultaneous {
		return false
	}
	if c.isLone() || c.isFiltered(v) || c.isVeiled() {
		return true
	}
	if v.both > 0 {
		return false
	}
	// Retransmitted SYNs say by themselves that nothing came back.
	return v.lone > 0 && c.syns.count <= 1 && !c.rejection.seen() || c.isLoneRST()
}

// isLoneRST reports whether a RST is all that there is of a connection.
func (c *conn) isLoneRST() bool {
	return !c.hasSYN && c.packets == 1 && (c.side[client].rst.seen() || c.side[server].rst.seen())
}

// isLone reports whether a side answers what is not in the capture.
func (c *conn) isLone() bool {
	x, y := &c.side[client], &c.side[server]
	switch {
	case x.packets > 0 && y.packets > 0:
		return false
	case y.packets > 0:
		return c.synacks.count > 0 || x.progressed || y.streams()
	case c.hasSYN:
		return x.packets > c.syns.count
	}
	return y.progressed || x.streams()
}

// streams reports whether a side, of which alone something was captured, goes on sending data, and none of
// it again although there was time: something acknowledges it.
func (s *side) streams() bool {
	return s.packets >= fewestStreamed && s.lastData.at-s.firstData.at >= shortestStall && s.stuck.count == 0 && s.fins <= 1
}

// unanswered is for SYNs to which no SYN-ACK came.
func (c *conn) unanswered(v *view) (Verdict, bool) {
	refused, rejected := c.refusals.marks[0], c.rejection
	switch {
	case refused.seen() && (!rejected.seen() || refused.isBefore(rejected.mark)):
		return Refused, false
	case rejected.seen():
		return Rejected, false
	}
	return NoAnswer, c.syns.count == 1 && c.turnedTo() == nil && v.last-c.first.at < longestThought
}

// completed reports whether the server is known to have got the client's acknowledgment of the SYN-ACK.
func (c *conn) completed(v *view) bool {
	x, y := &c.side[client], &c.side[server]
	switch {
	case y.sent() > 0 || y.fin.seen() || x.progressed:
		return true
	case !c.clientAcked:
		return false
	}
	// The SYN-ACK goes on coming, and what the client sends is not acknowledged.
	return c.repeated.count == 0 || c.repeated.count == 1 && x.stuck.count == 0 && !c.isUndecided(v)
}

// incomplete is for a SYN-ACK that did not complete the handshake.
func (c *conn) incomplete(v *view) (Verdict, bool) {
	x, y := &c.side[client], &c.side[server]
	switch {
	case c.refusals.count > 0 && !c.clientAcked:
		return Refused, false
	case x.rst.seen() && c.repeated.count == 0:
		return ResetByClient, false
	case y.rst.seen() && c.synacks.count == 1 && c.syns.count == 1:
		return ResetByServer, false
	case c.repeated.count == 1 && x.stuck.count == 0:
		return SYNACKUnanswered, true
	case c.synacks.count > 1 || c.synacks.marks[0].isBefore(c.syns.last): // SYNs before the SYN-ACK say nothing of its fate
		return SYNACKUnanswered, false
	case v.last-c.synacks.last.at < longestThought:
		return SYNACKUnanswered, true
	case v.kinds.filter() == takesOpenings, v.kinds.filter() == takesNoACK: // the server, which did not send the SYN-ACK again, has got its answer
		return Open, false
	}
	return SYNACKUnanswered, false
}

// established is for a connection whose handshake was completed, or is not in the capture.
func (c *conn) established(v *view) (Verdict, bool) {
	x, y := &c.side[client], &c.side[server]
	if verdict := c.stalled(v); verdict != "" {
		return verdict, false
	}
	if reset := x.rst.seen() || y.rst.seen(); reset {
		return c.resetBy(), false
	}
	switch {
	case c.serverFirst():
		return c.closedByServer(), false
	case x.finished().seen():
		return c.closedByClient(), false
	}
	if c.owesAnswer() && v.last-x.lastData.at >= longestThought && x.bursts == 1 {
		return NoReply, false
	}
	return Open, false
}

// stalled is for data that stays unanswered to the end.
func (c *conn) stalled(v *view) Verdict {
	if c.side[client].finAcked() && c.side[server].finAcked() {
		return ""
	}
	for dir := range c.side {
		x, y := &c.side[dir], &c.side[1-dir]
		answered := y.rst.seen() && x.stuck.count > 0 && x.stuck.first.isBefore(y.rst)
		if answered {
			continue
		}
		switch {
		case y.zero.seen() && x.isBlocked(y, v):
			return ZeroWindow
		case x.isStuck(v) && x.cannotPassFullSize(y):
			return MTUBlackhole
		case x.isStuck(v):
			return Blackhole
		case y.seesHole(x, v):
			return MTUBlackhole
		case x.isUnheeded(y):
			return Blackhole
		case x.cannotClose(y) && c.showsAcknowledgments(v, x, y), x.gaveUpAlone(y):
			return Blackhole
		}
	}
	return ""
}

// showsAcknowledgments reports whether the capture would show that a FIN was acknowledged. Where packets are missing from it, one acknowledgment may be,
// too, unless the FIN was sent on and on; and where the other side's FIN is missing, it may have acknowledged this one.
func (c *conn) showsAcknowledgments(v *view, x, y *side) bool {
	lossy := x.missed || y.missed
	return v.kinds.filter() != takesNoACK && !(y.proven.seen() && x.fin.isBefore(y.proven)) && (!lossy || x.fins >= 2*fewestFINs)
}

// gaveUpAlone reports whether a RST came after keep-alives in vain (RFC 9293 section 3.8.4): the other side is gone.
func (s *side) gaveUpAlone(other *side) bool {
	return s.rst.seen() && s.unheard.count >= fewestUnheard && s.unheard.last.isBefore(s.rst) && !other.zero.seen()
}

// isBlocked reports whether the other side's closed window keeps this side from sending.
func (s *side) isBlocked(other *side, v *view) bool {
	end := v.last
	for _, m := range []mark{s.rst, other.rst, s.fin} {
		if m.seen() {
			end = min(end, m.at)
		}
	}
	return !other.fin.seen() && (other.probes > 0 || end-other.zero.at >= shortestClosed)
}

// isStuck reports whether data was sent again, more than once, and never acknowledged.
func (s *side) isStuck(v *view) bool {
	u := &s.stuck
	return u.count >= fewestRetransmissions && max(u.last.at, v.last)-u.first.at >= shortestStall
}

// cannotPassFullSize tells a path that loses large packets from one that loses all. What is sent in fragments fits through any link.
func (s *side) cannotPassFullSize(other *side) bool {
	full := int32(fullSized)
	if m := min(orMax(s.mss), orMax(other.mss)); m != 0xffff {
		full = int32(m) * 9 / 10
	}
	return s.stuck.size >= full && s.stuck.size > s.largest && !s.fragments.begins(s.stuck.seq)
}

func orMax(mss uint16) uint16 {
	if mss == 0 {
		return 0xffff
	}
	return mss
}

// seesHole reports whether this side, the receiver, is left with a hole in the data: the small segment behind it came,
// the large ones before it never.
func (s *side) seesHole(sender *side, v *view) bool {
	return sender.gap.seen() && !sender.missed && sender.hasAcked && sender.acked == sender.hole &&
		sender.gap.isBefore(s.last) && v.last-sender.gap.at >= longestThought &&
		sender.gapSize() >= fullSized && !sender.fragments.isFollowedBy(sender.hole)
}
