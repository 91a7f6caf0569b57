package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// A stack answers a segment of a connection that it does not know, or knows no longer, by a RST of another kind than the one by
// which an application gives up.

// unknownThere is for a RST of a stack that knows nothing of the connection. Its sockets tell, its counters of aborts do not.
var unknownThere = [...]circumstance{
	client: {lead: anywhere(CauseUnknownThere), excluded: []Cause{CauseClientGaveUp, CauseClientUnread},
		first: steps(StepClientSockets), useless: []StepID{StepClientAborts}},
	server: {lead: anywhere(CauseUnknownThere), excluded: []Cause{CauseAborted},
		first: steps(StepConnections), useless: []StepID{StepServerAborts}},
}

// spoofed is for an answer to a SYN that the capture does not hold, and for a SYN that is not sent again: perhaps the host has never sent one.
var spoofed = circumstance{beside: anywhere(CauseForeignSource)}

// isBackscatter reports whether the capture holds nothing but answers of a server, to SYNs that somebody else may have sent in the client's name.
func (c *conn) isBackscatter() bool {
	y := &c.side[server]
	return c.side[client].packets == 0 && y.packets == c.synacks.count+int64(y.rsts)
}

// mayBeForged reports whether a SYN that nobody sends again may have another sender than it says: what the capture's own link sends is known.
func (c *conn) mayBeForged() bool { return c.isLoneSYN() && Forwarded(c.side[client].ttl) }

// knowsNothing reports whether a RST answers a segment of an unknown connection (RFC 9293 section 3.10.7.1): it has no
// acknowledgment, and the number that the other side acknowledged. The RST of an application that gives up has an acknowledgment;
// after a FIN of the same side, the connection is forgotten as it should be.
func (s *side) knowsNothing(p *wire.Packet) bool {
	if p.TCP.Flags.Has(wire.ACK) { // in answer to a segment without one, which belongs to no connection
		return !s.hasISN && !s.hasNext && !s.hasAcked && p.TCP.Seq == 0
	}
	return s.hasAcked && p.TCP.Seq == s.acked && !s.finished().seen()
}

// probed is for a lone segment that a RST answers: scans send an ACK, or a segment without any flag, to see what comes.
var probed = circumstance{beside: anywhere(CauseScan)}

// isProbe reports whether all that one side sent is a segment without data that the other has answered by a RST.
func (c *conn) isProbe(dir int) bool {
	x, y := &c.side[dir], &c.side[1-dir]
	return !c.hasSYN && c.synacks.count == 0 && x.packets == int64(x.rsts) && y.packets == 1 && y.sent() == 0 && !y.rst.seen()
}

// isUnknownThere reports whether the side dir, which reset the connection, knew nothing of it. What sends a SYN and resets the answer is
// a scanner, whose stack knows nothing by design.
func (c *conn) isUnknownThere(dir int) bool {
	x := &c.side[dir]
	return x.rst.seen() && x.unknown && !(dir == client && c.hasSYN && c.isHalfOpen())
}

// resetter is the side that a verdict says has reset the connection; -1 for other verdicts.
func resetter(v Verdict) int {
	switch v {
	case ResetByClient:
		return client
	case ResetByServer:
		return server
	}
	return -1
}

// formOfRST is by what the RST of such a stack is known.
func (s *side) formOfRST() lang.Message {
	if s.rstAck != 0 {
		return lang.Tell(lang.Text{English: "its number is 0, and what it answers has no ACK flag: a segment of no connection",
			Korean: "번호가 0이고, 그것이 답한 세그먼트에 ACK 플래그가 없다: 어느 연결의 것도 아니다"})
	}
	return lang.Tell(lang.Text{English: "no acknowledgment, and the number that was acknowledged", Korean: "확인 응답이 없고, 번호는 확인 응답된 번호다"})
}

// forgotten tells of a RST whose sender knew nothing of the connection.
func (e *explainer) forgotten(dir int) {
	x, who := &e.c.side[dir], sides[dir]
	why := lang.Text{English: "nothing else of the %s is in the capture; it has lost the connection before, or never had it",
		Korean: "%s가 보낸 다른 것은 캡처에 없다; 그 전에 연결을 잃었거나 가진 적이 없다"}
	if x.packets > int64(x.rsts) {
		why = lang.Text{English: "the %s has lost it, by a restart, a timeout or a failover, or something on the way answers so",
			Korean: "%s가 재시작, 타임아웃이나 페일오버로 연결을 잃었거나, 경로상의 무언가가 그렇게 답한다"}
	}
	e.note(lang.Text{English: "the RST is that of a stack which knows nothing of the connection (%s; RFC 9293 3.10.7.1): %s",
		Korean: "이 RST는 그 연결을 모르는 스택의 것이다(%s; RFC 9293 3.10.7.1): %s"}, x.formOfRST(), lang.Tell(why, who))
	e.advice.apply(&unknownThere[dir])
	if e.c.isProbe(dir) {
		e.advice.apply(&probed)
	}
	if dir == client && !e.c.hasSYN && e.c.isHalfOpen() {
		e.advice.apply(&spoofed)
	}
}
