package diagnose

import "fmt"

// What led to the end of a connection: silence, probes in vain, data sent again; who gave up, and what came after that.

// idleLimits are after how many seconds of silence products forget a connection, by their documentation; the default, where
// one can be set.
var idleLimits = []struct {
	seconds int64
	whose   string
}{
	{60, "AWS Application Load Balancer; HAProxy and nginx as they are often set"},
	{240, "Azure Load Balancer and NAT gateway"},
	{300, "many firewalls and proxies"},
	{350, "AWS Network Load Balancer and NAT gateway"},
	{600, "Google Cloud's load balancers and firewall"},
	{3600, "many firewalls, such as Cisco's and Palo Alto's"},
}

// limitNote names the products whose limit a silence, in ns, has just passed.
func limitNote(silence int64) string {
	text := ""
	for _, l := range idleLimits {
		if limit := l.seconds * 1e9; silence >= limit && silence < limit+limit/8 {
			text = fmt.Sprintf(" (the idle limit of %s is %d s)", l.whose, l.seconds)
		}
	}
	return text
}

// shortestIdle is a silence that an idle timeout may be behind, in ns: hardly any is shorter.
const shortestIdle = 30e9

// shortestRest is a silence in ns after which a server may have tired of a connection: the shortest keep-alive timeouts in use
// are of a second.
const shortestRest = 5e8

// rested is for how long, in ns, no data had passed when the server reset the connection.
func (c *conn) rested() int64 {
	x, y := &c.side[client], &c.side[server]
	return y.rst.at - max(x.lastData.at, y.lastData.at)
}

// restedBefore is for how long, in ns, no data had passed before the client's last, which the server answered with a RST; 0 where
// the server had sent none.
func (c *conn) restedBefore() int64 {
	x, y := &c.side[client], &c.side[server]
	if !y.lastData.seen() {
		return 0
	}
	return x.lastData.at - y.lastData.at
}

// idledOut reports whether the RST that ended a connection answered the first packet after a silence, or ended the silence.
func (c *conn) idledOut() bool { return c.idle >= shortestIdle }

// led adds what led to the end.
func (e *explainer) led(v Verdict) {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	if (v == ResetByClient || v == ResetByServer) && c.idledOut() {
		e.frame(c.pause.mark, "first packet after the silence")
		e.note("the silence before that was %s%s", span(c.idle), limitNote(c.idle))
	}
	for dir, who := range sides {
		e.probes(&c.side[dir], who)
		e.again(v, dir, who)
	}
	if v == ResetByClient && c.hasGivenUp() {
		e.note("the request had been acknowledged, and no answer came in the %s before the client gave up (RST)%s", span(x.rst.at-x.lastData.at), e.answerAfterRST(x, y))
	}
	if v == OK && c.saidNothing() {
		e.note("neither side sent a byte in the %s before the client closed: a client that waits for a greeting (SSH, SMTP, FTP, MySQL) has got none; "+
			"a connection that is kept in reserve looks the same", span(x.fin.at-c.first.at))
	}
	if v == NoReply && x.fin.seen() {
		e.note("the client gave up (FIN) after %s without an answer%s", span(e.patience(x)), e.lateAnswer(x, y))
	}
}

// saidNothing reports whether the client closed a connection on which neither side had sent anything, after it had waited.
func (c *conn) saidNothing() bool {
	x, y := &c.side[client], &c.side[server]
	return c.hasSYN && !c.serverFirst() && x.fin.seen() && x.sent() == 0 && y.sent() == 0 && x.fin.at-c.first.at >= shortestPatience
}

var sides = [...]string{client: "client", server: "server"}

// waitedInVain is for a client that reset a connection because no answer came.
var waitedInVain = circumstance{lead: anywhere(CauseClientGaveUp), beside: []candidate{{CauseHangs, nowhere, false}, {CauseWaits, nowhere, false}}}

// hasGivenUp reports whether the client reset the connection after it had waited for the answer to an acknowledged request.
func (c *conn) hasGivenUp() bool {
	x := &c.side[client]
	return c.owed() && x.deaf && !x.fin.seen() && x.rst.at-x.lastData.at >= shortestPatience && !c.isUnknownThere(client)
}

// probes tells of keep-alives and window probes that nobody answered.
func (e *explainer) probes(s *side, who string) {
	u := &s.unheard
	if u.count < fewestUnheard {
		return
	}
	e.frame(u.first, "probe of the %s that nobody answers", who)
	e.frame(u.last, "probe of the %s, the last of %d", who, u.count)
	end := ""
	if s.rst.seen() && u.last.isBefore(s.rst) {
		end = ", and the " + who + " gave up"
	}
	e.note("%d probes of the %s in %s (keep-alives, or of a closed window) were not answered%s", u.count, who, span(u.last.at-u.first.at), end)
}

// again tells of data that was sent again before its sender reset the connection.
func (e *explainer) again(v Verdict, dir int, who string) {
	s := &e.c.side[dir]
	gaveUp := v == ResetByClient && dir == client || v == ResetByServer && dir == server
	if u := &s.stuck; gaveUp && u.count > 0 && u.last.isBefore(s.rst) {
		e.frame(u.last, "data of the %s, sent again", who)
		e.note("the %s had sent data again, %s, without an acknowledgment before it gave up", who, plural(int64(u.count), "time"))
	}
}

// lateAnswer tells of what came after the client had given up.
func (e *explainer) lateAnswer(x, y *side) string {
	if x.afterFIN == 0 {
		return ""
	}
	e.frame(y.lastData, "data of the server")
	text := fmt.Sprintf("; %d bytes of an answer came %s after that, too late", x.afterFIN, span(y.firstData.at-x.fin.at))
	if x.rst.seen() && y.firstData.isBefore(x.rst) {
		e.frame(x.rst, "RST of the client")
		text += ", and were reset"
	}
	return text
}

// answerAfterRST tells of data that came after the client had reset the connection.
func (e *explainer) answerAfterRST(x, y *side) string {
	if !y.firstData.seen() || !x.rst.isBefore(y.firstData) {
		return ""
	}
	e.frame(y.firstData, "data of the server")
	return fmt.Sprintf("; %d bytes of an answer came %s after that, too late", y.bytes, span(y.firstData.at-x.rst.at))
}

// closing says how a connection that is in order was closed: not always by a FIN in both directions.
func (e *explainer) closing() string {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	bytes := fmt.Sprintf("; %d bytes up, %d bytes down", x.sent(), y.sent())
	switch {
	case x.finished().seen() && y.finished().seen():
		return "closed in both directions" + bytes
	case x.finished().seen():
		return c.halfClosing(client) + bytes
	}
	return c.halfClosing(server) + bytes
}

// halfClosing is for a FIN of one side, where a RST is in the place of the other.
func (c *conn) halfClosing(dir int) string {
	who, other := sides[dir], sides[1-dir]
	switch x, y := &c.side[dir], &c.side[1-dir]; {
	case y.rst.seen():
		return fmt.Sprintf("the %s closed (FIN), and a RST of the %s took the place of its FIN", who, other)
	case x.rst.seen():
		return fmt.Sprintf("the %s closed (FIN, then RST), and the %s sent no FIN", who, other)
	}
	return fmt.Sprintf("the %s closed (FIN)", who)
}
