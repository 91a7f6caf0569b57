package diagnose

import "github.com/tcplab/tcplab/lang"

func (c *conn) explain(a *Judged) explanation {
	e := explainer{c: c, view: a.view}
	verdict := outcome(a)
	e.describe(verdict)
	e.handshake()
	e.remarks(a)
	e.advise(a, verdict)
	if a.Verdict == Midstream {
		e.say(lang.Text{English: "the beginning is not in the capture; %s", Korean: "시작이 캡처에 없다; %s"}, e.summary)
	}
	return e.explanation
}

// explanation is what is behind a verdict, before anything else is known than one capture.
type explanation struct {
	summary  lang.Message
	evidence []Evidence
	notes    []lang.Message
	advice   filled
}

// outcome is the verdict that is told: of a connection whose beginning is not in the capture, its ending.
func outcome(a *Judged) Verdict {
	if a.Verdict == Midstream {
		return a.Ending
	}
	return a.Verdict
}

// explainer gathers an explanation.
type explainer struct {
	explanation
	c    *conn
	view *view
}

func (e *explainer) frame(m mark, what lang.Text, args ...any) {
	if m.seen() {
		e.evidence = append(e.evidence, Evidence{m.frame, lang.Tell(what, args...)})
	}
}

func (e *explainer) all(s *series, what lang.Text, args ...any) {
	for _, m := range s.first() {
		e.frame(m, what, args...)
	}
	if s.count > int64(len(s.marks)) {
		e.frame(s.last, lang.Text{English: "%s, the last of %d", Korean: "%s, %d개 중 마지막"}, lang.Tell(what, args...), s.count)
	}
}

func (e *explainer) say(what lang.Text, args ...any) { e.summary = lang.Tell(what, args...) }

func (e *explainer) note(what lang.Text, args ...any) {
	e.notes = append(e.notes, lang.Tell(what, args...))
}

// handshake adds the frames of the handshake.
func (e *explainer) handshake() {
	c := e.c
	e.all(&c.syns, lang.Same("SYN"))
	e.all(&c.synacks, lang.Same("SYN-ACK"))
	switch {
	case c.hasSYN || c.synacks.count > 0:
		e.frame(c.ackFrame, lang.Text{English: "acknowledgment of the SYN-ACK", Korean: "SYN-ACK에 대한 확인 응답"})
	default:
		e.frame(c.first, lang.Text{English: "first packet in the capture", Korean: "캡처의 첫 패킷"})
	}
}

// describe says what was seen, and where.
func (e *explainer) describe(v Verdict) {
	x, y := &e.c.side[client], &e.c.side[server]
	switch v {
	case OK, Open, HalfClosed, ClosedEarly, NoReply:
		e.describeClose(v, x, y)
	case Refused, Rejected, NoAnswer, SYNACKUnanswered:
		e.describeHandshake(v)
	case ResetByClient:
		e.describeReset(sides[client], x)
	case ResetByServer:
		e.describeReset(sides[server], y)
	case Blackhole, MTUBlackhole, ZeroWindow:
		e.describeStall(v)
	case OneSided:
		e.describeOneSided(x, y)
	}
}

