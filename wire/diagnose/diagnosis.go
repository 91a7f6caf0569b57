package diagnose

import (
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// Diagnosis is all that is to be said of one connection attempt, one ping, or one neighbour that did not answer: of what
// one capture holds of it, and, once [Locate] has joined it with the server's capture, of both. It is a value to keep,
// unlike an [Judged].
type Diagnosis struct {
	Protocol Subject
	// Client and Server are as those of the [Judged].
	Client, Server netip.AddrPort
	// First is the time of the first packet.
	First   time.Time
	Packets int64
	// Frames are the first and the last of these.
	Frames Frames

	Verdict Verdict
	// Ending is how a connection whose SYN is not in the capture ended.
	Ending Verdict
	// Inconclusive says that the capture ends too early for the verdict to be more than what was seen so far.
	Inconclusive bool
	// Failed says that something went wrong; Lossy that a ping which did not fail has requests without a reply.
	Failed, Lossy bool

	// Summary is one clause: what was seen.
	Summary lang.Message
	// Evidence is in the order of the frames.
	Evidence []Evidence
	// Place is where the packets were lost; nil as long as only one capture was asked.
	Place *Place
	// Rivals are causes that the captures at hand cannot exclude.
	Rivals []Rival
	// Next are commands that tell the rivals apart, and whose answer is not at hand.
	Next []Step
	// Notes are what else is worth knowing.
	Notes []lang.Message
	// Echo is what became of the requests of a ping; nil where the attempt is another.
	Echo *Echo

	// Lookup is what was asked of a name server; nil where the attempt is another.
	Lookup *Lookup
	// ServerName is the name by which a lookup in the capture told the server's address; empty where there is none, or several.
	ServerName string
	// Likeness is what it must have in common with others, beside verdict and server, to be told together with them.
	Likeness Likeness

	seen    Seen
	advice  filled
	selects string // the display filter without the frames
}

// Evidence is a frame that a verdict rests on.
type Evidence struct {
	Frame int64
	What  lang.Message
}

// Place says where an attempt was lost, as far as two captures tell.
type Place struct {
	Lost Loss
	// Text is one sentence.
	Text lang.Message
	// Found says that the server's capture holds the attempt, NAT that it knows it by other addresses or ports: by Client
	// and Server, which are valid where it was found.
	Found, NAT     bool
	Client, Server netip.AddrPort
	// EchoID is the identifier of a ping there.
	EchoID uint16
}

// Missing reports whether the server's capture would hold the attempt, had it reached the server.
func (p *Place) Missing() bool { return p != nil && !p.Found && p.Lost != LostNowhere }

// Rival is a cause among others that the captures cannot tell apart.
type Rival struct {
	Cause Cause
	Text  lang.Text
}

// NewRival is the cause, told in its own words.
func NewRival(c Cause) Rival { return Rival{c, c.Words()} }

// Step is a check to make next: a command, and as a comment the host on which it is to be typed.
type Step struct {
	ID      StepID
	Command string
	Comment lang.Text
}

// In is the command with its comment, in a language.
func (s Step) In(tag lang.Tag) string { return s.Command + "  # " + s.Comment.In(tag) }

// Diagnosis says what is behind the verdict. It is apart from the verdict because most attempts are healthy and nobody
// asks.
func (a *Judged) Diagnosis() Diagnosis {
	e := a.subject.explain(a)
	sortEvidence(e.evidence)
	d := Diagnosis{Protocol: a.Protocol(), Client: a.Client(), Server: a.Server(), First: a.First(), Packets: a.Packets(),
		Frames: a.Frames(), selects: a.subject.displayFilter(),
		Verdict: a.Verdict, Ending: a.Ending, Inconclusive: a.Inconclusive, Failed: a.Failed(), Lossy: a.Lossy(),
		Summary: e.summary, Evidence: e.evidence, Notes: e.notes, Likeness: a.Likeness(), seen: a.Seen(), advice: e.advice}
	if echo, ok := a.Echo(); ok {
		d.Echo = &echo
	}
	if l, ok := a.Lookup(); ok {
		d.Lookup = &l
	}
	d.ServerName = a.view.nameOf(d.Server.Addr())
	d.advise()
	return d
}

// Unseen is the diagnosis of an attempt of which no packet was seen, and whose verdict is known all the same: by what its client
// felt. The attempt is one at a TCP connection, or, where the verdict is of no other, a lookup. It has advice and no evidence.
func Unseen(v Verdict, client, server netip.AddrPort) Diagnosis {
	d := Diagnosis{Protocol: v.Subject(), Client: client, Server: server, Verdict: v, Failed: v.Failed(), advice: unseenAdvice(v, client, server)}
	if v == NotSent {
		d.Summary = lang.Tell(lang.Text{English: "no packet left the client", Korean: "클라이언트에서 패킷이 나가지 않았다"})
	}
	d.advise()
	return d
}

// advise fills in rivals and next steps: those that the place of the loss, where it is known, leaves over.
func (d *Diagnosis) advise() {
	d.Rivals, d.Next = d.advice.at(d.Place)
}

// Without leaves out rivals that something else than the captures has excluded.
func (d *Diagnosis) Without(excluded ...Cause) {
	d.Rivals = slices.DeleteFunc(d.Rivals, func(r Rival) bool { return slices.Contains(excluded, r.Cause) })
}

// Done leaves out steps that have been taken.
func (d *Diagnosis) Done(taken ...StepID) {
	d.Next = slices.DeleteFunc(d.Next, func(s Step) bool { return slices.Contains(taken, s.ID) })
}

// Has reports whether the cause is among the rivals.
func (d *Diagnosis) Has(c Cause) bool {
	return slices.ContainsFunc(d.Rivals, func(r Rival) bool { return r.Cause == c })
}

// RivalTexts are the rivals in the words of a language.
func (d *Diagnosis) RivalTexts(tag lang.Tag) []string {
	list := make([]string, len(d.Rivals))
	for i, r := range d.Rivals {
		list[i] = r.Text.In(tag)
	}
	return list
}

// Commands are those of the next steps, with their comments in a language.
func (d *Diagnosis) Commands(tag lang.Tag) []string {
	list := make([]string, len(d.Next))
	for i, s := range d.Next {
		list[i] = s.In(tag)
	}
	return list
}
