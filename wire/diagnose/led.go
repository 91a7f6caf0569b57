package diagnose

import "github.com/tcplab/tcplab/lang"

// What led to the end of a connection: silence, probes in vain, data sent again; who gave up, and what came after that.

// idleLimits are after how many seconds of silence products forget a connection, by their documentation; the default, where
// one can be set.
var idleLimits = []struct {
	seconds int64
	whose   lang.Text
}{
	{60, lang.Text{English: "AWS Application Load Balancer; HAProxy and nginx as they are often set", Korean: "AWS Application Load Balancer; 흔한 설정의 HAProxy와 nginx"}},
	{240, lang.Text{English: "Azure Load Balancer and NAT gateway", Korean: "Azure Load Balancer와 NAT 게이트웨이"}},
	{300, lang.Text{English: "many firewalls and proxies", Korean: "많은 방화벽과 프록시"}},
	{350, lang.Text{English: "AWS Network Load Balancer and NAT gateway", Korean: "AWS Network Load Balancer와 NAT 게이트웨이"}},
	{600, lang.Text{English: "Google Cloud's load balancers and firewall", Korean: "Google Cloud의 로드 밸런서와 방화벽"}},
	{3600, lang.Text{English: "many firewalls, such as Cisco's and Palo Alto's", Korean: "Cisco, Palo Alto 등 많은 방화벽"}},
}

