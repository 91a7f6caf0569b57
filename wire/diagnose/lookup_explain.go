package diagnose

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Lookup is what a client asked a name server for, and what came of it.
type Lookup struct {
	// Name is empty where the query was cut off by the snapshot length.
	Name string
	Type wire.DNSType
	// Queries is how many times it was asked.
	Queries int64
	// Answered says that an answer came; Code and Addrs are the answer's.
	Answered bool
	Code     wire.DNSCode
	Addrs    []netip.Addr
}

// Lookup returns what was asked of a name server; it reports false where the attempt is another.
func (a *Judged) Lookup() (Lookup, bool) {
	x, ok := a.subject.(*lookup)
	if !ok {
		return Lookup{}, false
	}
	l := Lookup{Queries: x.asked.count, Answered: x.answer.seen()}
	if x.message.HasQuestion {
		l.Name, l.Type = x.message.Name, x.message.Type
	}
	if l.Answered {
		l.Code, l.Addrs = x.message.Code, slices.Clone(x.message.Addrs)
	}
	return l, true
}

// lookupExplainer gathers the explanation of a lookup.
type lookupExplainer struct {
	explainer
	x *lookup
}

func (x *lookup) explain(a *Judged) explanation {
	e := lookupExplainer{explainer{view: a.view}, x}
	e.all(&x.asked, lang.Text{English: "query", Korean: "질의"})
	e.describe(a.Verdict)
	e.remarks(a)
	e.advise(a.Verdict)
	return e.explanation
}

// question is "A db.example".
func (x *lookup) question() lang.Text {
	if !x.message.HasQuestion {
		return lang.Text{English: "a name that was not captured", Korean: "캡처되지 않은 이름"}
	}
	return lang.Same(x.message.Type.String() + " " + x.message.Name)
}

// describe says what was seen, and where.
func (e *lookupExplainer) describe(v Verdict) {
	x := e.x
	switch v {
	case NoAnswer:
		var in lang.Message
		if x.asked.count > 1 {
			in = lang.Tell(lang.Text{English: " in %s", Korean: "(%s 동안)"}, span(x.asked.last.at-x.asked.marks[0].at))
		}
		e.say(lang.Text{English: "%s for %s%s, no answer", Korean: "%[2]s%[3]s: %[1]s, 응답 없음"}, queries(x.asked.count), x.question(), in)
	case OneSided:
		e.say(lang.Text{English: "only queries are in the capture (%s for %s)", Korean: "캡처에 질의만 있다(%[2]s, %[1]s)"}, queries(x.asked.count), x.question())
	case Rejected:
		r := &x.rejection
		e.say(lang.Text{English: "query for %s answered after %s by ICMP %s (%s) from %s",
			Korean: "%[1]s 질의에 %[2]s 뒤 %[5]s에서 ICMP %[3]s (%[4]s) 응답이 왔다"}, x.question(), span(r.at-x.first.at), r.name(), r.number(), r.sender())
		e.frame(r.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, r.name(), r.sender())
	default:
		e.frame(x.answer, lang.Text{English: "answer, %s", Korean: "응답, %s"}, x.message.Code)
		e.say(lang.Same("%s: %s"), x.question(), e.outcome(v))
	}
}

