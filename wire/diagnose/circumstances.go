package diagnose

import "github.com/tcplab/tcplab/lang"

// What else the capture holds of an attempt, and of others, decides which causes come into question.

// circumstance is what it changes in the advice.
type circumstance struct {
	lead     []candidate // causes to think of first
	beside   []candidate // and causes to think of as well
	excluded []Cause
	first    []check // steps to take first
	useless  []StepID
}

// The circumstances.
var (
	// The server answered other connections to the port at the time.
	othersAnswered = circumstance{
		excluded: []Cause{CauseDeadHost, CausePathBroken, CauseNoCapture},
		beside:   anywhere(CauseLimit),
		first:    []check{{StepQueueDrops, 0, false}, {StepConntrack, 0, false}},
		useless:  []StepID{StepPing},
	}
	// The server answered the client on another port at the time.
	otherPort = circumstance{
		excluded: []Cause{CauseDeadHost, CausePathBroken, CauseNoWayBack, CauseRPFilter},
		useless:  []StepID{StepPing},
	}
	// The SYN's timestamp is below that of another, earlier connection from the same address.
	oldStamp = circumstance{lead: anywhere(CauseOldTimestamp)}
	// One SYN, and the capture goes on.
	loneSYN = circumstance{
		lead:     anywhere(CauseWentElsewhere, CauseScan, CauseCaptureFilter),
		excluded: []Cause{CauseDeadHost},
	}
	// One SYN, and another address served the client.
	turnedAway = circumstance{beside: anywhere(CauseSlowAnswer)}
	// The answer came from another address than the one that was asked.
	answeredElsewhere = circumstance{
		lead: anywhere(CauseOneWayNAT),
		excluded: []Cause{CauseDeadHost, CauseFirewallOnPath, CauseFirewallOnHost, CauseQueueFull, CauseHalfOpenFull, CausePathBroken, CauseAnswerLost, CauseNoCapture,
			CauseRPFilter, CauseAnswerElsewhere, CauseNoWayBack},
		first:   []check{{StepNAT, 0, false}},
		useless: []StepID{StepPing, StepTraceTCP, StepCaptureAtServer},
	}
	// The server answers by an ACK of an older connection on the ports.
	oldConnection = circumstance{
		lead:     anywhere(CauseResetFiltered, CauseOldConnection),
		excluded: []Cause{CauseDeadHost, CauseFirewallOnPath, CauseFirewallOnHost, CauseQueueFull, CauseHalfOpenFull, CausePathBroken, CauseAnswerLost, CauseNoCapture, CauseRPFilter, CauseNoWayBack},
		first:    []check{{StepConnections, 0, false}, {StepServerRules, 0, false}},
		useless:  []StepID{StepPing, StepTraceTCP},
	}
	// A SYN-ACK does not acknowledge the SYN, so that the client goes on trying.
	strangeAnswer = circumstance{
		lead:     anywhere(CauseOldConnection, CauseRenumbered),
		excluded: oldConnection.excluded,
		first:    oldConnection.first,
		useless:  oldConnection.useless,
	}
	// The answers do not acknowledge the SYN, so that the client ignores them.
	badRefusal = circumstance{lead: anywhere(CauseBadRefusal)}
	// The RST answered the first packet after a long silence.
	longSilence = circumstance{lead: []candidate{{CauseIdleTimeout, between, false}}}
	// One side has closed, and the other goes on sending.
	stillSending = circumstance{lead: anywhere(CauseStillToSend), excluded: []Cause{CauseFINLost}}
	// The other side is heard after data was sent again, and has not got it.
	stillHeard = circumstance{excluded: []Cause{CauseHostDied, CauseACKsLost, CauseReplyLostBefore}}
	// The probes of a closed window are in vain.
	probedInVain = circumstance{
		lead:  []candidate{{CauseForgotten, onTheWay | wayBack, false}, {CauseHostDied, alone, false}},
		first: []check{{StepCaptureAtServer, alone, false}, {StepPing, onTheWay | wayBack, false}},
	}
	// The client reset as soon as it had the SYN-ACK.
	halfOpen = circumstance{lead: anywhere(CauseHalfOpenScan)}
	// The SYN-ACK had no window, and no data of the server came.
	notHandedOver = circumstance{lead: []candidate{{CauseSYNProxy, between, false}}, excluded: []Cause{CauseNotReading, CauseSmallBuffer}, first: steps(StepListeners)}
	// What is not answered is a TLS ClientHello of more than one segment.
	splitHello = circumstance{beside: anywhere(CauseSplitHello), first: steps(StepSmallHello)}
	// What is not answered is a TLS ClientHello.
	namedHello = circumstance{beside: anywhere(CauseSNIFilter), first: steps(StepOtherName)}
	// The SYN passes again and again, and never arrives.
	inCircle = circumstance{
		lead: anywhere(CauseRoutingLoop),
		excluded: []Cause{CauseDeadHost, CauseFirewallOnPath, CauseFirewallOnHost, CauseQueueFull, CauseHalfOpenFull, CausePathBroken, CauseAnswerLost, CauseNoCapture,
			CauseRPFilter, CauseAnswerElsewhere, CauseNoWayBack},
		first:   steps(StepTraceTCP),
		useless: []StepID{StepPing, StepCaptureAtServer},
	}
	// The SYNs came in to the capturing host, and none went out.
	cameInOnly = circumstance{lead: anywhere(CauseForwardDrop), first: []check{{StepForwarding, 0, false}}}
)

