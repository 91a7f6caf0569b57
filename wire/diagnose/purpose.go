package diagnose

// What the two ends want of the connection, as far as what they say tells it: an end that has all it wanted, or says why it leaves, has
// not failed.

// unasked is for data of the client of which nothing shows that it calls for an answer.
var unasked = circumstance{beside: anywhere(CauseNothingDue)}

// done is for a side that resets a connection on which nothing is owed, served for one where the server's answer was the last that was said.
var (
	done   = circumstance{beside: anywhere(CauseAbortive)}
	served = circumstance{lead: anywhere(CauseAbortive)}
)

// refusedTLS is for a side that said by a TLS alert why it leaves.
var refusedTLS = circumstance{lead: anywhere(CauseRefusedTLS)}

// weighRequest is for a client that got no answer: one may not have been due.
func (e *explainer) weighRequest(v Verdict) {
	x, y := &e.c.side[client], &e.c.side[server]
	if e.c.isUnasked() || e.c.hasOnlyShakenHands() {
		e.advice.apply(&unasked)
	}
	if v == NoReply && y.firstData.seen() && y.firstData.isBefore(x.lastData) {
		e.advice.leaveOut(CauseNoDescriptor) // it took the connection, and answered
	}
}

// isUnasked reports whether the client has sent data, and the server none, in no protocol that is known to have answers.
func (c *conn) isUnasked() bool {
	return c.side[client].sent() > 0 && c.side[server].sent() == 0 && !c.isSpokenFor()
}

// weighDone is for a side that resets the connection although nothing fails: it has said why, or it has all that it wanted.
func (e *explainer) weighDone(dir int) {
	c := e.c
	switch {
	case c.alerted(dir):
		e.advice.apply(&refusedTLS)
	case c.isUnknownThere(dir) || c.side[dir].goesOn() || !c.isDone():
	case c.side[client].lastData.isBefore(c.side[server].lastData) && !c.side[dir].isForged():
		e.advice.apply(&served)
	default:
		e.advice.apply(&done)
	}
}

// isDone reports whether both sides have sent and got all that the capture shows to be owed.
func (c *conn) isDone() bool {
	x, y := &c.side[client], &c.side[server]
	if c.content.hello && x.lastData.isBefore(y.firstData) { // the handshake of TLS is not complete
		return false
	}
	return y.sent() > 0 && !c.content.asked && !c.content.incomplete() && x.unacknowledged() == 0 && y.unacknowledged() == 0
}

// alerted reports whether a side sent a TLS alert that is not encrypted.
func (c *conn) alerted(dir int) bool {
	if c.speech == nil {
		return false
	}
	for _, w := range c.speech.list {
		if w.alert && w.from == dir {
			return true
		}
	}
	return false
}
