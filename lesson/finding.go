package lesson

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// view is what the captures of one side of the router show together.
type view struct {
	packets []wire.Packet
	spans   []span // when a capture ran there for certain
	judged  map[attemptID]judged
}

// attemptID tells the attempts of one side apart, as a diagnosis does.
type attemptID struct {
	client netip.AddrPort
	first  int64 // in nanoseconds since 1970
}

// judged is the diagnosis of an attempt.
type judged struct {
	verdict diagnose.Verdict
	hasty   bool // the capture ends too early for it
	seen    diagnose.Seen
}

// shown is what the evidence proves of one attempt: what happened to it, and where.
type shown struct {
	verdicts []diagnose.Verdict
	place    HostPlace // empty: it does not tell
	hasty    bool
}

// findings are what genuine captures prove.
type findings struct {
	about topic
	sides map[HostPlace]*view
}

func newFindings(list []*evidence, about topic) *findings {
	f := &findings{about, map[HostPlace]*view{Client: {}, Server: {}}}
	for _, e := range list {
		for _, side := range e.sides {
			v := f.sides[side]
			v.spans = append(v.spans, e.span)
			v.packets = append(v.packets, e.seen[side]...)
		}
	}
	for _, v := range f.sides {
		v.settle()
	}
	return f
}

// settle puts packets that several captures have seen in order, each once.
func (v *view) settle() {
	slices.SortStableFunc(v.packets, func(a, b wire.Packet) int { return a.Time.Compare(b.Time) })
	seen := map[wire.LinkIdentity]bool{}
	v.packets = slices.DeleteFunc(v.packets, func(p wire.Packet) bool {
		id := p.OnLink()
		had := seen[id] && p.Kind != wire.KindARP && p.Kind != wire.KindND
		seen[id] = true
		return had
	})
	v.judged = map[attemptID]judged{}
	diagnose.Each(v.packets, func(a *diagnose.Judged) {
		id := attemptID{a.Client(), a.First().UnixNano()}
		if _, had := v.judged[id]; !had {
			v.judged[id] = judged{a.Verdict, a.Inconclusive, a.Seen()}
		}
	})
}

// diagnosis is that of one of the attempts; the zero value of one too many for a diagnosis to keep apart.
func (v *view) diagnosis(a *wire.Attempt) judged {
	return v.judged[attemptID{a.Client, a.Packets[0].Time.UnixNano()}]
}

// covers reports whether a capture ran there when one of the packets was sent.
func (v *view) covers(packets []wire.Packet) bool {
	return slices.ContainsFunc(packets, func(p wire.Packet) bool {
		return slices.ContainsFunc(v.spans, func(s span) bool { return s.has(p.Time) })
	})
}

// attempts are those of the topic: of reaching the server, and nobody else.
func (f *findings) attempts(side HostPlace) []wire.Attempt {
	trace := wire.Trace{Packets: f.sides[side].packets}
	list := trace.Echoes()
	if diagnose.Subject(f.about) == diagnose.TCP {
		list = trace.Attempts(lab.Port)
	}
	return slices.DeleteFunc(list, func(a wire.Attempt) bool { return hostOf(a.Server.Addr()) != Server })
}

// all are what is shown of each attempt that either side has seen; and that none left the client, where there is none of its
// own. Others may try what the client cannot: the router does get through to a server that is well.
func (f *findings) all() []shown {
	fromClient, fromServer := f.attempts(Client), f.attempts(Server)
	var list []shown
	if !slices.ContainsFunc(slices.Concat(fromClient, fromServer), byClient) && f.nothingSent() {
		list = append(list, shown{verdicts: []diagnose.Verdict{diagnose.NotSent}, place: Client})
	}
	rest := map[sameAttempt][]int{} // of those from the server that are not matched yet, in their order
	for i := range fromServer {
		key := sameAttemptOf(&fromServer[i])
		rest[key] = append(rest[key], i)
	}
	matched := make([]bool, len(fromServer))
	for i := range fromClient {
		a := &fromClient[i]
		key := sameAttemptOf(a)
		if len(rest[key]) == 0 {
			list = append(list, f.beforeServer(a))
			continue
		}
		j := rest[key][0]
		rest[key], matched[j] = rest[key][1:], true
		list = append(list, f.bothSides(a, &fromServer[j]))
	}
	for i := range fromServer {
		if !matched[i] {
			list = append(list, f.atServer(&fromServer[i]))
		}
	}
	return list
}

// byClient reports whether it is the client's attempt.
func byClient(a wire.Attempt) bool { return hostOf(a.Client.Addr()) == Client }

// nothingSent reports whether a capture on the client's side holds several packets that the client has sent, and so has run
// for a while. That the client has tried meanwhile, only the student knows.
func (f *findings) nothingSent() bool {
	sent := 0
	for _, p := range f.sides[Client].packets {
		if p.Kind != wire.KindARP && p.Kind != wire.KindND && hostOf(p.Src) == Client {
			sent++
		}
	}
	return sent > 1
}

// sameAttempt is what two sides have in common that have seen the same attempt.
type sameAttempt struct {
	client, server netip.AddrPort
	isn            uint32
	echo           uint16
}

func sameAttemptOf(a *wire.Attempt) sameAttempt {
	return sameAttempt{a.Client, a.Server, a.ISN, a.EchoID}
}

// beforeServer is for an attempt that the captures of the server's side do not hold.
func (f *findings) beforeServer(a *wire.Attempt) shown {
	d := f.sides[Client].diagnosis(a)
	s := shown{verdicts: []diagnose.Verdict{d.verdict}, hasty: d.hasty, place: rejecter(a)}
	if s.place == "" && f.sides[Server].covers(fromClientIn(a)) {
		s.place = Router
	}
	return s
}

// bothSides is for an attempt that captures of both sides hold.
func (f *findings) bothSides(c, s *wire.Attempt) shown {
	front, behind := f.sides[Client].diagnosis(c), f.sides[Server].diagnosis(s)
	at := shown{verdicts: []diagnose.Verdict{front.verdict, behind.verdict}, hasty: front.hasty, place: rejecter(c)}
	loss := diagnose.Join([]diagnose.Seen{front.seen}, []diagnose.Seen{behind.seen}).Joined[0].Loss
	switch {
	case at.place != "":
	case loss == diagnose.LostAtServer, loss == diagnose.LostNowhere && behind.verdict.Failed():
		at.place = Server
	case loss != diagnose.LostNowhere:
		at.place = Router
	}
	return at
}

// atServer is for an attempt of which only a capture of the server's side tells. What the server does wrong shows there; what
// is lost on the way back does not.
func (f *findings) atServer(a *wire.Attempt) shown {
	d := f.sides[Server].diagnosis(a)
	s := shown{verdicts: []diagnose.Verdict{d.verdict}, hasty: d.hasty, place: rejecter(a)}
	switch d.verdict {
	case diagnose.Refused, diagnose.NoAnswer, diagnose.NoReply, diagnose.ClosedEarly, diagnose.ResetByServer:
		s.place = cmp.Or(s.place, Server)
	}
	return s
}

// rejecter is the host that has sent an ICMP error about the attempt: it signs with its address.
func rejecter(a *wire.Attempt) HostPlace {
	for i := range a.Packets {
		if p := &a.Packets[i]; p.Kind == wire.KindICMP && p.ICMP.HasQuote {
			return hostOf(p.Src)
		}
	}
	return ""
}

func fromClientIn(a *wire.Attempt) []wire.Packet {
	var list []wire.Packet
	for i := range a.Packets {
		if a.FromClient(&a.Packets[i]) {
			list = append(list, a.Packets[i])
		}
	}
	return list
}