// goingOn is for a side that goes on after its RST, and so has not sent it.
var goingOn = [...]circumstance{
	client: {lead: []candidate{{CauseForgedClient, between, false}}, excluded: []Cause{CauseClientGaveUp, CauseClientUnread}},
	server: {lead: []candidate{{CauseForgedReset, between, false}}, excluded: []Cause{CauseAborted}},
}

// apply changes the advice by a circumstance.
func (f *filled) apply(c *circumstance) {
	f.leaveOut(c.excluded...)
	for _, lead := range c.lead {
		f.leaveOut(lead.cause)
	}
	f.rivals = append(append(append([]candidate{}, c.lead...), f.rivals...), c.beside...)
	f.taken = append(f.taken, c.useless...)
	next := append([]check{}, c.first...)
	for _, step := range f.next {
		known := false
		for _, first := range c.first {
			known = known || first.id == step.id
		}
		if !known {
			next = append(next, step)
		}
	}
	f.next = next
}

// weigh applies the circumstances, and tells of them.
func (e *explainer) weigh(v Verdict) {
	c := e.c
	switch v {
	case NoAnswer:
		e.weighSilence()
	case SYNACKUnanswered:
		e.weighAcceptance()
		e.weighReturned()
	case MTUBlackhole:
		if !c.side[client].progressed {
			e.weighHello()
		}
		if c.side[client].behind > 0 || c.side[server].behind > 0 {
			e.advice.leaveOut(CauseBrokeNow)
		}
		if c.tooBig.seen() {
			e.advice.apply(&saidTooBig)
		}
	case Blackhole:
		e.weighLife()
		e.weighUnheeded()
		if !c.side[client].progressed {
			e.weighHello()
		}
		if c.isNeverTaken() {
			e.advice.apply(&neverTaken)
		}
		if c.other.isUnreachable() && c.other.about == client {
			said := c.adviceOn(&c.other)
			e.advice.apply(&circumstance{lead: said.rivals, first: said.next})
		}
	case NoReply, ClosedEarly:
		e.weighRequest(v)
	case ZeroWindow:
		if c.side[client].unheard.count >= fewestUnheard || c.side[server].unheard.count >= fewestUnheard {
			e.advice.apply(&probedInVain)
		}
		e.weighProxy()
	case HalfClosed:
		if c.isStillSending() {
			e.advice.apply(&stillSending)
		}
	case Refused:
		if c.isBadRefusal() {
			e.advice.apply(&badRefusal)
		}
	case ResetByServer, ResetByClient:
		dir := resetter(v)
		e.weighDone(dir)
		if c.side[dir].goesOn() {
			e.advice.apply(&goingOn[dir])
		} else if c.isUnknownThere(dir) {
			e.forgotten(dir)
		}
		if v == ResetByServer {
			e.weighHello()
			e.weighProxy()
		}
		if c.hasSYN && c.side[dir].rst.at-c.first.at < shortestLife {
			e.advice.leaveOut(CauseIdleTimeout)
		}
		switch {
		case c.idledOut():
			e.advice.apply(&longSilence)
		case v == ResetByClient && c.hasSYN && c.isHalfOpen():
			e.advice.apply(&halfOpen)
			e.outran()
		case v == ResetByClient && c.hasGivenUp():
			e.advice.apply(&waitedInVain)
		}
	}
	if c.addr(client).Addr() == c.addr(server).Addr() || c.addr(server).Addr().IsLoopback() {
		e.weighLoopback(v)
	}
}

