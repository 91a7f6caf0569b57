package lesson

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
	"github.com/tcplab/tcplab/wire/signature"
)

// last is the latest attempt of the client at what the question is about.
func (r *LabRecord) last(s subject) (wire.Attempt, bool) {
	here := r.At("client") // which sees all of them
	var list []wire.Attempt
	if s != aPing {
		list = append(list, begun(here.Attempts(0))...)
	}
	if s != aConnection {
		list = append(list, here.Echoes()...)
	}
	list = slices.DeleteFunc(list, func(a wire.Attempt) bool { return !byClient(a) })
	if len(list) == 0 {
		return wire.Attempt{}, false
	}
	return slices.MaxFunc(list, func(a, b wire.Attempt) int { return begunAt(a).Compare(begunAt(b)) }), true
}

// begun are the attempts that began with a SYN.
func begun(list []wire.Attempt) []wire.Attempt {
	return slices.DeleteFunc(list, func(a wire.Attempt) bool { return !a.HasSYN })
}

func begunAt(a wire.Attempt) time.Time { return a.Packets[0].Time }
func endedAt(a wire.Attempt) time.Time { return a.Packets[len(a.Packets)-1].Time }

// same is what another vantage point saw of an attempt; nothing where it saw none of it. A proxy begins an attempt of its own,
// which is not the same.
func (r *LabRecord) same(a wire.Attempt, point string) wire.Attempt {
	there := r.At(point)
	list := begun(there.Attempts(0))
	if a.Echo { // its identifier may be used again, which the clock tells: all vantage points have the same
		list = slices.DeleteFunc(there.Echoes(), func(b wire.Attempt) bool {
			return begunAt(b).Before(begunAt(a)) || begunAt(b).After(endedAt(a))
		})
	}
	marks := make([]wire.Hallmark, len(list))
	for i := range list {
		marks[i] = list[i].Hallmark()
	}
	mark := a.Hallmark()
	if i, _ := wire.NewFinder(marks).Find(&mark); i >= 0 {
		return list[i]
	}
	return wire.Attempt{}
}

// solution is the right answer, and what it rests on.
type solution struct {
	answerValue
	glimpses []glimpse
}

// glimpse is a packet that was seen at a vantage point, or that was not seen there.
type glimpse struct {
	point string
	after time.Duration // since the attempt began
	text  string        // empty: not seen
}

// evidence lists the glimpses, one a line.
func (f solution) evidence() string {
	width := 0
	for _, s := range f.glimpses {
		width = max(width, len(s.point))
	}
	var b strings.Builder
	for _, s := range f.glimpses {
		if s.text == "" {
			fmt.Fprintf(&b, "    %-*s  -\n", width, s.point)
			continue
		}
		fmt.Fprintf(&b, "    %-*s  %.6f s  %s\n", width, s.point, s.after.Seconds(), s.text)
	}
	return b.String()
}

// find computes the answer from the record. It reports false where the attempt has not got what is asked for.
func (a ask) find(r *LabRecord, attempt wire.Attempt) (solution, bool) {
	switch a.verb {
	case "reached":
		return a.findReached(r, attempt), true
	case "verdict":
		return a.findVerdict(r, attempt), true
	case "sender", "last-seen":
		return a.findHost(r, attempt)
	}
	seen := r.same(attempt, a.point)
	found := matching(seen, a.packets[0])
	switch a.verb {
	case "count":
		return solution{numberValue(len(found)), glimpses(attempt, seen, a.point, found...)}, true
	case "elapsed":
		return a.findElapsed(attempt, seen, found)
	case "gap":
		if len(found) <= a.nth {
			return solution{}, false
		}
		return interval(attempt, seen, a.point, found[a.nth-1], found[a.nth]), true
	}
	if len(found) == 0 {
		return solution{}, false
	}
	return solution{answerValue{kind: anAddress, addr: seen.Packets[found[0]].Src}, glimpses(attempt, seen, a.point, found[0])}, true
}

// matching are the indices of the packets of an attempt that match.
func matching(a wire.Attempt, p wanted) []int {
	var list []int
	for i := range a.Packets {
		if p.Matches(a, &a.Packets[i]) {
			list = append(list, i)
		}
	}
	return list
}

