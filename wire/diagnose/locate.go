package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/lang"
)

// unwatched is for a loss after the last packet of the server's capture.
var unwatched = circumstance{beside: []candidate{{CauseNoCapture, onTheWay, true}}}

// Locate joins the diagnoses of the client's capture with what the server's holds, and tells each where it was lost.
// Rivals and next steps are then those that both captures together leave over: what the second one answers is neither
// offered as a rival nor advised.
//
// Covers is what the server's capture would have shown; the zero value is everything.
func Locate(front []Diagnosis, behind []Seen, covers Coverage) SidePair {
	seen := make([]Seen, len(front))
	for i := range front {
		seen[i] = front[i].seen
	}
	pair := JoinCovered(seen, behind, covers)
	for i := range front {
		front[i].locate(&pair.Joined[i], behind)
	}
	return pair
}

func (d *Diagnosis) locate(j *JoinedSides, behind []Seen) {
	d.Place = &Place{Lost: j.Loss, Text: j.Text, Found: j.Other >= 0, NAT: j.NAT}
	if j.Other >= 0 {
		other := &behind[j.Other]
		d.Place.Client, d.Place.Server, d.Place.EchoID = other.Client, other.Server, other.EchoID()
		d.advice.leaveOut(CauseNoCapture) // it ran
		if j.Unwatched {
			d.advice.apply(&unwatched)
		}
		d.adopt(other.Verdict)
	}
	d.advise()
}

// adopt takes over what the server's capture has found out where the client's cannot: data of the server that is lost on the way
// is sent again there, and never seen here.
func (d *Diagnosis) adopt(v Verdict) {
	if d.Verdict != NoReply && d.Verdict != Open && d.Verdict != HalfClosed || v != MTUBlackhole && v != Blackhole {
		return
	}
	lost := lang.Text{English: "data of the server is", Korean: "서버가 데이터를"}
	switch {
	case v == MTUBlackhole:
		lost = lang.Text{English: "full-sized segments of the server are", Korean: "서버가 가장 큰 세그먼트를"}
	case d.Verdict == HalfClosed: // whose summary says that the server sent no FIN
		d.Summary = lang.Tell(lang.Text{English: "no FIN of the server came", Korean: "서버의 FIN이 오지 않았다"})
		lost = lang.Text{English: "its FIN is", Korean: "서버가 FIN을"}
	}
	d.Summary = lang.Tell(lang.Text{English: "%s; by the server's capture it is %s: %s sent again and again, in vain", Korean: "%s; 서버의 캡처로는 %s: %s 거듭 보내지만 헛일이다"},
		d.Summary, v, lost)
	d.Verdict, d.Failed = v, true
	d.Place.Lost = LostBeforeClient
	d.advice = adviceTo(advices[v], d.Client, d.Server, netip.Addr{})
}

// Seen is what the capture saw of the attempt, for [Join].
func (d *Diagnosis) Seen() Seen { return d.seen }
