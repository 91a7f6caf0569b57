package diagnose

import (
	"fmt"
)

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
		e.say("%s, no reply", e.requests())
		e.all(&x.asked, "echo request")
		e.frame(x.expiry.mark, "ICMP %s from %s", x.expiry.name(), x.expiry.sender())
	case Blackhole:
		silence := x.silence()
		e.say("the last %d of %d echo requests, over %s, were not answered; %d of those before were", silence, x.asked.count,
			span(e.view.last-x.silent.at), x.answered)
		e.frame(x.heard.last, "the last echo reply")
		e.frame(x.silent, "the first of the echo requests after it")
		e.frame(x.asked.last, "the last echo request")
	case OneSided:
		e.describeDirection()
	}
}

// requests is "4 echo requests in 3.05 s".
func (e *echoExplainer) requests() string {
	s := &e.x.asked
	if s.count == 1 {
		return "1 echo request"
	}
	return fmt.Sprintf("%d echo requests in %s", s.count, span(s.last.at-s.marks[0].at))
}

func (e *echoExplainer) describeAnswers() {
	x, o := e.x, e.x.outcome()
	e.frame(x.asked.marks[0], "the first echo request")
	e.frame(x.heard.marks[0], "the first echo reply")
	if x.asked.count > 1 {
		e.frame(x.asked.last, "the last echo request")
	}
	if x.heard.count > 1 {
		e.frame(x.heard.last, "the last echo reply")
	}
	e.all(&x.lost, "echo request without an answer")
	text := plural(o.Requests, "echo request")
	switch {
	case o.Answered == 1 && o.Requests == 1:
		e.say("%s, answered after %s", text, span(x.span[0]))
		return
	case o.Answered == o.Requests:
		text += ", all answered"
	default:
		text += fmt.Sprintf(", %d answered", o.Answered)
	}
	if o.Lost > 0 {
		text += fmt.Sprintf(", %d lost (%d %%)", o.Lost, o.Lost*100/max(1, o.Requests-o.Pending))
	}
	if n := x.refused(); n > 0 {
		text += fmt.Sprintf(", %d rejected", n)
	}
	if n := o.Rejected - x.refused(); n > 0 {
		text += fmt.Sprintf(", %d by routers on the way", n)
	}
	if o.Answered > 0 {
		text += fmt.Sprintf("; round trip %s to %s", span(x.span[0]), span(x.span[1]))
	}
	e.say("%s", text)
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
	what := "echo request"
	if report == &x.returned {
		what = "echo reply"
	}
	after := ""
	if x.asked.count > 0 {
		after = " after " + span(report.at-x.asked.marks[0].at)
	}
	e.say("%s answered%s by ICMP %s (%s) from %s", what, after, report.name(), report.number(), report.sender())
	if x.asked.count > 1 {
		e.summary += fmt.Sprintf("; %d of %s rejected", x.rejected, e.requests())
	}
	e.all(&x.asked, "echo request")
	e.frame(x.heard.last, "the last echo reply")
	e.frame(report.mark, "ICMP %s from %s", report.name(), report.sender())
}

func (e *echoExplainer) describeDirection() {
	x := e.x
	if x.isLone() {
		e.say("only replies are in the capture (%s)", plural(x.heard.count, "echo reply"))
		e.all(&x.heard, "echo reply")
		return
	}
	e.say("only requests are in the capture (%s)", plural(x.asked.count, "echo request"))
	e.all(&x.asked, "echo request")
}

// remarks adds what does not decide the verdict but may explain it.
func (e *echoExplainer) remarks(a *Judged) {
	x := e.x
	if a.Inconclusive {
		e.note("the capture ends too early to be sure")
	}
	if o := x.outcome(); o.Pending > 0 && !a.Inconclusive {
		e.note("%s", count(o.Pending, "%d request had just been sent when the capture ends, and is not counted as lost",
			"%d requests had just been sent when the capture ends, and are not counted as lost"))
	}
	if x.isTraced() {
		e.note("the time to live of the requests goes from %d to %d: the path was traced (traceroute, mtr)", x.ttl[0], x.ttl[1])
	}
	e.errors(a)
	if a.Verdict == NoAnswer {
		e.signsOfLife()
	}
	if x.others > 0 {
		e.note("%s from another address than the one that was asked, the first from %s",
			count(x.others, "%d reply came", "%d replies came"), x.other.addr())
	}
	if x.extra > 0 && x.others == 0 {
		e.note("%s", count(x.extra, "%d reply came to a request that had its answer", "%d replies came to requests that had their answer"))
	}
	if x.copies > 0 {
		e.note("%s captured twice", plural(x.copies, "packet"))
	}
}

// errors adds the ICMP errors beside the one that decides.
func (e *echoExplainer) errors(a *Judged) {
	x := e.x
	if r := &x.rejection; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, "ICMP %s from %s", r.name(), r.sender())
		e.note("ICMP %s (%s) from %s about a request", r.name(), r.number(), r.sender())
	}
	if r := &x.returned; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, "ICMP %s from %s", r.name(), r.sender())
		e.note("ICMP %s (%s) from %s about a reply: it did not reach the client", r.name(), r.number(), r.sender())
	}
	if a.Verdict != Rejected {
		return
	}
	switch sender := x.cause().from; sender {
	case x.key.ends[client]:
		e.note("the client's own kernel sent the error: no request left it")
	case x.key.ends[server]:
		e.note("the host itself sent the error: it is up")
	}
}

// signsOfLife adds what else the capture tells of a host that does not answer ping.
func (e *echoExplainer) signsOfLife() {
	alive := e.view.lifeOf(e.x)
	switch {
	case alive.tcp.seen() && alive.reset:
		e.frame(alive.tcp, "RST of the host, from TCP port %d", alive.port)
		e.note("TCP port %d of the same two hosts is refused (RST): the host is up and ICMP is filtered, or a firewall answers in its place", alive.port)
	case alive.tcp.seen():
		e.frame(alive.tcp, "TCP from the host, port %d", alive.port)
		e.note("TCP port %d of the same two hosts is answered: the host is up, and ICMP is filtered", alive.port)
	case alive.link.seen():
		e.frame(alive.link, "the host's answer to %s", e.linkProtocol())
		e.note("the host answers %s: it is up, or another answers in its place", e.linkProtocol())
	case alive.before.seen():
		e.note("TCP of the same two hosts was answered earlier (frame %d): the host was up then", alive.before.frame)
		fallthrough
	default:
		e.note("silence does not prove that the host is down: ICMP is often filtered where TCP is not")
	}
}

func (e *echoExplainer) linkProtocol() string {
	if e.x.key.addr(server).Is6() {
		return "neighbour discovery"
	}
	return "ARP"
}