// shortestLife is how long a connection lives at least before anything takes it for idle, in ns.
const shortestLife = 1e9

// weighProxy is for a connection that the server may never have got.
func (e *explainer) weighProxy() {
	if e.c.screened && e.c.side[server].bytes == 0 {
		e.advice.apply(&notHandedOver)
	}
}

// weighHello is for a TLS ClientHello that got no data for it.
func (e *explainer) weighHello() {
	if e.c.content.hello && e.c.side[server].bytes == 0 {
		e.advice.apply(&namedHello)
	}
	if e.c.hasLongHello() {
		e.advice.apply(&splitHello)
	}
}

// roomForStamp is what the option for timestamps takes from each segment, in bytes (RFC 7323 section 3.2).
const roomForStamp = 12

// hasLongHello reports whether the client began with a TLS ClientHello that does not fit into one segment, and got no data for it.
func (c *conn) hasLongHello() bool {
	x, y := &c.side[client], &c.side[server]
	segment := min(orMax(x.mss), orMax(y.mss))
	return c.content.hello && x.bytes > int64(segment)-roomForStamp && y.bytes == 0
}

// weighLife is for data that is sent in vain to a host which goes on sending: it lives, and its way is open.
func (e *explainer) weighLife() {
	for dir, who := range sides {
		if x, y := &e.c.side[dir], &e.c.side[1-dir]; x.isStuck(e.view) && x.isHeardSince(y) {
			e.frame(y.last, lang.Text{English: "last packet of the %s", Korean: "%s의 마지막 패킷"}, sides[1-dir])
			e.note(lang.Text{English: "the %s goes on sending, and acknowledges nothing new: what the %s sends does not reach it",
				Korean: "%s는 계속 보내지만 새로 확인 응답하는 것이 없다: %s가 보내는 것이 닿지 않는다"}, sides[1-dir], who)
			e.advice.apply(&stillHeard)
			return
		}
	}
}

// isHeardSince reports whether the other side was heard after this one had sent data again, other than by a RST.
func (s *side) isHeardSince(other *side) bool {
	return s.stuck.count > 0 && !other.rst.seen() && other.last.at > s.stuck.first.at+disorder
}

// weighSilence is for SYNs to which no answer came that the client can take.
func (e *explainer) weighSilence() {
	c := e.c
	switch {
	case c.circle.isLoop():
		e.frame(c.circle.last, lang.Text{English: "the same SYN, with a time to live of %d", Korean: "같은 SYN, TTL %d"}, c.circle.lowest)
		e.note(lang.Text{English: "the same SYN passes here again and again, and its time to live falls from %d to %d: the routers send it in a circle",
			Korean: "같은 SYN이 여기를 거듭 지나고 TTL이 %d에서 %d까지 줄어든다: 라우터들이 빙빙 돌려보낸다"}, c.side[client].ttl, c.circle.lowest)
		e.advice.apply(&inCircle)
		return
	case c.isAnsweredElsewhere():
		e.advice.apply(&answeredElsewhere)
		return
	case c.challenge.seen():
		e.advice.apply(&oldConnection)
		return
	case c.strange.seen():
		e.advice.apply(&strangeAnswer)
		return
	case c.isLoneSYN() && c.turnedTo() != nil:
		e.advice.apply(&turnedAway)
	case c.isLoneSYN() && e.view.last-c.first.at >= longestThought:
		e.advice.apply(&loneSYN)
		if c.mayBeForged() {
			e.advice.apply(&spoofed)
		}
	}
	if other := e.view.answeredMeanwhile(c); other.seen() {
		e.frame(other.mark, lang.Text{English: "SYN-ACK of the server to another connection", Korean: "다른 연결에 대한 서버의 SYN-ACK"})
		e.note(lang.Text{English: "the server answered another connection to this port at that time: it is up, and so is the path",
			Korean: "그때 서버가 이 포트의 다른 연결에는 응답했다: 서버도 경로도 살아 있다"})
		e.advice.apply(&othersAnswered)
	}
	e.weighOtherPort()
	if other := e.view.olderStamp(c); other.seen() {
		e.note(lang.Text{English: "the SYN's timestamp, %d, is below that of an earlier connection from the same address, %d: a server or firewall that compares them takes the SYN for an old one (PAWS; tcp_tw_recycle behind NAT)",
			Korean: "SYN의 타임스탬프(%d)가 같은 주소에서 온 이전 연결의 것(%d)보다 작다: 둘을 비교하는 서버나 방화벽은 SYN을 오래된 것으로 본다(PAWS; NAT 뒤의 tcp_tw_recycle)"}, c.synMark.Stamp, other.syn.Stamp)
		e.advice.apply(&oldStamp)
	}
	if c.path.cameInOnly() {
		e.advice.apply(&cameInOnly)
	}
}

