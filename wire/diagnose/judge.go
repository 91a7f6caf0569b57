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
	farewell              = 100 // bytes: a TLS alert, a QUIT, or the like; no request that calls for an answer
	fullSized             = 1200
)

// judge names what happened.
func (c *conn) judge(v *view) (verdict, ending Verdict, inconclusive bool) {
	c.assignRoles(v)
	switch {
	case c.isOneSided(v):
		return OneSided, "", false
	case !c.hasSYN:
		ending, inconclusive = c.established(v)
		return Midstream, ending, inconclusive
	case c.synacks.count == 0 && !c.clientAcked:
		verdict, inconclusive = c.unanswered(v)
	case !c.completed():
		verdict, inconclusive = c.incomplete()
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
	if c.isLone() {
		return true
	}
	if v.both > 0 {
		return false
	}
	// Retransmitted SYNs say by themselves that nothing came back.
	return v.lone > 0 && c.syns.count <= 1 && !c.rejection.seen() || !c.hasSYN && c.side[server].rst.seen() && c.packets == 1
}

// isLone reports whether a side answers what is not in the capture.
func (c *conn) isLone() bool {
	x, y := &c.side[client], &c.side[server]
	switch {
	case x.packets > 0 && y.packets > 0:
		return false
	case y.packets > 0:
		return c.synacks.count > 0 || x.progressed
	case c.hasSYN:
		return x.packets > c.syns.count
	}
	return y.progressed
}

// unanswered is for SYNs to which no SYN-ACK came.
func (c *conn) unanswered(v *view) (Verdict, bool) {
	refused, rejected := c.refusals.marks[0], c.rejection
	switch {
	case refused.seen() && (!rejected.seen() || refused.frame < rejected.frame):
		return Refused, false
	case rejected.seen():
		return Rejected, false
	}
	return NoAnswer, c.syns.count == 1
}

// completed reports whether the server is known to have got the client's acknowledgment of the SYN-ACK.
func (c *conn) completed() bool {
	x, y := &c.side[client], &c.side[server]
	switch {
	case y.bytes > 0 || y.fin.seen() || x.progressed:
		return true
	case !c.clientAcked:
		return false
	}
	// The SYN-ACK goes on coming, and what the client sends is not acknowledged.
	return c.repeated.count == 0 || c.repeated.count == 1 && x.stuck.count == 0
}

// incomplete is for a SYN-ACK that did not complete the handshake.
func (c *conn) incomplete() (Verdict, bool) {
	x, y := &c.side[client], &c.side[server]
	switch {
	case c.refusals.count > 0 && !c.clientAcked:
		return Refused, false
	case x.rst.seen() && c.repeated.count == 0:
		return ResetByClient, false
	case y.rst.seen() && c.synacks.count == 1 && c.syns.count == 1:
		return ResetByServer, false
	}
	return SYNACKUnanswered, c.synacks.count == 1 && c.syns.count == 1
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
	case y.fin.seen() && (!x.fin.seen() || y.fin.frame < x.fin.frame):
		return c.closedByServer(), false
	case x.fin.seen():
		return c.closedByClient(), false
	}
	if c.owesAnswer() && v.last-x.lastData.at >= longestThought && x.bursts == 1 {
		return NoReply, false
	}
	return Open, false
}

// stalled is for data that stays unanswered to the end.
func (c *conn) stalled(v *view) Verdict {
	if c.side[client].fin.seen() && c.side[server].fin.seen() && c.side[client].finAcked() && c.side[server].finAcked() {
		return ""
	}
	for dir := range c.side {
		x, y := &c.side[dir], &c.side[1-dir]
		answered := y.rst.seen() && x.stuck.count > 0 && y.rst.frame > x.stuck.first.frame
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
		}
	}
	return ""
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

