package diagnose

import "net/netip"

// traits are what tells attempts apart whose verdicts are the same.
type traits uint64

const (
	traitForged traits = 1 << iota // the RST has another time to live than the rest
	traitIdle                      // a long silence came before
	traitProbes                    // keep-alives or window probes in vain
	traitAgain                     // data sent again before the RST
	traitLate                      // an answer came too late
	traitElsewhere
	traitChallenge
	traitStrange
	traitBadRefusal
	traitLone // one SYN, and the capture goes on
	traitHalfOpen
	traitWaited // the client waited for an answer before its RST
	traitLeftOpen
	traitBehindNAT
	traitCameIn
	traitMeanwhile
	traitOldStamp
	traitUnknown // a RST of a stack that knows nothing of the connection
	traitCut     // the answer was cut off
	traitIdleClose
	traitCannotClose
	traitFiltered
	traitVeiled
	traitNotTaken     // SYN-ACKs came again after the client's acknowledgment
	traitDeferred     // the server may want to see data first
	traitOverflow     // its accept queue may be full
	traitNeverTaken   // and it has sent nothing but its SYN-ACK
	traitProbe        // a RST answered a lone segment
	traitStillSending // one side has closed, the other goes on
	traitStillHeard   // data is sent in vain to a side that goes on sending
	traitForgeable    // a SYN that may have another sender than it says
	traitBackscatter
	traitOtherPort // the server answers on another port
	traitTooBig    // an ICMP error tells of the smaller MTU
	traitTraced    // the SYN has a small time to live
	traitUnasked   // nothing shows that an answer is due
	traitAnswered  // the last data was the server's
	traitDone      // both sides have all that is owed
	traitTentative // programs ask for the name in case it exists
	traitNATError  // an ICMP error quotes its SYN with other addresses
	traitUnheeded  // data was sent again although it was acknowledged
	traitInterim   // interim responses came in the place of an answer
	traitInconclusive
)

// Likeness is what attempts must have in common, beside verdict and server, to be told as one: causes, the code and the sender of
// an ICMP error, what led to the end, what was said.
type Likeness struct {
	traits     traits
	sender     netip.Addr
	kind, code uint8
	idle       string // the products whose limit the silence has passed
	said       string
	next       endpoint // what served the client instead
}

// Likeness returns what the attempt is like.
func (a *Judged) Likeness() Likeness {
	switch s := a.subject.(type) {
	case *conn:
		return s.likeness(a)
	case *lookup:
		if a.Verdict == Rejected {
			return Likeness{sender: s.rejection.sender(), kind: s.rejection.kind, code: s.rejection.code}
		}
		switch {
		case a.Verdict == NoSuchName && isTentative(s.message.Name):
			return Likeness{traits: traitTentative}
		case a.Verdict == NoSuchName && s.other.seen():
			return Likeness{traits: traitElsewhere}
		case a.Verdict == NoSuchName: // of each name there is the same to say
			return Likeness{}
		case s.answer.seen():
			return Likeness{said: s.message.Name, code: uint8(s.message.Code)}
		}
		l := Likeness{}
		if a.Inconclusive {
			l.traits = traitInconclusive
		}
		if s.meanwhile.seen() {
			l.traits |= traitMeanwhile
		}
		return l
	case *echo:
		if a.Verdict == Rejected {
			cause := s.cause()
			return Likeness{sender: cause.sender(), kind: cause.kind, code: cause.code}
		}
	}
	return Likeness{}
}

func (c *conn) likeness(a *Judged) Likeness {
	l := Likeness{traits: c.traits(a)}
	switch {
	case a.Verdict == Rejected:
		l.sender, l.kind, l.code = c.rejection.sender(), c.rejection.kind, c.rejection.code
	case (outcome(a) == Blackhole || outcome(a) == SYNACKUnanswered) && c.other.isUnreachable():
		l.sender, l.kind, l.code = c.other.sender(), c.other.kind, c.other.code
	}
	if l.traits&traitIdle != 0 {
		l.idle = limitNote(c.idle).String()
	}
	if c.speech != nil && len(c.speech.list) > 0 {
		l.said = c.speech.list[0].text.String()
	}
	if n := c.turnedTo(); n != nil {
		l.next = n.flow[server]
	} else if n := c.outrun(); n != nil {
		l.next = n.flow[server]
	}
	return l
}