func (e *explainer) describeClose(v Verdict, x, y *side) {
	e.frame(x.fin, lang.Text{English: "FIN of the client", Korean: "클라이언트의 FIN"})
	e.frame(y.fin, lang.Text{English: "FIN of the server", Korean: "서버의 FIN"})
	switch v {
	case OK:
		e.summary = e.closing()
		e.frame(x.rst, lang.Text{English: "RST of the client", Korean: "클라이언트의 RST"})
		e.frame(y.rst, lang.Text{English: "RST of the server", Korean: "서버의 RST"})
	case Open:
		e.say(lang.Text{English: "still open when the capture ends; %d bytes up, %d bytes down",
			Korean: "캡처가 끝날 때까지 열려 있다; 보낸 데이터 %d바이트, 받은 데이터 %d바이트"}, x.sent(), y.sent())
		e.frame(e.c.last, lang.Text{English: "last packet", Korean: "마지막 패킷"})
	case HalfClosed:
		who, other, f := sides[client], sides[server], x
		if y.finished().seen() {
			who, other, f = sides[server], sides[client], y
		}
		e.say(lang.Text{English: "the %s sent a FIN%s, the %s never did", Korean: "%s는 FIN을 보냈고%s, %s는 끝내 보내지 않았다"}, who, e.unacknowledgedFIN(f), other)
	case ClosedEarly:
		e.frame(x.lastData, lang.Text{English: "last data of the client", Korean: "클라이언트의 마지막 데이터"})
		e.describeEarly(x, y)
	case NoReply:
		request, size := e.c.unansweredRequest()
		e.frame(request, lang.Text{English: "request", Korean: "요청"})
		if size == 0 {
			e.say(lang.Text{English: "data of the client in TLS was acknowledged, and no data came back in %s",
				Korean: "클라이언트의 TLS 데이터는 확인 응답을 받았지만 %s 동안 데이터가 돌아오지 않았다"}, span(e.patience(x)))
			return
		}
		e.say(lang.Text{English: "a request of %d bytes was acknowledged, and %s in %s",
			Korean: "%[1]d바이트의 요청은 확인 응답을 받았지만 %[3]s 동안 %[2]s"}, size, e.promised(), span(e.patience(x)))
	}
}

// patience is how long the client waited for its answer.
func (e *explainer) patience(x *side) int64 {
	if x.fin.seen() {
		return x.fin.at - e.c.asked().at
	}
	return e.view.last - x.lastData.at
}

func (e *explainer) unacknowledgedFIN(s *side) lang.Message {
	if s.finAcked() || !s.hasAcked {
		return lang.Message{}
	}
	if s.fins == 1 {
		return lang.Tell(lang.Text{English: ", which nothing had acknowledged when the capture ended", Korean: "(캡처가 끝날 때까지 확인 응답은 없다)"})
	}
	return lang.Tell(lang.Text{English: " %d times, which nothing acknowledged", Korean: "(%d번, 확인 응답은 없다)"}, s.fins)
}

func (e *explainer) describeEarly(x, y *side) {
	switch {
	case e.c.contentCut.seen():
		e.say(lang.Text{English: "the server closed in the middle of its answer: less came than it had announced (%d bytes in all)",
			Korean: "서버가 응답 도중에 닫았다: 알린 것보다 적게 왔다(모두 %d바이트)"}, y.bytes)
	case y.sent() == 0 && x.sent() > 0:
		e.say(lang.Text{English: "the server closed without an answer to the %d bytes of the client", Korean: "서버가 클라이언트의 %d바이트에 응답하지 않고 닫았다"}, x.sent())
	case y.sent() == 0:
		e.say(lang.Text{English: "the server closed %s after the connection began, without a byte",
			Korean: "연결이 시작되고 %s 뒤에 서버가 한 바이트도 보내지 않고 닫았다"}, span(y.finished().at-e.c.first.at))
	case e.c.hasOnlyGreeted():
		e.say(lang.Text{English: "the server greeted, and closed without an answer to the %d bytes of the client", Korean: "서버가 인사말을 보내고는 클라이언트의 %d바이트에 응답하지 않고 닫았다"}, x.sent())
	case e.c.hasOnlyInterim():
		e.say(lang.Text{English: "the server closed, and %s", Korean: "서버가 닫았고, %s"}, e.promised())
	case e.c.closedIdle():
		e.say(lang.Text{English: "the server closed an idle connection; the client's next request, %s later, found nobody",
			Korean: "서버가 유휴 연결을 닫았다; %s 뒤에 온 클라이언트의 다음 요청은 받을 곳이 없었다"}, span(x.lastData.at-y.fin.at))
	default:
		e.say(lang.Text{English: "the server closed without an answer to the latest of several requests", Korean: "서버가 여러 요청 가운데 마지막 것에 응답하지 않고 닫았다"})
	}
}

// closedIdle reports whether the server had answered all, and closed before the request came that it has not answered.
func (c *conn) closedIdle() bool {
	y := &c.side[server]
	return y.bytes > 0 && y.afterFIN > 0 && !c.contentCut.seen() && c.side[client].lastData.at > y.fin.at
}