// limitNote names the products whose limit a silence, in ns, has just passed.
func limitNote(silence int64) lang.Message {
	var text lang.Message
	for _, l := range idleLimits {
		if limit := l.seconds * 1e9; silence >= limit && silence < limit+limit/8 {
			text = lang.Tell(lang.Text{English: " (the idle limit of %s is %d s)", Korean: "(유휴 한도 %[2]d초: %[1]s)"}, l.whose, l.seconds)
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
		e.frame(c.pause.mark, lang.Text{English: "first packet after the silence", Korean: "침묵 뒤의 첫 패킷"})
		e.note(lang.Text{English: "the silence before that was %s%s", Korean: "그 전의 침묵: %s%s"}, span(c.idle), limitNote(c.idle))
	}
	for dir, who := range sides {
		e.probes(v, dir, who)
		e.again(v, dir, who)
	}
	if v == ResetByClient && c.hasGivenUp() {
		e.note(lang.Text{English: "the request had been acknowledged, and no answer came in the %s before the client gave up (RST)%s",
			Korean: "요청은 확인 응답을 받았지만 %s 동안 응답이 오지 않아 클라이언트가 포기했다(RST)%s"}, span(x.rst.at-e.c.asked().at), e.answerAfterRST(x, y))
	}
	if v == OK && c.saidNothing() {
		e.note(lang.Text{English: "neither side sent a byte in the %s before the client closed: a client that waits for a greeting (SSH, SMTP, FTP, MySQL) has got none; a connection that is kept in reserve looks the same",
			Korean: "클라이언트가 닫기까지 %s 동안 어느 쪽도 한 바이트도 보내지 않았다: 인사말을 기다리는 클라이언트(SSH, SMTP, FTP, MySQL)라면 받지 못한 것이다; 예비로 맺어 둔 연결도 똑같아 보인다"},
			span(x.fin.at-c.first.at))
	}
	if v == OK {
		e.leftAlone()
	}
	if v == NoReply && x.fin.seen() {
		e.note(lang.Text{English: "the client gave up (FIN) after %s without an answer%s",
			Korean: "클라이언트가 응답 없이 %s 뒤에 포기했다(FIN)%s"}, span(e.patience(x)), e.lateAnswer(x, y))
	}
}

// saidNothing reports whether the client closed a connection on which neither side had sent anything, after it had waited.
func (c *conn) saidNothing() bool {
	x, y := &c.side[client], &c.side[server]
	return c.hasSYN && !c.serverFirst() && x.fin.seen() && x.sent() == 0 && y.sent() == 0 && x.fin.at-c.first.at >= shortestPatience
}

var sides = [...]lang.Text{client: {English: "client", Korean: "클라이언트"}, server: {English: "server", Korean: "서버"}}

// waitedInVain is for a client that reset a connection because no answer came.
var waitedInVain = circumstance{lead: anywhere(CauseClientGaveUp), beside: []candidate{{CauseHangs, nowhere, false}, {CauseWaits, nowhere, false}}}

// hasGivenUp reports whether the client reset the connection after it had waited for the answer to an acknowledged request.
func (c *conn) hasGivenUp() bool {
	x := &c.side[client]
	return c.owed() && (x.deaf || c.hasNotBegun()) && !x.fin.seen() && x.rst.at-c.asked().at >= shortestPatience && !c.isUnknownThere(client)
}

// probes tells of keep-alives and window probes that nobody answered.
func (e *explainer) probes(v Verdict, dir int, who lang.Text) {
	s := &e.c.side[dir]
	u := &s.unheard
	if u.count < fewestUnheard {
		return
	}
	e.frame(u.first, lang.Text{English: "probe of the %s that nobody answers", Korean: "아무도 응답하지 않는 %s의 프로브"}, who)
	e.frame(u.last, lang.Text{English: "probe of the %s, the last of %d", Korean: "%s의 프로브, %d개 중 마지막"}, who, u.count)
	if v == Blackhole && s.gaveUpAlone(&e.c.side[1-dir]) {
		return // the summary tells it
	}
	var end lang.Message
	if s.rst.seen() && u.last.isBefore(s.rst) {
		end = lang.Tell(lang.Text{English: ", and the %s gave up", Korean: ", %s가 포기했다"}, who)
	}
	e.note(lang.Text{English: "%d probes of the %s in %s (keep-alives, or of a closed window) were not answered%s",
		Korean: "%[3]s 동안 %[2]s의 프로브 %[1]d개(keep-alive 또는 닫힌 윈도에 대한 것)에 응답이 없었다%[4]s"}, u.count, who, span(u.last.at-u.first.at), end)
}

// again tells of data that was sent again before its sender reset the connection.
func (e *explainer) again(v Verdict, dir int, who lang.Text) {
	s := &e.c.side[dir]
	gaveUp := v == ResetByClient && dir == client || v == ResetByServer && dir == server
	if u := &s.stuck; gaveUp && u.count > 0 && u.last.isBefore(s.rst) {
		e.frame(u.last, lang.Text{English: "data of the %s, sent again", Korean: "%s의 데이터, 다시 보냄"}, who)
		e.note(lang.Text{English: "the %s had sent data again, %s, without an acknowledgment before it gave up",
			Korean: "%s는 데이터를 %s 다시 보내고도 확인 응답을 받지 못해 포기했다"}, who, times(int64(u.count)))
	}
}

// lateAnswer tells of what came after the client had given up.
func (e *explainer) lateAnswer(x, y *side) lang.Message {
	if x.afterFIN == 0 {
		return lang.Message{}
	}
	e.frame(y.lastData, lang.Text{English: "data of the server", Korean: "서버의 데이터"})
	if x.rst.seen() && y.firstData.isBefore(x.rst) {
		e.frame(x.rst, lang.Text{English: "RST of the client", Korean: "클라이언트의 RST"})
		return lang.Tell(lang.Text{English: "; %d bytes of an answer came %s after that, too late, and were reset", Korean: "; 그 %[2]s 뒤에 응답 %[1]d바이트가 너무 늦게 왔고, 리셋되었다"},
			x.afterFIN, span(y.firstData.at-x.fin.at))
	}
	return tooLate(x.afterFIN, y.firstData.at-x.fin.at)
}

// tooLate tells of an answer, in bytes, that came some time, in ns, after the client had given up.
func tooLate(bytes, after int64) lang.Message {
	return lang.Tell(lang.Text{English: "; %d bytes of an answer came %s after that, too late", Korean: "; 그 %[2]s 뒤에 응답 %[1]d바이트가 너무 늦게 왔다"}, bytes, span(after))
}

// answerAfterRST tells of data that came after the client had reset the connection.
func (e *explainer) answerAfterRST(x, y *side) lang.Message {
	if !y.firstData.seen() || !x.rst.isBefore(y.firstData) {
		return lang.Message{}
	}
	e.frame(y.firstData, lang.Text{English: "data of the server", Korean: "서버의 데이터"})
	return tooLate(y.bytes, y.firstData.at-x.rst.at)
}

// closing says how a connection that is in order was closed: not always by a FIN in both directions.
func (e *explainer) closing() lang.Message {
	c := e.c
	x, y := &c.side[client], &c.side[server]
	how := c.halfClosing(server)
	switch {
	case x.finished().seen() && y.finished().seen():
		how = lang.Tell(lang.Text{English: "closed in both directions", Korean: "양방향으로 닫혔다"})
	case x.finished().seen():
		how = c.halfClosing(client)
	}
	return lang.Tell(lang.Text{English: "%s; %d bytes up, %d bytes down", Korean: "%s; 보낸 데이터 %d바이트, 받은 데이터 %d바이트"}, how, x.sent(), y.sent())
}

// halfClosing is for a FIN of one side, where a RST is in the place of the other.
func (c *conn) halfClosing(dir int) lang.Message {
	who, other := sides[dir], sides[1-dir]
	switch x, y := &c.side[dir], &c.side[1-dir]; {
	case y.rst.seen():
		return lang.Tell(lang.Text{English: "the %s closed (FIN), and a RST of the %s took the place of its FIN",
			Korean: "%s는 닫았고(FIN), %s는 FIN 대신 RST를 보냈다"}, who, other)
	case x.rst.seen():
		return lang.Tell(lang.Text{English: "the %s closed (FIN, then RST), and the %s sent no FIN", Korean: "%s는 닫았고(FIN 다음 RST), %s는 FIN을 보내지 않았다"}, who, other)
	}
	return lang.Tell(lang.Text{English: "the %s closed (FIN)", Korean: "%s가 닫았다(FIN)"}, who)
}
