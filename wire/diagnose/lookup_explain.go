package diagnose

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

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
	e.all(&x.asked, "query")
	e.describe(a.Verdict)
	e.remarks(a)
	e.advise(a.Verdict)
	return e.explanation
}

// question is "A db.example".
func (x *lookup) question() string {
	if !x.message.HasQuestion {
		return "a name that was not captured"
	}
	return x.message.Type.String() + " " + x.message.Name
}

// describe says what was seen, and where.
func (e *lookupExplainer) describe(v Verdict) {
	x := e.x
	switch v {
	case NoAnswer:
		in := ""
		if x.asked.count > 1 {
			in = " in " + span(x.asked.last.at-x.asked.marks[0].at)
		}
		e.say("%s for %s%s, no answer", queries(x.asked.count), x.question(), in)
	case OneSided:
		e.say("only queries are in the capture (%s for %s)", queries(x.asked.count), x.question())
	case Rejected:
		r := &x.rejection
		e.say("query for %s answered after %s by ICMP %s (%s) from %s", x.question(), span(r.at-x.first.at), r.name(), r.number(), r.sender())
		e.frame(r.mark, "ICMP %s from %s", r.name(), r.sender())
	default:
		e.frame(x.answer, "answer, %s", x.message.Code)
		e.say("%s: %s", x.question(), e.outcome(v))
	}
}

// outcome is what the answer says.
func (e *lookupExplainer) outcome(v Verdict) string {
	x, after := e.x, ""
	if x.asked.count > 0 {
		after = " after " + span(x.took)
	}
	code := x.message.Code.String() + after
	switch {
	case v == Truncated:
		return fmt.Sprintf("the answer%s was truncated (TC), and no query by TCP followed", after)
	case v == NoSuchName:
		return code + ", the name does not exist by this server"
	case v == ServerFailure:
		return code + ", the server failed to find the answer"
	case v == QueryRefused:
		return code + ", the server does not answer this client, or not about this name"
	case v == QueryError:
		return code
	case x.message.Code != wire.DNSNoError, x.message.Truncated:
		return code
	case len(x.message.Addrs) > 0:
		return addressList(x.message.Addrs) + after
	case x.message.Records == 0:
		return "no such record" + after
	}
	return "answered" + after
}

// addressList names a few addresses.
func addressList(list []netip.Addr) string {
	const most = 4
	var names []string
	for _, a := range list[:min(most, len(list))] {
		names = append(names, a.String())
	}
	if n := len(list) - most; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, ", ")
}

// remarks adds what does not decide the verdict but may explain it.
func (e *lookupExplainer) remarks(a *Judged) {
	x := e.x
	if a.Inconclusive {
		e.inconclusive(a)
	}
	if x.asked.count == 0 {
		e.note("the query is not in the capture")
	}
	if x.stream {
		e.note("asked by TCP")
	}
	if x.asked.count > 1 && x.answer.seen() {
		e.note("asked %s before the answer came", plural(x.asked.count, "time"))
	}
	switch {
	case x.found.seen() && x.found.name == x.message.Name:
		e.note("asked again, it was answered (frame %d)", x.found.frame)
	case x.found.seen():
		e.note("%s was found (frame %d): a list of domains completes what was asked for (resolv.conf, search)", x.found.name, x.found.frame)
	}
	if x.other.seen() {
		e.note("the same question was answered by %s (frame %d)", x.other.from.addr(), x.other.frame)
	}
	switch {
	case x.message.Truncated && x.byStream.seen():
		e.note("the answer was truncated (TC), and the client connected to the server by TCP (frame %d)", x.byStream.frame)
	case x.message.Truncated && a.Verdict != Truncated:
		e.note("the answer was truncated (TC), and no query by TCP followed: the client has a part of it")
	}
	if r := &x.rejection; r.seen() && a.Verdict != Rejected {
		e.frame(r.mark, "ICMP %s from %s", r.name(), r.sender())
		e.note("ICMP %s (%s) from %s about a query", r.name(), r.number(), r.sender())
	}
	if a.Verdict == NoAnswer {
		e.signsOfLife()
	}
	if x.copies > 0 {
		e.note("%s captured twice", plural(x.copies, "packet"))
	}
}

func (e *lookupExplainer) inconclusive(a *Judged) {
	if a.Verdict == Truncated && e.view.kinds.attempts == 0 {
		e.note("the capture holds no TCP at all: where its filter takes none, this is no failure")
		return
	}
	e.note("the capture ends too early to be sure")
}

// signsOfLife adds what else the capture tells of a name server that does not answer.
func (e *lookupExplainer) signsOfLife() {
	known, host := e.view.proofOf(e.x.key.ends[client], e.x.key.ends[server])
	if m := known.ping[host]; m.at >= e.x.first.at && m.seen() {
		e.frame(m, "echo reply of the host")
		e.note("the host answers ping: it is up, and what is lost is DNS")
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
		text := fmt.Sprintf("%s.port == %d && dns.id == 0x%04x", transport, q.client.port(), q.id)
		if x.rejection.seen() {
			text = fmt.Sprintf("%s.port == %d && (dns.id == 0x%04x || %s)", transport, q.client.port(), q.id, icmpFilter(from.Addr()))
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