// outcome is what the answer says.
func (e *lookupExplainer) outcome(v Verdict) lang.Message {
	x, code := e.x, e.afterwards(lang.Same(e.x.message.Code.String()))
	switch {
	case v == Truncated && x.asked.count > 0:
		return lang.Tell(lang.Text{English: "the answer after %s was truncated (TC), and no query by TCP followed",
			Korean: "%s 뒤에 온 응답이 잘렸는데(TC) TCP로 다시 질의하지 않았다"}, span(x.took))
	case v == Truncated:
		return lang.Tell(lang.Text{English: "the answer was truncated (TC), and no query by TCP followed", Korean: "응답이 잘렸는데(TC) TCP로 다시 질의하지 않았다"})
	case v == NoSuchName:
		return lang.Tell(lang.Text{English: "%s, the name does not exist by this server", Korean: "%s, 이 서버에 따르면 없는 이름이다"}, code)
	case v == ServerFailure:
		return lang.Tell(lang.Text{English: "%s, the server failed to find the answer", Korean: "%s, 서버가 답을 찾지 못했다"}, code)
	case v == QueryRefused:
		return lang.Tell(lang.Text{English: "%s, the server does not answer this client, or not about this name", Korean: "%s, 서버가 이 클라이언트에, 또는 이 이름에 대해 응답하지 않는다"}, code)
	case v == QueryError, x.message.Code != wire.DNSNoError, x.message.Truncated:
		return code
	case len(x.message.Addrs) > 0:
		return e.afterwards(addressList(x.message.Addrs))
	case x.message.Records == 0:
		return e.afterwards(lang.Text{English: "no such record", Korean: "그런 레코드 없음"})
	}
	return e.afterwards(lang.Text{English: "answered", Korean: "응답"})
}

// afterwards adds after what time the answer came, where the query was seen.
func (e *lookupExplainer) afterwards(what lang.Text) lang.Message {
	if e.x.asked.count == 0 {
		return lang.Tell(what)
	}
	return lang.Tell(lang.Text{English: "%s after %s", Korean: "%[2]s 뒤 %[1]s"}, what, span(e.x.took))
}

// addressList names a few addresses.
func addressList(list []netip.Addr) lang.Text {
	const most = 4
	var names []lang.Text
	for _, a := range list[:min(most, len(list))] {
		names = append(names, lang.Same(a.String()))
	}
	if n := len(list) - most; n > 0 {
		names = append(names, lang.Text{English: "and %d more", Korean: "그 밖에 %d개"}.With(n))
	}
	return lang.Join(names, lang.Same(", "))
}

// remarks adds what does not decide the verdict but may explain it.
func (e *lookupExplainer) remarks(a *Judged) {
	x := e.x
	if a.Inconclusive {
		e.inconclusive(a)
	}
	if x.asked.count == 0 {
		e.note(lang.Text{English: "the query is not in the capture", Korean: "질의가 캡처에 없다"})
	}
	if x.stream {
		e.note(lang.Text{English: "asked by TCP", Korean: "TCP로 질의했다"})
	}
	if x.asked.count > 1 && x.answer.seen() {
		e.note(lang.Text{English: "asked %s before the answer came", Korean: "응답이 오기까지 %s 질의했다"}, times(x.asked.count))
	}
	switch {
	case x.found.seen() && x.found.name == x.message.Name:
		e.note(lang.Text{English: "asked again, it was answered (frame %d)", Korean: "다시 묻자 응답이 왔다(프레임 %d)"}, x.found.frame)
	case x.found.seen():
		e.note(lang.Text{English: "%s was found (frame %d): a list of domains completes what was asked for (resolv.conf, search)",
			Korean: "다음 이름을 찾았다: %s(프레임 %d). 도메인 목록이 물은 이름을 채운다(resolv.conf, search)"}, x.found.name, x.found.frame)
	}
	if x.partial.seen() && x.partial != x.answer {
		e.frame(x.partial, lang.Text{English: "answer, its first fragment", Korean: "응답의 첫 조각"})
		e.note(lang.Text{English: "an answer came in fragments of IP (frame %d), and the client sent the same query again: it has not got all of them (many firewalls drop fragments)",
			Korean: "응답이 IP 조각으로 왔고(프레임 %d) 클라이언트가 같은 질의를 다시 보냈다: 조각을 다 받지 못했다(많은 방화벽이 조각을 드롭한다)"}, x.partial.frame)
	}
	if x.other.seen() {
		e.note(lang.Text{English: "the same question was answered by %s (frame %d)", Korean: "같은 질문에 %s에서 응답이 왔다(프레임 %d)"}, x.other.from.addr(), x.other.frame)
	}
	switch {
	case x.message.Truncated && x.byStream.seen():
		e.note(lang.Text{English: "the answer was truncated (TC), and the client connected to the server by TCP (frame %d)",
			Korean: "응답이 잘려(TC) 클라이언트가 서버에 TCP로 연결했다(프레임 %d)"}, x.byStream.frame)
	case x.message.Truncated && a.Verdict != Truncated:
		e.note(lang.Text{English: "the answer was truncated (TC), and no query by TCP followed: the client has a part of it",
			Korean: "응답이 잘렸는데(TC) TCP로 다시 질의하지 않았다: 클라이언트에는 일부만 있다"})
	}
	if r := &x.rejection; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, lang.Text{English: "ICMP %s from %s", Korean: "%[2]s에서 온 ICMP %[1]s"}, r.name(), r.sender())
		e.note(lang.Text{English: "ICMP %s (%s) from %s about a query", Korean: "질의에 대해 %[3]s에서 온 ICMP %[1]s (%[2]s)"}, r.name(), r.number(), r.sender())
	}
	if a.Verdict == NoAnswer {
		e.frame(x.meanwhile, lang.Text{English: "answer of the server to another lookup", Korean: "다른 조회에 대한 서버의 응답"})
		if x.meanwhile.seen() {
			e.note(lang.Text{English: "the server answered another lookup of the same client at that time: it is up, and so is the path",
				Korean: "그때 서버가 같은 클라이언트의 다른 조회에는 응답했다: 서버도 경로도 살아 있다"})
		}
		e.signsOfLife()
	}
	if x.copies > 0 {
		e.note(lang.Text{English: "%s captured twice", Korean: "두 번 캡처되었다: %s"}, packets(x.copies))
	}
}