func (e *explainer) describeHandshake(v Verdict) {
	c := e.c
	switch v {
	case Refused:
		e.say(lang.Text{English: "SYN answered by RST after %s%s", Korean: "SYN에 %s 뒤 RST가 돌아왔다%s"}, span(c.refusals.marks[0].at-c.first.at), repeated(c.refusals.count))
		e.all(&c.refusals, lang.Text{English: "RST of the server", Korean: "서버의 RST"})
	case Rejected:
		r := c.rejection
		e.say(lang.Text{English: "SYN answered after %s by ICMP %s (%s) from %s",
			Korean: "SYN에 %[1]s 뒤 %[4]s에서 ICMP %[2]s (%[3]s) 응답이 왔다"}, span(r.at-c.first.at), r.name(), r.number(), r.sender())
		e.frame(r.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, r.name(), r.sender())
	case NoAnswer:
		e.say(lang.Same("%s, %s"), e.synCount(), e.silence())
	case SYNACKUnanswered:
		e.frame(c.side[server].rst, lang.Text{English: "RST of the server", Korean: "서버의 RST"})
		if c.isLeftOpen() { // the server sends none again: it may have got an acknowledgment that was not captured
			e.say(lang.Text{English: "%s, and the capture holds no acknowledgment of it", Korean: "%s, 그에 대한 확인 응답이 캡처에 없다"}, synacks(c.synacks.count))
			return
		}
		e.say(lang.Text{English: "%s, the handshake never completes at the server", Korean: "%s, 서버에서 핸드셰이크가 끝나지 않는다"}, synacks(c.synacks.count))
	}
}

// silence says what came in answer to the SYNs, if anything, that the client could not take.
func (e *explainer) silence() lang.Message {
	c := e.c
	switch {
	case c.isAnsweredElsewhere():
		return lang.Tell(lang.Text{English: "answered by %s in the place of %s: the client does not take such an answer",
			Korean: "%[2]s 대신 %[1]s에서 응답이 왔다: 클라이언트는 그런 응답을 받아들이지 않는다"}, c.related.foreignEnd.addrPort(), c.addr(server))
	case c.challenge.seen():
		return lang.Tell(lang.Text{English: "answered by an ACK of an older connection on these ports, not by a SYN-ACK", Korean: "SYN-ACK이 아니라 같은 포트의 이전 연결의 ACK이 돌아왔다"})
	case c.strange.seen():
		return lang.Tell(lang.Text{English: "answered by a SYN-ACK that acknowledges something else", Korean: "다른 것을 확인 응답하는 SYN-ACK이 돌아왔다"})
	}
	return lang.Tell(lang.Text{English: "no reply", Korean: "응답 없음"})
}

func (e *explainer) synCount() lang.Message {
	c := e.c
	if c.syns.count == 1 {
		return syns(1)
	}
	return lang.Tell(lang.Text{English: "%d SYNs in %s", Korean: "%[2]s 동안 SYN %[1]d개"}, c.syns.count, span(c.syns.last.at-c.first.at))
}

func (e *explainer) describeReset(who lang.Text, s *side) {
	e.frame(s.rst, lang.Text{English: "RST of the %s", Korean: "%s의 RST"}, who)
	after := lang.Text{English: "the %s reset the connection after %s; %d bytes up, %d bytes down",
		Korean: "%s가 %s 뒤 연결을 리셋했다; 보낸 데이터 %d바이트, 받은 데이터 %d바이트"}
	if !e.c.hasSYN && e.c.synacks.count == 0 {
		after = lang.Text{English: "the %s reset the connection %s after the first packet of it there; %d bytes up, %d bytes down",
			Korean: "%s가 캡처된 첫 패킷의 %s 뒤에 연결을 리셋했다; 보낸 데이터 %d바이트, 받은 데이터 %d바이트"}
	}
	e.say(after, who, span(s.rst.at-e.c.first.at), e.c.carried(client), e.c.carried(server))
}