// glimpses are packets of what was seen of an attempt at a point, by their indices; without any, that there are none.
func glimpses(attempt, seen wire.Attempt, point string, indices ...int) []glimpse {
	if len(indices) == 0 {
		return []glimpse{{point: point}}
	}
	var list []glimpse
	for _, i := range indices {
		list = append(list, glimpse{point, seen.Packets[i].Time.Sub(begunAt(attempt)), brief(seen, i)})
	}
	return list
}

// brief is a packet in the notation of signatures, without its time and its options.
func brief(a wire.Attempt, i int) string {
	_, text, _ := strings.Cut(signature.Format(a, i), " ")
	if options := strings.LastIndex(text, " <"); options > 0 {
		text = text[:options]
	}
	if p := &a.Packets[i]; !p.ICMP.HasQuote {
		text += " from " + p.Src.String()
	}
	return text
}

func interval(attempt, seen wire.Attempt, point string, i, j int) solution {
	return solution{answerValue{kind: aTime, duration: seen.Packets[j].Time.Sub(seen.Packets[i].Time)}, glimpses(attempt, seen, point, i, j)}
}

func (a ask) findElapsed(attempt, seen wire.Attempt, begins []int) (solution, bool) {
	if len(begins) == 0 {
		return solution{}, false
	}
	ends := matching(seen, a.packets[1])
	i := slices.IndexFunc(ends, func(i int) bool { return i > begins[0] })
	if i < 0 {
		return solution{}, false
	}
	return interval(attempt, seen, a.point, begins[0], ends[i]), true
}

// findHost says who sent a packet, or how far it came: it travels from one end of those vantage points that saw it to the
// other.
func (a ask) findHost(r *LabRecord, attempt wire.Attempt) (solution, bool) {
	var f solution
	var at []string
	var sender wire.Packet
	for _, point := range vantagePoints {
		seen := r.same(attempt, point)
		found := matching(seen, a.packets[0])
		if len(found) == 0 {
			if slices.Contains(onTheWay, point) {
				f.glimpses = append(f.glimpses, glimpse{point: point})
			}
			continue
		}
		at, sender = append(at, point), seen.Packets[found[0]]
		f.glimpses = append(f.glimpses, glimpses(attempt, seen, point, found[0])...)
	}
	if len(at) == 0 {
		return f, false
	}
	where := at[len(at)-1]
	if a.packets[0].toServer() == (a.verb == "sender") {
		where = at[0]
	}
	f.answerValue = hostValue(hostAt(where))
	if a.verb == "sender" && sender.ICMP.HasQuote { // nobody sends an ICMP error in another's name
		f.answerValue = hostValue(string(hostOf(sender.Src)))
	}
	return f, true
}

func hostAt(point string) string {
	name, _, _ := strings.Cut(point, ":")
	return name
}

func (a ask) findReached(r *LabRecord, attempt wire.Attempt) solution {
	seen := r.same(attempt, a.point)
	for i := range seen.Packets {
		if seen.FromClient(&seen.Packets[i]) {
			return solution{yesNoValue(true), glimpses(attempt, seen, a.point, i)}
		}
	}
	return solution{yesNoValue(false), []glimpse{{point: a.point}}}
}

// every is the indices of all the packets.
func every(packets []wire.Packet) []int {
	list := make([]int, len(packets))
	for i := range list {
		list[i] = i
	}
	return list
}

// nothingSeen is the verdict on an attempt of which nothing was seen.
const nothingSeen diagnose.Verdict = "none"

func (a ask) findVerdict(r *LabRecord, attempt wire.Attempt) solution {
	seen := r.same(attempt, a.point)
	f := solution{answerValue{kind: aVerdict, verdict: nothingSeen}, []glimpse{{point: a.point}}}
	if len(seen.Packets) == 0 {
		return f
	}
	diagnose.Each(r.At(a.point).Packets, func(d *diagnose.Judged) {
		if d.Client() == seen.Client && d.Server() == seen.Server && d.First().Equal(begunAt(seen)) {
			f.verdict = d.Verdict
		}
	})
	f.glimpses = glimpses(attempt, seen, a.point, every(seen.Packets)...)
	return f
}
