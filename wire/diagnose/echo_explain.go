package diagnose

import "github.com/tcplab/tcplab/lang"

// echoExplainer gathers the explanation of an echo exchange.
type echoExplainer struct {
	explainer
	x *echo
}

func (x *echo) explain(a *Judged) explanation {
	e := echoExplainer{explainer{view: a.view}, x}
	e.describe(a.Verdict)
	e.remarks(a)
	e.advise(a.Verdict)
	return e.explanation
}

// describe says what was seen, and where.
func (e *echoExplainer) describe(v Verdict) {
	x := e.x
	switch v {
	case OK:
		e.describeAnswers()
	case Rejected:
		e.describeRejection()
	case NoAnswer:
		e.say(lang.Text{English: "%s, no reply", Korean: "%s, 응답 없음"}, e.requests())
		e.all(&x.asked, lang.Text{English: "echo request", Korean: "에코 요청"})
		e.frame(x.expiry.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, x.expiry.name(), x.expiry.sender())
	case Blackhole:
		silence := x.silence()
		e.say(lang.Text{English: "the last %d of %d echo requests, over %s, were not answered; %d of those before were",
			Korean: "에코 요청 %[2]d개 가운데 마지막 %[1]d개는 %[3]s 동안 응답이 없었다; 그 전의 것은 %[4]d개가 응답을 받았다"}, silence, x.asked.count,
			span(e.view.last-x.silent.at), x.answered)
		e.frame(x.heard.last, lang.Text{English: "the last echo reply", Korean: "마지막 에코 응답"})
		e.frame(x.silent, lang.Text{English: "the first of the echo requests after it", Korean: "그 뒤의 첫 에코 요청"})
		e.frame(x.asked.last, lang.Text{English: "the last echo request", Korean: "마지막 에코 요청"})
	case OneSided:
		e.describeDirection()
	}
}

// requests is "4 echo requests in 3.05 s".
func (e *echoExplainer) requests() lang.Message {
	s := &e.x.asked
	if s.count == 1 {
		return echoRequests(1)
	}
	return lang.Tell(lang.Text{English: "%d echo requests in %s", Korean: "%[2]s 동안 에코 요청 %[1]d개"}, s.count, span(s.last.at-s.marks[0].at))
}

func (e *echoExplainer) describeAnswers() {
	x, o := e.x, e.x.outcome()
	e.frame(x.asked.marks[0], lang.Text{English: "the first echo request", Korean: "첫 에코 요청"})
	e.frame(x.heard.marks[0], lang.Text{English: "the first echo reply", Korean: "첫 에코 응답"})
	if x.asked.count > 1 {
		e.frame(x.asked.last, lang.Text{English: "the last echo request", Korean: "마지막 에코 요청"})
	}
	if x.heard.count > 1 {
		e.frame(x.heard.last, lang.Text{English: "the last echo reply", Korean: "마지막 에코 응답"})
	}
	e.all(&x.lost, lang.Text{English: "echo request without an answer", Korean: "응답 없는 에코 요청"})
	if o.Answered == 1 && o.Requests == 1 {
		e.say(lang.Text{English: "%s, answered after %s", Korean: "%s, %s 뒤 응답"}, echoRequests(1), span(x.span[0]))
		return
	}
	parts := []lang.Text{echoRequests(o.Requests).Words()}
	add := func(text lang.Text, args ...any) { parts = append(parts, text.With(args...)) }
	if o.Answered == o.Requests {
		add(lang.Text{English: "all answered", Korean: "모두 응답"})
	} else {
		add(lang.Text{English: "%d answered", Korean: "응답 %d개"}, o.Answered)
	}
	if o.Lost > 0 {
		add(lang.Text{English: "%d lost (%d %%)", Korean: "유실 %d개(%d %%)"}, o.Lost, o.Lost*100/max(1, o.Requests-o.Pending))
	}
	if n := x.refused(); n > 0 {
		add(lang.Text{English: "%d rejected", Korean: "거절 %d개"}, n)
	}
	if n := o.Rejected - x.refused(); n > 0 {
		add(lang.Text{English: "%d by routers on the way", Korean: "경로상의 라우터가 답한 것 %d개"}, n)
	}
	e.say(lang.Join(parts, lang.Same(", ")))
	if o.Answered > 0 {
		e.say(lang.Text{English: "%s; round trip %s to %s", Korean: "%s; 왕복 시간 %s-%s"}, e.summary, span(x.span[0]), span(x.span[1]))
	}
}