func (c *conn) traits(a *Judged) traits {
	v, x, y := outcome(a), &c.side[client], &c.side[server]
	silent, reset := v == NoAnswer, v == ResetByClient || v == ResetByServer
	var t traits
	for _, has := range []struct {
		trait traits
		is    bool
	}{
		{traitForged, x.isForged() || y.isForged()},
		{traitIdle, reset && c.idledOut()},
		{traitProbes, x.unheard.count >= fewestUnheard || y.unheard.count >= fewestUnheard},
		{traitAgain, v == ResetByClient && x.stuck.count > 0 || v == ResetByServer && y.stuck.count > 0},
		{traitLate, v == NoReply && x.afterFIN > 0},
		{traitElsewhere, silent && c.isAnsweredElsewhere()},
		{traitChallenge, silent && c.challenge.seen()},
		{traitStrange, silent && c.strange.seen()},
		{traitBadRefusal, v == Refused && c.isBadRefusal()},
		{traitLone, silent && c.isLoneSYN() && !a.Inconclusive},
		{traitHalfOpen, v == ResetByClient && c.hasSYN && c.isHalfOpen()},
		{traitWaited, v == ResetByClient && c.hasGivenUp()},
		{traitLeftOpen, v == SYNACKUnanswered && c.isLeftOpen() && !a.Inconclusive},
		{traitBehindNAT, silent && c.related != nil && c.related.twinEnds != [2]endpoint{}},
		{traitCameIn, silent && c.path.cameInOnly()},
		{traitMeanwhile, silent && a.view.answeredMeanwhile(c).seen()},
		{traitOldStamp, silent && a.view.olderStamp(c).seen()},
		{traitUnknown, reset && c.isUnknownThere(resetter(v))},
		{traitCut, v == ClosedEarly && c.contentCut.seen()},
		{traitIdleClose, v == ClosedEarly && c.closedIdle()},
		{traitCannotClose, v == Blackhole && (x.cannotClose(y) || y.cannotClose(x))},
		{traitFiltered, a.Verdict == OneSided && c.isFiltered(a.view)},
		{traitVeiled, a.Verdict == OneSided && c.isVeiled()},
		{traitNotTaken, c.repeated.count > 0},
		{traitDeferred, c.repeated.count > 0 && c.isDeferred()},
		{traitOverflow, c.repeated.count > 0 && c.isOverflow()},
		{traitNeverTaken, v == Blackhole && c.isNeverTaken()},
		{traitProbe, reset && c.isProbe(resetter(v))},
		{traitStillSending, v == HalfClosed && c.isStillSending()},
		{traitStillHeard, v == Blackhole && (x.isHeardSince(y) || y.isHeardSince(x))},
		{traitForgeable, silent && c.mayBeForged() && !a.Inconclusive},
		{traitOtherPort, silent && a.view.speaks(c)},
		{traitTooBig, v == MTUBlackhole && c.tooBig.seen()},
		{traitTraced, v == Rejected && c.isTraced()},
		{traitUnasked, (v == NoReply || v == ClosedEarly) && (c.isUnasked() || c.hasOnlyShakenHands())},
		{traitDone, reset && c.isDone()},
		{traitAnswered, reset && x.lastData.isBefore(y.lastData)},
		{traitNATError, c.related != nil && c.related.complaint.seen()},
		{traitUnheeded, v == Blackhole && (x.isUnheeded(y) || y.isUnheeded(x))},
		{traitInterim, c.hasOnlyInterim()},
		{traitBackscatter, a.Verdict == OneSided && c.isBackscatter()},
		{traitInconclusive, a.Inconclusive},
	} {
		if has.is {
			t |= has.trait
		}
	}
	return t
}

// isForged reports whether this side's RST was perhaps not its own.
func (s *side) isForged() bool { return s.rstFromElsewhere() || s.goesOn() }

// goesOn reports whether this side sent more data after its RST. What has a lower number was only overtaken by it.
func (s *side) goesOn() bool { return s.rst.seen() && s.beyond }

// rstFromElsewhere reports whether this side's RST has come another way than the rest of what it sent.
func (s *side) rstFromElsewhere() bool {
	return s.rst.seen() && s.rstTTL != 0 && s.ttl != 0 && s.ttl != s.rstTTL && s.packets > int64(s.rsts)
}

// Noteworthy reports whether something is to be told of an attempt although it is in order: the peer said no.
func (a *Judged) Noteworthy() bool {
	c, ok := a.subject.(*conn)
	return ok && c.speech != nil && len(c.speech.list) > 0
}