func (e *lookupExplainer) inconclusive(a *Judged) {
	if a.Verdict == Truncated && e.view.kinds.attempts == 0 {
		e.note(lang.Text{English: "the capture holds no TCP at all: where its filter takes none, this is no failure",
			Korean: "캡처에 TCP가 전혀 없다: 필터가 TCP를 담지 않는다면 이것은 장애가 아니다"})
		return
	}
	e.note(lang.Text{English: "the capture ends too early to be sure", Korean: "캡처가 너무 일찍 끝나 확실하지 않다"})
}

// signsOfLife adds what else the capture tells of a name server that does not answer.
func (e *lookupExplainer) signsOfLife() {
	known, host := e.view.proofOf(e.x.key.ends[client], e.x.key.ends[server])
	if m := known.ping[host]; m.at >= e.x.first.at && m.seen() {
		e.frame(m, lang.Text{English: "echo reply of the host", Korean: "호스트의 에코 응답"})
		e.note(lang.Text{English: "the host answers ping: it is up, and what is lost is DNS", Korean: "호스트가 ping에 응답한다: 살아 있고, 유실되는 것은 DNS다"})
	}
}

// lookupAdvices are those about lookups.
var lookupAdvices = map[Verdict]advice{
	NoAnswer: {
		[]candidate{{CauseDeadHost, alone, false}, {CauseFirewallOnPath, onTheWay, false}, {CauseFirewallOnHost, atServer, false}, {CauseNameServerStuck, atServer, false},
			{CauseNoWayBack, atServer, false}, {CausePathBroken, onTheWay, false}, {CauseAnswerLost, wayBack, false}, {CauseNoCapture, onTheWay, true}},
		[]check{{StepNamesAtServer, alone, false}, {StepAsk, 0, false}, {StepAskByTCP, onTheWay | wayBack, false}, {StepPing, onTheWay, false},
			{StepNameServer, atServer, false}, {StepServerRules, atServer, true}, {StepPathBack, wayBack, true}},
	},
	Rejected: {
		[]candidate{{CauseNoNameServer, nowhere, false}, {CauseFirewallRejects, 0, false}, {CauseHostDown, alone, false}, {CauseMissingRoute, onTheWay, false}},
		[]check{{StepNameServer, nowhere, false}, {StepAskByTCP, 0, false}, {StepResolvers, alone, false}},
	},
	NoSuchName:    {anywhere(CauseMisspelt, CauseSplitHorizon, CauseSearchList, CauseNameFiltered), steps(StepAsk, StepAskZone, StepResolvers)},
	ServerFailure: {anywhere(CauseZoneUnreachable, CauseSignatures, CauseZoneBroken), steps(StepAskUnchecked, StepAskZone, StepNameServerLog)},
	QueryRefused:  {anywhere(CauseNotServed, CauseNotItsZone), steps(StepAsk, StepNameServerLog, StepResolvers)},
	QueryError:    {anywhere(CauseOldNameServer, CauseMiddleboxDNS), steps(StepAskPlain, StepAsk)},
	Truncated:     {anywhere(CauseNoRetryByTCP, CauseTCPFiltered), steps(StepAskByTCP, StepNamesAtClient)},
	OneSided:      {anywhere(CauseOneDirection, CauseAsymmetric), steps(StepNamesAtServer, StepNamesAtClient)},
}