// cause is the error that tells most.
func (x *echo) cause() *icmpError {
	for _, report := range []*icmpError{&x.rejection, &x.returned, &x.expiry} {
		if report.seen() {
			return report
		}
	}
	return &x.rejection
}

func (e *echoExplainer) describeRejection() {
	x, report := e.x, e.x.cause()
	what := lang.Text{English: "echo request", Korean: "에코 요청"}
	if report == &x.returned {
		what = lang.Text{English: "echo reply", Korean: "에코 응답"}
	}
	var after lang.Message
	if x.asked.count > 0 {
		after = lang.Tell(lang.Text{English: " after %s", Korean: " %s 뒤"}, span(report.at-x.asked.marks[0].at))
	}
	e.say(lang.Text{English: "%s answered%s by ICMP %s (%s) from %s", Korean: "%[1]s에%[2]s %[5]s에서 ICMP %[3]s (%[4]s) 응답이 왔다"},
		what, after, report.name(), report.number(), report.sender())
	if x.asked.count > 1 {
		e.say(lang.Text{English: "%s; %d of %s rejected", Korean: "%[1]s; %[3]s 가운데 %[2]d개 거절"}, e.summary, x.rejected, e.requests())
	}
	e.all(&x.asked, lang.Text{English: "echo request", Korean: "에코 요청"})
	e.frame(x.heard.last, lang.Text{English: "the last echo reply", Korean: "마지막 에코 응답"})
	e.frame(report.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, report.name(), report.sender())
}

func (e *echoExplainer) describeDirection() {
	x := e.x
	if x.isLone() {
		e.say(lang.Text{English: "only replies are in the capture (%s)", Korean: "캡처에 응답만 있다(%s)"}, echoReplies(x.heard.count))
		e.all(&x.heard, lang.Text{English: "echo reply", Korean: "에코 응답"})
		return
	}
	e.say(lang.Text{English: "only requests are in the capture (%s)", Korean: "캡처에 요청만 있다(%s)"}, echoRequests(x.asked.count))
	e.all(&x.asked, lang.Text{English: "echo request", Korean: "에코 요청"})
}

// remarks adds what does not decide the verdict but may explain it.
func (e *echoExplainer) remarks(a *Judged) {
	x := e.x
	if a.Inconclusive {
		e.note(lang.Text{English: "the capture ends too early to be sure", Korean: "캡처가 너무 일찍 끝나 확실하지 않다"})
	}
	if o := x.outcome(); o.Pending > 0 && !a.Inconclusive {
		e.notes = append(e.notes, count(o.Pending, "%d request had just been sent when the capture ends, and is not counted as lost",
			lang.Text{English: "%d requests had just been sent when the capture ends, and are not counted as lost", Korean: "캡처가 끝날 때 막 보낸 요청 %d개는 유실로 세지 않았다"}))
	}
	if x.isTraced() {
		e.note(lang.Text{English: "the time to live of the requests goes from %d to %d: the path was traced (traceroute, mtr)",
			Korean: "요청의 TTL이 %d에서 %d까지 간다: 경로를 추적했다(traceroute, mtr)"}, x.ttl[0], x.ttl[1])
	}
	e.errors(a)
	if a.Verdict == NoAnswer && !x.isToMany() {
		e.signsOfLife()
	}
	if x.others > 0 {
		e.note(lang.Text{English: "%s from another address than the one that was asked, the first from %s", Korean: "물은 주소가 아닌 다른 주소에서 온 %s, 처음 것은 %s에서 왔다"},
			count(x.others, "%d reply came", lang.Text{English: "%d replies came", Korean: "응답 %d개"}), x.other.addr())
	}
	if x.extra > 0 && x.others == 0 {
		e.notes = append(e.notes, count(x.extra, "%d reply came to a request that had its answer", lang.Text{English: "%d replies came to requests that had their answer",
			Korean: "이미 응답을 받은 요청에 응답 %d개가 더 왔다"}))
	}
	if x.copies > 0 {
		e.note(lang.Text{English: "%s captured twice", Korean: "두 번 캡처되었다: %s"}, packets(x.copies))
	}
}