func (e *explainer) describeStall(v Verdict) {
	for dir, who := range sides {
		x, y := &e.c.side[dir], &e.c.side[1-dir]
		switch {
		case v == Blackhole && x.isUnheeded(y):
			e.describeUnheeded(dir, x)
			return
		case v == Blackhole && x.cannotClose(y):
			e.frame(x.fin, lang.Text{English: "FIN of the %s", Korean: "%s의 FIN"}, who)
			e.frame(x.lastFIN, lang.Text{English: "FIN, the last of %d", Korean: "FIN, %d개 중 마지막"}, x.fins)
			e.say(lang.Text{English: "the FIN of the %s was sent %s in %s, and nothing acknowledged it",
				Korean: "%[1]s의 FIN을 %[3]s 동안 %[2]s 보냈지만 확인 응답이 없다"}, who, times(int64(x.fins)), span(x.lastFIN.at-x.fin.at))
			return
		case v == Blackhole && x.gaveUpAlone(y):
			e.frame(x.rst, lang.Text{English: "RST of the %s", Korean: "%s의 RST"}, who)
			e.say(lang.Text{English: "%s of the %s in %s were not answered, and it gave up (RST)",
				Korean: "%[3]s 동안 %[2]s의 %[1]s에 응답이 없어 포기했다(RST)"}, count(int64(x.unheard.count), "%d keep-alive probe", lang.Text{English: "%d keep-alive probes", Korean: "keep-alive 프로브 %d개"}), who,
				span(x.rst.at-x.unheard.first.at))
			return
		case v == ZeroWindow && y.zero.seen():
			e.frame(y.zero, lang.Text{English: "window 0, by the %s", Korean: "%s가 알린 윈도 0"}, sides[1-dir])
			e.frame(y.probe, lang.Text{English: "probe of the closed window", Korean: "닫힌 윈도에 대한 프로브"})
			e.say(lang.Text{English: "the window of the %s stayed 0 for %s; %s", Korean: "%s의 윈도가 %s 동안 0이었다; %s"}, sides[1-dir],
				span(max(y.probe.at, y.last.at, e.c.last.at)-y.zero.at), count(int64(y.probes), "%d probe", lang.Text{English: "%d probes", Korean: "프로브 %d개"}))
			return
		case v != ZeroWindow && x.isStuck(e.view):
			e.frame(x.una, lang.Text{English: "data of the %s, first sent", Korean: "%s의 데이터, 처음 보낸 것"}, who)
			e.frame(x.stuck.first, lang.Text{English: "sent again", Korean: "다시 보냄"})
			e.frame(x.stuck.last, lang.Text{English: "sent again, for the %s time", Korean: "다시 보냄, %s"}, ordinal(x.stuck.count))
			e.say(lang.Text{English: "%d bytes of the %s were retransmitted %s in %s without an answer%s",
				Korean: "%[2]s의 %[1]d바이트를 %[4]s 동안 %[3]s 재전송했지만 응답이 없다%[5]s"}, x.stuck.size, who,
				times(int64(x.stuck.count)), span(x.stuck.last.at-x.stuck.first.at), e.sizes(v, x))
			return
		case v == MTUBlackhole && y.gap.seen():
			e.frame(y.gap, lang.Text{English: "the segment after the missing ones", Korean: "빠진 세그먼트 다음의 세그먼트"})
			e.say(lang.Text{English: "%d bytes before a smaller segment never arrived", Korean: "더 작은 세그먼트 앞의 %d바이트가 끝내 도착하지 않았다"}, y.gapSize())
			return
		}
	}
}

func (s *side) gapSize() uint32 { return s.resumed - s.hole }

func (e *explainer) sizes(v Verdict, x *side) lang.Message {
	if v != MTUBlackhole {
		return lang.Message{}
	}
	if x.largest == 0 && x.behind > 0 {
		return lang.Tell(lang.Text{English: "; the %d bytes behind them arrived (SACK)", Korean: "; 그 뒤의 %d바이트는 도착했다(SACK)"}, x.behind)
	}
	return lang.Tell(lang.Text{English: "; the largest segment that arrived had %d bytes", Korean: "; 도착한 가장 큰 세그먼트는 %d바이트다"}, x.largest)
}

func (e *explainer) describeOneSided(x, y *side) {
	who := sides[server]
	if x.packets > 0 {
		who = sides[client]
	}
	e.say(lang.Text{English: "only what the %s sent is in the capture (%s)", Korean: "캡처에 %s가 보낸 것만 있다(%s)"}, who, packets(x.packets+y.packets))
	e.frame(e.c.last, lang.Text{English: "last packet", Korean: "마지막 패킷"})
}