// weighOtherPort is for a server that answers the same client elsewhere.
func (e *explainer) weighOtherPort() {
	if !e.view.speaks(e.c) {
		return
	}
	m, port := e.view.spoke(e.c)
	e.frame(m, lang.Text{English: "TCP from the server, port %d", Korean: "서버의 TCP, 포트 %d"}, port)
	e.note(lang.Text{English: "TCP port %d of the same two hosts is answered at that time: the server is up, and so is the path",
		Korean: "그때 같은 두 호스트 사이의 TCP 포트 %d에는 응답이 온다: 서버도 경로도 살아 있다"}, port)
	e.advice.apply(&otherPort)
}

// weighLoopback is for a connection within one machine: there is no network between its ends.
func (e *explainer) weighLoopback(v Verdict) {
	e.note(lang.Text{English: "both ends are on one machine: no network is between them", Korean: "양 끝이 한 머신에 있다: 사이에 네트워크가 없다"})
	e.advice.leaveOut(CauseDeadHost, CauseFirewallOnPath, CausePathBroken, CauseNoCapture, CauseForgedRefusal, CauseForgedReset, CauseForgedClient,
		CauseIdleTimeout, CauseForgotten, CauseHostDied, CauseSmallMTU, CauseBrokeNow, CauseTwoMachines, CauseNoWayBack, CauseAnswerElsewhere, CauseAnswerLost,
		CauseRPFilter, CauseForeignSource, CauseReplyLostBefore)
	e.advice.taken = append(e.advice.taken, StepPing, StepTraceTCP, StepPathMTU, StepPathBack, StepRouteBack, StepDuplicate, StepCaptureAtServer, StepCaptureAtClient)
	if v == NoAnswer || v == NoReply {
		e.advice.known = atServer
	}
}

// longestScan is how long, in ns, after the SYN-ACK a scan or a health check resets at the latest.
const longestScan = 1e9

// isHalfOpen reports whether the client reset the connection as soon as it had the SYN-ACK, as scans and some health checks do.
func (c *conn) isHalfOpen() bool {
	x, y := &c.side[client], &c.side[server]
	return c.synacks.count > 0 && x.rst.seen() && x.rst.at-c.synacks.last.at < longestScan && c.carried(client) == 0 && c.carried(server) == 0 &&
		!x.fin.seen() && !y.fin.seen()
}

// isLeftOpen reports whether a SYN and a SYN-ACK, each sent once, are all that there is of a connection.
func (c *conn) isLeftOpen() bool {
	return c.syns.count == 1 && c.synacks.count == 1 && c.side[client].packets == 1 && c.side[server].packets == 1
}

// isBadRefusal reports whether all RSTs acknowledge something else than the SYN: the client ignores them (RFC 9293 section
// 3.10.7.3).
func (c *conn) isBadRefusal() bool { return c.refusals.count > 0 && c.goodRefusals == 0 }

func (c *conn) isAnsweredElsewhere() bool { return c.related != nil && c.related.synacks.count > 0 }

// badRefusal tells of RSTs that the client does not take.
func (e *explainer) badRefusal() {
	c := e.c
	what := lang.Tell(lang.Text{English: "nothing", Korean: "없음"})
	if c.refusedAck != 0 {
		what = lang.Tell(lang.Text{English: "%d, not the SYN", Korean: "SYN이 아니라 %d"}, c.refusedAck)
	}
	e.note(lang.Text{English: "the RST acknowledges %s: a client that follows RFC 9293 ignores it and goes on trying",
		Korean: "RST가 확인 응답하는 것: %s. RFC 9293을 따르는 클라이언트는 무시하고 계속 시도한다"}, what)
	if c.syns.count > 1 && c.refusals.marks[0].isBefore(c.syns.last) {
		e.note(lang.Text{English: "the client went on: its error will be a timeout, not \"connection refused\"",
			Korean: "클라이언트가 계속 시도했다: 오류는 \"connection refused\" 대신 타임아웃이 된다"})
	}
}