// errors adds the ICMP errors beside the one that decides.
func (e *echoExplainer) errors(a *Judged) {
	x := e.x
	if r := &x.rejection; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, r.name(), r.sender())
		e.note(lang.Text{English: "ICMP %s (%s) from %s about a request", Korean: "요청에 대해 %[3]s에서 온 ICMP %[1]s (%[2]s)"}, r.name(), r.number(), r.sender())
	}
	if r := &x.returned; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, r.name(), r.sender())
		e.note(lang.Text{English: "ICMP %s (%s) from %s about a reply: it did not reach the client",
			Korean: "응답에 대해 %[3]s에서 온 ICMP %[1]s (%[2]s): 응답이 클라이언트에 닿지 않았다"}, r.name(), r.number(), r.sender())
	}
	if a.Verdict != Rejected {
		return
	}
	switch sender := x.cause().from; sender {
	case x.key.ends[client]:
		e.note(lang.Text{English: "the client's own kernel sent the error: no request left it", Korean: "클라이언트 자신의 커널이 오류를 보냈다: 요청이 나가지 않았다"})
	case x.key.ends[server]:
		e.note(lang.Text{English: "the host itself sent the error: it is up", Korean: "호스트 자신이 오류를 보냈다: 살아 있다"})
	}
}

// signsOfLife adds what else the capture tells of a host that does not answer ping.
func (e *echoExplainer) signsOfLife() {
	alive := e.view.lifeOf(e.x)
	switch {
	case alive.tcp.seen() && alive.reset:
		e.frame(alive.tcp, lang.Text{English: "RST of the host, from TCP port %d", Korean: "호스트의 RST, TCP 포트 %d"}, alive.port)
		e.note(lang.Text{English: "TCP port %d of the same two hosts is refused (RST): the host is up and ICMP is filtered, or a firewall answers in its place",
			Korean: "같은 두 호스트 사이의 TCP 포트 %d에는 거부(RST)가 돌아온다: 호스트가 살아 있고 ICMP가 걸러지거나, 방화벽이 대신 응답한다"}, alive.port)
	case alive.tcp.seen():
		e.frame(alive.tcp, lang.Text{English: "TCP from the host, port %d", Korean: "호스트의 TCP, 포트 %d"}, alive.port)
		e.note(lang.Text{English: "TCP port %d of the same two hosts is answered: the host is up, and ICMP is filtered",
			Korean: "같은 두 호스트 사이의 TCP 포트 %d에는 응답이 온다: 호스트가 살아 있고 ICMP가 걸러진다"}, alive.port)
	case alive.link.seen():
		e.frame(alive.link, lang.Text{English: "the host's answer to %s", Korean: "%s에 대한 호스트의 응답"}, e.linkProtocol())
		e.note(lang.Text{English: "the host answers %s: it is up, or another answers in its place", Korean: "호스트가 %s에 응답한다: 살아 있거나, 다른 것이 대신 응답한다"}, e.linkProtocol())
	case alive.before.seen():
		e.note(lang.Text{English: "TCP of the same two hosts was answered earlier (frame %d): the host was up then",
			Korean: "같은 두 호스트 사이의 TCP에 앞서 응답이 왔다(프레임 %d): 그때는 호스트가 살아 있었다"}, alive.before.frame)
		fallthrough
	default:
		e.note(lang.Text{English: "silence does not prove that the host is down: ICMP is often filtered where TCP is not",
			Korean: "무응답은 호스트가 꺼졌다는 증명이 아니다: TCP는 통과해도 ICMP는 걸러지는 일이 많다"})
	}
}

func (e *echoExplainer) linkProtocol() lang.Text { return linkProtocol(e.x.key.addr(server).Is6()) }
