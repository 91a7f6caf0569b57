package diagnose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lang"
)

// places are where a cause can lie, or where a step can help, in terms of where two captures say that an attempt was
// lost. None at all stands for anywhere.
type places uint8

const (
	alone    places = 1 << iota // only as long as the server's capture is not at hand: it would answer that
	onTheWay                    // lost before the server
	atServer                    // it reached the server, and no answer left
	wayBack                     // the answer was lost before the client
	between                     // something on the way answered
	nowhere                     // nothing was lost: the cause lies at an end
)

// placesOf is the place as one of them; none where it is not known.
func placesOf(p *Place) places {
	switch {
	case p == nil, p.Lost == LostNowhere && !p.Found:
		return 0
	case p.Lost == LostNowhere:
		return nowhere
	}
	return map[Loss]places{LostBeforeServer: onTheWay, LostAtServer: atServer, LostBeforeClient: wayBack, ForgedBetween: between}[p.Lost]
}

// fits reports whether what is at some places is of interest, given the place that is known.
func (p places) fits(known places) bool { return p == 0 || known == 0 || p&known != 0 }

// candidate is a cause with the places where it can lie. A late one is thought of only when the place is known.
type candidate struct {
	cause Cause
	at    places
	late  bool
}

// check is a step with the places where it helps. A late one is of use only when the place is known.
type check struct {
	id   StepID
	at   places
	late bool
}

// advice is what to think of, and what to do, about a verdict.
type advice struct {
	rivals []candidate
	next   []check
}

// filled is an advice with the words for its commands. Known is the place, as far as one capture tells it.
type filled struct {
	advice
	words *strings.Replacer
	known places
	taken []StepID
}

// at is what is left of the advice once the place is known: nil for one capture.
func (f *filled) at(p *Place) (rivals []Rival, next []Step) {
	known := f.known
	if p != nil {
		known = placesOf(p)
	}
	for _, c := range f.rivals {
		if c.at.fits(known) && (known != 0 || !c.late) {
			rivals = append(rivals, NewRival(c.cause))
		}
	}
	if rivals == nil { // the place contradicts all: better too many than none
		for _, c := range f.rivals {
			rivals = append(rivals, NewRival(c.cause))
		}
	}
	for _, c := range f.next {
		if c.at.fits(known) && (known != 0 || !c.late) && !slices.Contains(f.taken, c.id) {
			next = append(next, f.step(c.id))
		}
	}
	return rivals, next
}

// step is a command with its words.
func (f *filled) step(id StepID) Step {
	c := commands[id]
	return Step{id, f.words.Replace(c.typed), lang.Text{English: f.words.Replace(c.where.English), Korean: f.words.Replace(c.where.Korean)}}
}

// leaveOut removes causes that the capture excludes, wherever they lie.
func (f *filled) leaveOut(excluded ...Cause) {
	f.rivals = slices.DeleteFunc(slices.Clone(f.rivals), func(c candidate) bool { return slices.Contains(excluded, c.cause) })
}

// adviceTo completes the advice for a connection.
func adviceTo(a advice, client, server netip.AddrPort, sender netip.Addr, more ...string) filled {
	size, family, iptables := "1472", "-4", "iptables" // 1500 bytes less the headers of IPv4 and ICMP
	filter, bracketed := "arp host "+server.Addr().String(), server.Addr().String()
	if server.Addr().Is6() {
		size, family, iptables, filter, bracketed = "1452", "-6", "ip6tables", "icmp6 and ip6[40] == 135", "["+bracketed+"]"
	}
	return filled{advice: a, words: strings.NewReplacer(append(more, "{client}", client.Addr().String(), "{server}", server.Addr().String(), "{bracketed}", bracketed,
		"{sender}", sender.String(), "{port}", strconv.Itoa(int(server.Port())), "{size}", size, "{family}", family, "{iptables}", iptables, "{solicitation}", filter)...)}
}

// unseenAdvice is the advice about an attempt of which no packet was seen.
func unseenAdvice(v Verdict, client, server netip.AddrPort) filled {
	if v.Subject() == DNS {
		return lookupAdvice(v, client, server, netip.Addr{}, "NAME", "A")
	}
	f := adviceTo(advices[v], client, server, netip.Addr{})
	if v == Refused { // the error is the same for a RST and for some ICMP errors
		f.rivals = append(slices.Clone(f.rivals), candidate{cause: CauseICMPRefusal, at: alone})
	}
	return f
}

// advise chooses the advice for a verdict, without what the capture itself answers.
func (e *explainer) advise(a *Judged, v Verdict) {
	c := e.c
	chosen := advices[v]
	switch {
	case a.Verdict == OneSided:
		chosen = advices[OneSided]
	case v == ClosedEarly && c.closedIdle():
		chosen.rivals = idleClosers
	case v == ResetByServer && c.rested() >= shortestRest:
		chosen.rivals = append(slices.Clone(chosen.rivals), candidate{CauseKeepAliveTimeout, nowhere, false}, candidate{CauseRestart, nowhere, false})
	case v == ResetByServer && c.restedBefore() >= shortestRest:
		chosen.rivals = append(slices.Clone(chosen.rivals), candidate{CauseRestart, nowhere, false})
	case v == Rejected:
		chosen = c.adviceOn(&c.rejection)
	}
	e.advice = adviceTo(chosen, c.addr(client), c.addr(server), c.complainer())
	if a.Verdict == OneSided {
		switch {
		case c.isVeiled():
			e.unveil()
		case c.isBackscatter():
			e.advice.apply(&spoofed)
		}
		return
	}
	if reply := e.view.pinged(c); v == NoAnswer && reply.seen() {
		e.frame(reply, lang.Text{English: "echo reply of the host", Korean: "호스트의 에코 응답"})
		e.note(lang.Text{English: "the host answers ping: it is up, and what is lost is TCP to this port", Korean: "호스트가 ping에 응답한다: 살아 있고, 유실되는 것은 이 포트로 가는 TCP다"})
		e.advice.leaveOut(CauseDeadHost)
		e.advice.taken = append(e.advice.taken, StepPing)
	}
	e.standpoint(v)
	e.weigh(v)
}

// standpoint takes into account where the capture was made: what left the server has not been lost before it, and what
// was captured at an end need not be captured there again.
func (e *explainer) standpoint(v Verdict) {
	x, y := &e.c.side[client], &e.c.side[server]
	if x.packets == 0 || y.packets == 0 || Forwarded(x.ttl) == Forwarded(y.ttl) {
		return
	}
	if Forwarded(y.ttl) {
		e.advice.taken = append(e.advice.taken, StepCaptureAtClient)
		return
	}
	e.advice.taken = append(e.advice.taken, StepCaptureAtServer)
	switch v {
	case Refused, ResetByServer:
		e.advice.known = nowhere
	case NoReply:
		e.advice.known = atServer
	}
}

// Forwarded reports whether a packet with this TTL or hop limit has passed a router: hosts begin with one of a few.
func Forwarded(ttl uint8) bool {
	switch ttl {
	case 0, 32, 64, 128, 255:
		return false
	}
	return true
}
