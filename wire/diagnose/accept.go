package diagnose

import "github.com/tcplab/tcplab/lang"

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
	e.all(&c.repeated, lang.Text{English: "SYN-ACK again, after the client's acknowledgment", Korean: "클라이언트의 확인 응답 뒤에 다시 온 SYN-ACK"})
	e.note(lang.Text{English: "the SYN-ACK came again, %s, after the client had acknowledged it: %s",
		Korean: "클라이언트가 확인 응답한 뒤에 SYN-ACK이 %s 다시 왔다: %s"}, times(c.repeated.count), e.notTakenBecause())
}

// andSo joins two clauses.
var andSo = lang.Same("%s; %s")

// notTakenBecause names what the frames leave over of a lost acknowledgment, a full queue, and a server that waits for data.
func (e *explainer) notTakenBecause() lang.Text {
	c := e.c
	var may []lang.Text
	if !e.isBesideServer() {
		may = append(may, lang.Text{English: "the acknowledgment did not reach the server", Korean: "확인 응답이 서버에 닿지 않았다"})
	}
	if c.isOverflow() {
		may = append(may, lang.Text{English: "its accept queue is full (TcpExtListenOverflows counts it)", Korean: "서버의 accept 큐가 가득 찼다(TcpExtListenOverflows 카운터에 나온다)"})
	}
	if c.isDeferred() {
		may = append(may, lang.Text{English: "it waits for data (TCP_DEFER_ACCEPT; TcpExtTCPDeferAcceptDrop counts it)",
			Korean: "서버가 데이터를 기다린다(TCP_DEFER_ACCEPT; TcpExtTCPDeferAcceptDrop 카운터에 나온다)"})
	}
	text := lang.Join(may, lang.Text{English: ", or ", Korean: ", 또는 "})
	switch {
	case !c.isOverflow():
		return andSo.With(text, lang.Text{English: "with a full accept queue it would not have waited for %s", Korean: "accept 큐가 가득 찼다면 %s 동안 기다리지 않았을 것이다"}.With(
			span(c.repeated.last.at-c.synacks.marks[0].at)))
	case c.repeated.count > 1:
		return andSo.With(text, lang.Text{English: "one that waits for data (TCP_DEFER_ACCEPT) sends it once more, and then takes the connection",
			Korean: "데이터를 기다리는 서버(TCP_DEFER_ACCEPT)라면 한 번만 더 보내고 연결을 받는다"})
	case c.hasSpokenEarly():
		return andSo.With(text, lang.Text{English: "the client had sent data, for which (TCP_DEFER_ACCEPT) no server waits any more",
			Korean: "클라이언트가 이미 데이터를 보냈으므로 그것을 기다리는 서버(TCP_DEFER_ACCEPT)는 없다"})
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