// cannotPassFullSize tells a path that loses large packets from one that loses all.
func (s *side) cannotPassFullSize(other *side) bool {
	full := int32(fullSized)
	if m := min(orMax(s.mss), orMax(other.mss)); m != 0xffff {
		full = int32(m) * 9 / 10
	}
	return s.stuck.size >= full && s.stuck.size > s.largest
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
		s.last.frame > sender.gap.frame && v.last-sender.gap.at >= longestThought &&
		sender.next-sender.hole >= fullSized
}

// resetBy is for a connection that a RST ended.
func (c *conn) resetBy() Verdict {
	dir := client
	if x, y := c.side[client].rst, c.side[server].rst; !x.seen() || y.seen() && y.frame < x.frame {
		dir = server
	}
	if c.isBenign(dir) {
		return c.closed()
	}
	if dir == client {
		return ResetByClient
	}
	return ResetByServer
}

// isBenign reports whether a RST only tidies up after an orderly close (RFC 1122 section 4.2.2.13): programs close
// without reading what still comes.
func (c *conn) isBenign(dir int) bool {
	x, y := &c.side[dir], &c.side[1-dir]
	xFIN := x.fin.seen() && x.fin.frame <= x.rst.frame
	yFIN := y.fin.seen() && y.fin.frame <= x.rst.frame
	switch {
	case xFIN && yFIN, c.side[client].fin.seen() && c.side[server].fin.seen():
		return true
	case yFIN && dir == client: // the server had finished: was all of it received?
		return !y.hasAcked || !before(y.acked, y.finSeq)
	case yFIN: // the client had finished: did it get its answer?
		return x.unacknowledged() == 0 && (x.bytes > 0 || y.bytes == 0)
	case xFIN: // what came after its own FIN was refused; a request there is one that it has not answered
		return x.afterFIN <= farewell || dir == server && c.content.asked
	}
	return false
}

// closed tells a close that left the request without an answer from one that did not.
func (c *conn) closed() Verdict {
	x, y := &c.side[client], &c.side[server]
	verdict := OK
	switch {
	case y.fin.seen() && (!x.fin.seen() || y.fin.frame < x.fin.frame):
		verdict = c.closedByServer()
	case x.fin.seen():
		verdict = c.closedByClient()
	}
	if verdict == HalfClosed { // the RST took the place of the second FIN
		return OK
	}
	return verdict
}

// closedByServer is for a FIN that the server sent first.
func (c *conn) closedByServer() Verdict {
	x, y := &c.side[client], &c.side[server]
	switch {
	case c.contentCut.seen():
		return ClosedEarly
	case y.bytes == 0 && c.requested(), c.content.asked:
		return ClosedEarly
	case c.sized && y.bytes == 0 && x.bytes == 0 && y.fin.at-c.first.at < promptClose:
		return ClosedEarly
	case x.fin.seen():
		return OK
	}
	return HalfClosed
}

// closedByClient is for a FIN that the client sent first: it may have been tired of waiting.
func (c *conn) closedByClient() Verdict {
	x, y := &c.side[client], &c.side[server]
	if c.owesAnswer() && (c.sized && !y.fin.seen() || x.fin.at-x.lastData.at >= shortestPatience) {
		return NoReply
	}
	if y.fin.seen() {
		return OK
	}
	return HalfClosed
}

// owesAnswer reports whether the server acknowledged a request, its first, and sent nothing.
func (c *conn) owesAnswer() bool {
	x, y := &c.side[client], &c.side[server]
	acknowledged := x.progressed || !c.sized && x.hasAcked && x.unacknowledged() <= 1 // 1: a FIN
	return c.requested() && y.bytes == 0 && acknowledged
}

// requested reports whether what the client sent calls for an answer. Where the beginning of the connection is not in
// the capture, little data may be the last of a conversation.
func (c *conn) requested() bool {
	x := &c.side[client]
	return x.bytes > 0 && (c.sized || c.content.asked || x.bytes > farewell)
}

// assignRoles corrects a guess of who is the client by what was learnt of servers since.
func (c *conn) assignRoles(v *view) {
	if !c.sized && v.isServer(c.flow[c.clientAt]) && !v.isServer(c.flow[1-c.clientAt]) {
		c.flip()
	}
}
