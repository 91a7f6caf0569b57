package diagnose

import "slices"

// The ends of connections that were established: FIN, RST, or neither. What was sent and received is judged by the
// sequence numbers, because a capture may lack packets, and data is often not captured at all.

// resetBy is for a connection that a RST ended.
func (c *conn) resetBy() Verdict {
	dir := client
	if x, y := c.side[client].rst, c.side[server].rst; !x.seen() || y.seen() && y.isBefore(x) {
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

// carried is how many bytes of data a side has sent, by all numbers, also those of the RSTs: a filter may have taken the rest.
func (c *conn) carried(dir int) int64 {
	x, y := &c.side[dir], &c.side[1-dir]
	sent := uint32(x.sent())
	for _, told := range []uint32{x.rstSeq, y.rstAck} {
		if beyond := told - x.base; told != 0 && x.hasNext && beyond > sent && beyond < widest {
			sent = beyond
		}
	}
	return int64(sent)
}

// isBenign reports whether a RST only tidies up after an orderly close (RFC 1122 section 4.2.2.13): programs close
// without reading what still comes.
func (c *conn) isBenign(dir int) bool {
	x, y := &c.side[dir], &c.side[1-dir]
	xFIN := x.finished().seen() && !x.rst.isBefore(x.finished())
	yFIN := y.finished().seen() && !x.rst.isBefore(y.finished())
	switch {
	case dir == client && c.gaveUpWaiting():
		return true
	case x.gaveUpClosing(y):
		return false
	case xFIN && yFIN, x.finished().seen() && y.finished().seen():
		return true
	case yFIN && dir == client: // the server had finished: was all of it received?
		return !y.hasAcked || !before(y.acked, y.end())
	case yFIN: // the client had finished: did it get its answer?
		return x.unacknowledged() == 0 && (x.sent() > 0 || y.sent() == 0)
	case xFIN: // what came after its own FIN was refused; a request there is one that it has not answered
		return x.afterFIN <= farewell && y.unacknowledged() <= farewell || dir == server && c.owesLatest()
	}
	return false
}

// isStillSending reports whether one side has sent data after the other's FIN.
func (c *conn) isStillSending() bool { return c.side[client].afterFIN+c.side[server].afterFIN > 0 }

// gaveUpClosing reports whether a RST is the end of a vain attempt to close: nothing was heard of the other side since
// the FIN, which was sent again, or had some time.
func (s *side) gaveUpClosing(other *side) bool {
	return s.fin.seen() && !s.finAcked() && s.fin.isBefore(s.rst) && other.last.isBefore(s.fin) &&
		(s.fins > 1 || s.rst.at-s.fin.at >= shortestStall)
}

// cannotClose reports whether a FIN was sent again and again, and nothing acknowledged it.
func (s *side) cannotClose(other *side) bool {
	return s.fins >= fewestFINs && !s.finAcked() && s.lastFIN.at-s.fin.at >= shortestStall &&
		!(other.rst.seen() && s.fin.isBefore(other.rst))
}

// closed tells a close that left the request without an answer from one that did not.
func (c *conn) closed() Verdict {
	verdict := OK
	switch {
	case c.serverFirst():
		verdict = c.closedByServer()
	case c.side[client].finished().seen():
		verdict = c.closedByClient()
	}
	if verdict == HalfClosed { // the RST took the place of the second FIN
		return OK
	}
	return verdict
}

// serverFirst reports whether the server sent its FIN before the client did.
func (c *conn) serverFirst() bool {
	x, y := c.side[client].finished(), c.side[server].finished()
	return y.seen() && (!x.seen() || y.isBefore(x))
}

// closedByServer is for a FIN that the server sent first.
func (c *conn) closedByServer() Verdict {
	x, y := &c.side[client], &c.side[server]
	switch {
	case c.contentCut.seen():
		return ClosedEarly
	case c.isPartOfMore:
	case y.sent() == 0 && c.requested(), c.owesLatest(), c.hasOnlyGreeted() && x.lastData.isBefore(y.finished()):
		return ClosedEarly
	case c.sized && y.sent() == 0 && x.sent() == 0 && y.finished().at-c.first.at < promptClose:
		return ClosedEarly
	}
	if x.finished().seen() {
		return OK
	}
	return HalfClosed
}

// closedByClient is for a FIN that the client sent first: it may have been tired of waiting.
func (c *conn) closedByClient() Verdict {
	y := &c.side[server]
	switch {
	case c.gaveUpWaiting():
		return NoReply
	case y.finished().seen():
		return OK
	}
	return HalfClosed
}

// gaveUpWaiting reports whether the client closed because it had waited long enough. An answer that came after that was
// too late if the client refused it; otherwise it had closed its own direction only.
func (c *conn) gaveUpWaiting() bool {
	x, y := &c.side[client], &c.side[server]
	if !x.fin.seen() || !c.owed() || x.fin.at-c.asked().at < shortestPatience {
		return false
	}
	return y.sent() == 0 || c.owesLatest() || c.hasNotBegun() || x.deaf && x.rst.seen()
}

// owesAnswer reports whether the server acknowledged a request, its first, and sent nothing, or nothing but interim responses.
func (c *conn) owesAnswer() bool {
	return c.owed() && (c.side[server].sent() == 0 || c.hasOnlyInterim())
}

// owed reports whether there was a request, of which the server acknowledged all.
func (c *conn) owed() bool {
	x := &c.side[client]
	return c.requested() && !c.isPartOfMore && x.lastData.seen() && x.allAcked() && !c.isStream()
}

// fewestBursts is how often a client must have sent data without waiting for an answer for it to expect none. A request may come in
// two parts: a body that follows when "100 Continue" does not.
const fewestBursts = 3

// isStream reports whether the client sends on and on, and the server nothing: logs, metrics, a file.
func (c *conn) isStream() bool {
	return c.side[client].bursts >= fewestBursts && c.side[server].sent() == 0 && !c.isSpokenFor()
}

// isSpokenFor reports whether the client speaks a protocol in which the server has to answer.
func (c *conn) isSpokenFor() bool { return c.content.asked || c.content.hello }

// unansweredRequest is the first packet of the request without an answer, and its size.
func (c *conn) unansweredRequest() (mark, int64) {
	x := &c.side[client]
	if c.hasOnlyShakenHands() {
		return c.content.opening.last, 0
	}
	if c.side[server].firstData.seen() && c.owesLatest() {
		return c.content.request, int64(x.end() - c.content.begun)
	}
	return x.firstData, x.bytes
}

// owesLatest reports whether the server has not answered the latest of several requests.
func (c *conn) owesLatest() bool {
	return c.content.asked && c.side[server].end() == c.content.heard && !c.isOwedBody()
}

// oneWayPorts are those of protocols in which the server says nothing: syslog (RFC 6587), Graphite's lines, raw printing. (Port 514 is also rsh's, which
// has an answer.)
var oneWayPorts = [...]uint16{514, 601, 2003, 2004, 6514, 9100}

// requested reports whether what the client sent calls for an answer. Where the beginning of the connection is not in
// the capture, little data may be the last of a conversation.
func (c *conn) requested() bool {
	n := c.side[client].sent()
	return n > 0 && !slices.Contains(oneWayPorts[:], c.flow[1-c.clientAt].port) && (c.sized || c.content.asked || n > farewell)
}
