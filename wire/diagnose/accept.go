package diagnose

import (
	"fmt"
	"strings"
)

// A server does not take a connection that the client has acknowledged when its accept queue is full, or when it wants to see data first
// (TCP_DEFER_ACCEPT of Linux). It then sends its SYN-ACK again, unless the first one was a SYN cookie; and so does one that has never
// got the acknowledgment.

// latestOverflow is the time, in ns, after which a server with a full accept queue has sent its SYN-ACK again: its first timer is due after
// a second.
const latestOverflow = 2500e6

// notTaken is for SYN-ACKs that came again although the client had acknowledged one: it has got them, and takes them.
var notTaken = circumstance{
	excluded: []Cause{CauseSYNACKLost, CauseClientDrops, CauseForeignSource},
	first:    []check{{StepQueueDrops, atServer | nowhere, false}, {StepQueueLength, atServer | nowhere, false}},
	useless:  []StepID{StepClientRules, StepPathBack},
}

// waitsForData is for a server that may want to see data first.
var waitsForData = circumstance{beside: []candidate{{CauseDeferAccept, atServer | nowhere, false}}}

// neverTaken is for a client whose first data is in vain, although the server had answered the SYN.
var neverTaken = circumstance{
	beside: []candidate{{CauseQueueFull, atServer | nowhere, false}},
	first:  []check{{StepQueueDrops, atServer | nowhere, false}},
}

// hasSpokenEarly reports whether the client had sent data when the SYN-ACK came again.
func (c *conn) hasSpokenEarly() bool {
	x := &c.side[client]
	return x.firstData.seen() && x.firstData.isBefore(c.repeated.last)
}

// isDeferred reports whether a server may want to see data first: it sends the SYN-ACK once more, when it has waited for as long as it wants
// to, and takes the next acknowledgment (syn_ack_recalc of Linux).
func (c *conn) isDeferred() bool { return c.repeated.count == 1 && !c.hasSpokenEarly() }

// isOverflow reports whether the server's accept queue may be full.
func (c *conn) isOverflow() bool {
	return c.synacks.count > 2 || c.repeated.last.at-c.synacks.marks[0].at < latestOverflow
}

// isUndecided reports whether the SYN-ACK came again once, and the capture ends before a server that still does not take the connection would have
// sent the next.
func (c *conn) isUndecided(v *view) bool {
	wait := c.repeated.last.at - c.synacks.marks[0].at
	return c.repeated.count == 1 && c.isOverflow() && v.last-c.repeated.last.at < int64(backoff*float64(wait))
}

// accepting tells of SYN-ACKs that came again after the client's acknowledgment.
func (e *explainer) accepting() {
	c := e.c
	if c.repeated.count == 0 {
		return
	}
	e.all(&c.repeated, "SYN-ACK again, after the client's acknowledgment")
	e.note("the SYN-ACK came again, %s, after the client had acknowledged it: %s", plural(c.repeated.count, "time"), e.notTakenBecause())
}

// notTakenBecause names what the frames leave over of a lost acknowledgment, a full queue, and a server that waits for data.
func (e *explainer) notTakenBecause() string {
	c := e.c
	var may []string
	if !e.isBesideServer() {
		may = append(may, "the acknowledgment did not reach the server")
	}
	if c.isOverflow() {
		may = append(may, "its accept queue is full (TcpExtListenOverflows counts it)")
	}
	if c.isDeferred() {
		may = append(may, "it waits for data (TCP_DEFER_ACCEPT; TcpExtTCPDeferAcceptDrop counts it)")
	}
	text := strings.Join(may, ", or ")
	switch {
	case !c.isOverflow():
		text += fmt.Sprintf("; with a full accept queue it would not have waited for %s", span(c.repeated.last.at-c.synacks.marks[0].at))
	case c.repeated.count > 1:
		text += "; one that waits for data (TCP_DEFER_ACCEPT) sends it once more, and then takes the connection"
	case c.hasSpokenEarly():
		text += "; the client had sent data, for which (TCP_DEFER_ACCEPT) no server waits any more"
	}
	return text
}

// isBesideServer reports whether the capture was made on the server's link: what the server sends has passed no router, what the client sends has.
func (e *explainer) isBesideServer() bool {
	x, y := &e.c.side[client], &e.c.side[server]
	return x.packets > 0 && y.packets > 0 && Forwarded(x.ttl) && !Forwarded(y.ttl)
}

// weighAcceptance is for a handshake that the client completed, and the server did not.
func (e *explainer) weighAcceptance() {
	c := e.c
	if c.repeated.count == 0 {
		return
	}
	e.advice.apply(&notTaken)
	if c.isDeferred() {
		e.advice.apply(&waitsForData)
	}
	if !c.isOverflow() {
		e.advice.leaveOut(CauseQueueFull)
	}
	if e.isBesideServer() {
		e.advice.leaveOut(CauseACKLost)
	}
}

// isNeverTaken reports whether the server has sent nothing but its SYN-ACK, while the client's first data is in vain.
func (c *conn) isNeverTaken() bool {
	return c.synacks.count > 0 && c.side[server].packets == c.synacks.count && c.side[client].stuck.count > 0
}