// plainName is a name that a shell takes for nothing else.
var plainName = regexp.MustCompile(`^[a-z0-9_][a-z0-9._-]*$`)

// advise chooses the advice for a verdict.
func (e *lookupExplainer) advise(v Verdict) {
	x := e.x
	name, kind := "NAME", "A"
	if x.message.HasQuestion {
		kind = x.message.Type.String()
	}
	if x.message.HasQuestion && plainName.MatchString(x.message.Name) {
		name = x.message.Name
	}
	e.advice = lookupAdvice(v, x.client.addrPort(), x.server.addrPort(), x.rejection.sender(), name, kind)
	switch {
	case v == NoAnswer && x.meanwhile.seen():
		e.advice.apply(&answersOthers)
	case v == NoSuchName && isTentative(x.message.Name):
		e.advice.apply(&askedInCase)
	}
	if x.rejection.seen() && x.rejection.from == x.key.ends[server] { // it is up, and its network is there
		e.advice.leaveOut(CauseHostDown, CauseMissingRoute)
	}
}

func lookupAdvice(v Verdict, client, server netip.AddrPort, sender netip.Addr, name, kind string) filled {
	return adviceTo(lookupAdvices[v], client, server, sender, "{name}", name, "{type}", kind)
}

// displayFilter names the queries by port and identifier; an ICMP error may quote too little for that.
func (x *lookup) displayFilter() string {
	from, to := x.addr(client), x.addr(server)
	ip, transport := ipOf(from.Addr()), "udp"
	if x.stream {
		transport = "tcp"
	}
	var sent []string
	for i := range x.queries {
		q := &x.queries[i].key
		if q.client == (endpoint{}) {
			continue
		}
		text := fmt.Sprintf("%s.port == %d && dns.id == 0x%04x", transport, q.client.port, q.id)
		if x.rejection.seen() {
			text = fmt.Sprintf("%s.port == %d && (dns.id == 0x%04x || %s)", transport, q.client.port, q.id, icmpFilter(from.Addr()))
		}
		if text = "(" + text + ")"; !slices.Contains(sent, text) {
			sent = append(sent, text)
		}
	}
	which := strings.Join(sent, " || ")
	if x.asked.count > fewQueries && x.message.HasQuestion {
		which = fmt.Sprintf("lower(dns.qry.name) == %q && dns.qry.type == %d", x.message.Name, x.message.Type)
	}
	return fmt.Sprintf("%s.addr == %s && %s.addr == %s && %s.port == %d && (%s)", ip, from.Addr(), ip, to.Addr(), transport, to.Port(), which)
}

func icmpFilter(a netip.Addr) string {
	if a.Is4() {
		return "icmp"
	}
	return "icmpv6"
}
