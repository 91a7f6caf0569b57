package diagnose

import (
	"fmt"
	"strings"
	"time"
)

func (c *conn) explain(a *Judged) explanation {
	e := explainer{c: c, view: a.view}
	verdict := outcome(a)
	e.describe(verdict)
	e.handshake()
	e.remarks(a)
	e.advise(a, verdict)
	if a.Verdict == Midstream {
		e.summary = "the beginning is not in the capture; " + e.summary
	}
	return e.explanation
}

// explanation is what is behind a verdict, before anything else is known than one capture.
type explanation struct {
	summary  string
	evidence []Evidence
	notes    []string
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

func (e *explainer) frame(m mark, format string, args ...any) {
	if m.seen() {
		e.evidence = append(e.evidence, Evidence{m.frame, fmt.Sprintf(format, args...)})
	}
}

func (e *explainer) all(s *series, what string) {
	for _, m := range s.first() {
		e.frame(m, "%s", what)
	}
	if s.count > int64(len(s.marks)) {
		e.frame(s.last, "%s, the last of %d", what, s.count)
	}
}

func (e *explainer) say(format string, args ...any) { e.summary = fmt.Sprintf(format, args...) }

func (e *explainer) note(format string, args ...any) {
	e.notes = append(e.notes, fmt.Sprintf(format, args...))
}

// handshake adds the frames of the handshake.
func (e *explainer) handshake() {
	c := e.c
	e.all(&c.syns, "SYN")
	e.all(&c.synacks, "SYN-ACK")
	switch {
	case c.hasSYN || c.synacks.count > 0:
		e.frame(c.ackFrame, "acknowledgment of the SYN-ACK")
	default:
		e.frame(c.first, "first packet in the capture")
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
		e.describeReset("client", x)
	case ResetByServer:
		e.describeReset("server", y)
	case Blackhole, MTUBlackhole, ZeroWindow:
		e.describeStall(v)
	case OneSided:
		e.describeOneSided(x, y)
	}
}

func (e *explainer) describeClose(v Verdict, x, y *side) {
	e.frame(x.fin, "FIN of the client")
	e.frame(y.fin, "FIN of the server")
	switch v {
	case OK:
		e.say("%s", e.closing())
		e.frame(x.rst, "RST of the client")
		e.frame(y.rst, "RST of the server")
	case Open:
		e.say("still open when the capture ends; %d bytes up, %d bytes down", x.sent(), y.sent())
		e.frame(e.c.last, "last packet")
	case HalfClosed:
		who, other, f := "client", "server", x
		if y.finished().seen() {
			who, other, f = "server", "client", y
		}
		e.say("the %s sent a FIN%s, the %s never did", who, e.unacknowledgedFIN(f), other)
	case ClosedEarly:
		e.frame(x.lastData, "last data of the client")
		e.describeEarly(x, y)
	case NoReply:
		e.frame(x.firstData, "request")
		e.say("a request of %d bytes was acknowledged, and no data came back in %s", x.bytes, span(e.patience(x)))
	}
}

// patience is how long the client waited for its answer.
func (e *explainer) patience(x *side) int64 {
	if x.fin.seen() {
		return x.fin.at - x.lastData.at
	}
	return e.view.last - x.lastData.at
}

func (e *explainer) unacknowledgedFIN(s *side) string {
	if s.finAcked() || !s.hasAcked {
		return ""
	}
	return fmt.Sprintf(" %d times, which nothing acknowledged", s.fins)
}

func (e *explainer) describeEarly(x, y *side) {
	switch {
	case e.c.contentCut.seen():
		e.say("the server closed in the middle of its answer: less came than it had announced (%d bytes in all)", y.bytes)
	case y.sent() == 0 && x.sent() > 0:
		e.say("the server closed without an answer to the %d bytes of the client", x.sent())
	case y.sent() == 0:
		e.say("the server closed %s after the connection began, without a byte", span(y.finished().at-e.c.first.at))
	case e.c.closedIdle():
		e.say("the server closed an idle connection; the client's next request, %s later, found nobody", span(x.lastData.at-y.fin.at))
	default:
		e.say("the server closed without an answer to the latest of several requests")
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
		e.say("SYN answered by RST after %s%s", span(c.refusals.marks[0].at-c.first.at), times(c.refusals.count))
		e.all(&c.refusals, "RST of the server")
	case Rejected:
		r := c.rejection
		e.say("SYN answered after %s by ICMP %s (%s) from %s", span(r.at-c.first.at), r.name(), r.number(), r.sender())
		e.frame(r.mark, "ICMP %s from %s", r.name(), r.sender())
	case NoAnswer:
		e.say("%s, %s", e.synCount(), e.silence())
	case SYNACKUnanswered:
		e.frame(c.side[server].rst, "RST of the server")
		e.say("%s, the handshake never completes at the server", plural(c.synacks.count, "SYN-ACK"))
	}
}

// silence says what came in answer to the SYNs, if anything, that the client could not take.
func (e *explainer) silence() string {
	c := e.c
	switch {
	case c.isAnsweredElsewhere():
		return fmt.Sprintf("answered by %s in the place of %s: the client does not take such an answer", c.related.foreignEnd.addrPort(), c.addr(server))
	case c.challenge.seen():
		return "answered by an ACK of an older connection on these ports, not by a SYN-ACK"
	case c.strange.seen():
		return "answered by a SYN-ACK that acknowledges something else"
	}
	return "no reply"
}

func (e *explainer) synCount() string {
	c := e.c
	if c.syns.count == 1 {
		return "1 SYN"
	}
	return fmt.Sprintf("%d SYNs in %s", c.syns.count, span(c.syns.last.at-c.first.at))
}

func (e *explainer) describeReset(who string, s *side) {
	e.frame(s.rst, "RST of the %s", who)
	e.say("the %s reset the connection after %s; %d bytes up, %d bytes down", who, span(s.rst.at-e.c.first.at),
		e.c.carried(client), e.c.carried(server))
}

func (e *explainer) describeStall(v Verdict) {
	for dir, who := range sides {
		x, y := &e.c.side[dir], &e.c.side[1-dir]
		switch {
		case v == Blackhole && x.cannotClose(y):
			e.frame(x.fin, "FIN of the %s", who)
			e.frame(x.lastFIN, "FIN, the last of %d", x.fins)
			e.say("the FIN of the %s was sent %s in %s, and nothing acknowledged it", who, plural(int64(x.fins), "time"), span(x.lastFIN.at-x.fin.at))
			return
		case v == Blackhole && x.gaveUpAlone(y):
			e.frame(x.rst, "RST of the %s", who)
			e.say("%s of the %s in %s were not answered, and it gave up (RST)", plural(int64(x.unheard.count), "keep-alive probe"), who,
				span(x.rst.at-x.unheard.first.at))
			return
		case v == ZeroWindow && y.zero.seen():
			e.frame(y.zero, "window 0, by the %s", [...]string{"server", "client"}[dir])
			e.frame(y.probe, "probe of the closed window")
			e.say("the window of the %s stayed 0 for %s; %s", [...]string{"server", "client"}[dir],
				span(max(y.probe.at, y.last.at, e.c.last.at)-y.zero.at), plural(int64(y.probes), "probe"))
			return
		case v != ZeroWindow && x.isStuck(e.view):
			e.frame(x.una, "data of the %s, first sent", who)
			e.frame(x.stuck.first, "sent again")
			e.frame(x.stuck.last, "sent again, for the %s time", ordinal(x.stuck.count))
			e.say("%d bytes of the %s were retransmitted %s in %s without an answer%s", x.stuck.size, who,
				plural(int64(x.stuck.count), "time"), span(x.stuck.last.at-x.stuck.first.at), e.sizes(v, x))
			return
		case v == MTUBlackhole && y.gap.seen():
			e.frame(y.gap, "the segment after the missing ones")
			e.say("%d bytes before a smaller segment never arrived", y.gapSize())
			return
		}
	}
}

func (s *side) gapSize() uint32 { return s.resumed - s.hole }

func (e *explainer) sizes(v Verdict, x *side) string {
	if v != MTUBlackhole {
		return ""
	}
	if x.largest == 0 && x.behind > 0 {
		return fmt.Sprintf("; the %d bytes behind them arrived (SACK)", x.behind)
	}
	return fmt.Sprintf("; the largest segment that arrived had %d bytes", x.largest)
}

func (e *explainer) describeOneSided(x, y *side) {
	who := "server"
	if x.packets > 0 {
		who = "client"
	}
	e.say("only what the %s sent is in the capture (%s)", who, plural(x.packets+y.packets, "packet"))
	e.frame(e.c.last, "last packet")
}

// span is a time for people: three digits are enough.
func span(ns int64) string {
	d := time.Duration(max(0, ns))
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 999500*time.Microsecond: // from there on three digits are those of a second
		return fmt.Sprintf("%.3g ms", float64(d)/1e6)
	case d < 100*time.Second:
		return fmt.Sprintf("%.3g s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

func plural(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		return fmt.Sprintf("%d %sies", n, stem)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// count is plural for more than a word; both have the number in them.
func count(n int64, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

func times(n int64) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(", %d times", n)
}

func ordinal(n int32) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
