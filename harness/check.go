package harness

import (
	"fmt"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

func (r *run) wireMismatch(a act, point string, m *signature.Difference, traces []wire.Trace) *Mismatch {
	at := fmt.Sprintf("wire at %s, packet %d", point, m.Packet)
	reason, detail := m.Reason, m.String()
	if lost := a.lostWhere(a.way(r.bench.Topology), traces); lost != "" {
		reason, detail = reason+"; "+lost, detail+lost+"\n"
	}
	return &Mismatch{Phase: r.current.Name, At: at, Reason: reason, Detail: detail}
}

// checkClient holds what the client felt against what was wanted: how it failed, and when.
func (r *run) checkClient(a act) {
	want, got := a.want.Client, *r.current.Client
	if reason := want.differs(got); reason != "" {
		r.mismatch("client", reason, "")
		if got.Timeout {
			r.report.clocks++
		}
		return
	}
	low, high := want.window(a.timeout, r.report.Schedule, r.tolerance())
	if lookup := r.lookupLasts(a); lookup > 0 {
		least, most := r.tolerance().Window(lookup)
		low, high = low+least, high+most
	}
	if !want.endsByTimer() && a.want.Lookup.Unanswered != EveryTry && a.want.Wire[lab.ClientHost] != "" {
		// Which timers have fired before its end, the packets say, and how long the machine took for the rest says nothing.
		high = max(high, got.Elapsed)
	}
	if got.Elapsed < low || got.Elapsed > high {
		r.mismatch("client", fmt.Sprintf("it took %s, and not between %s and %s",
			seconds(got.Elapsed), seconds(low), seconds(high)), "")
		r.report.clocks++
	}
}

// lookupLasts is for how long the client's resolver must wait in vain.
func (r *run) lookupLasts(a act) time.Duration {
	if r.report.Resolver == nil {
		return 0
	}
	return a.want.Lookup.lasts(*r.report.Resolver)
}

// differs says how the client's end is another than was wanted, "" when it is the same.
func (w ClientWant) differs(got lab.Outcome) string {
	failed := w.Errno != "" || w.Timeout || w.Closed || w.Status != 0 || w.Code != ""
	switch {
	case !failed && !got.OK():
		return fmt.Sprintf("the client must succeed, but failed: %s", got.Error)
	case failed && got.OK():
		return fmt.Sprintf("the client must fail with %s, but succeeded", w)
	case got.Opaque:
		return ""
	case got.Errno != w.Errno || got.Timeout != w.Timeout || got.Closed != w.Closed || w.Status != 0 && got.Status != w.Status, w.Code != "" && got.Code != w.Code:
		return fmt.Sprintf("the client must fail with %s, but failed with %s", w, got)
	case w.Stage != "" && got.Stage != "" && got.Stage != w.Stage: // of a function only its error is known
		return fmt.Sprintf("the client must fail while it waits to %s, but failed while it waited to %s", w.Stage, got.Stage)
	}
	return ""
}

// endsByTimer reports whether a timer ends the client's attempt, of which no packet tells.
func (w ClientWant) endsByTimer() bool { return w.Timeout || w.GiveUp }

// window is the time within which the client must end.
func (w ClientWant) window(timeout time.Duration, s signature.Schedule, t signature.Tolerance) (low, high time.Duration) {
	timer := time.Duration(0)
	switch {
	case w.GiveUp:
		timer = s.GiveUp
	case w.Timeout:
		timer = timeout
	case w.After > 0:
		timer = w.After
	case w.Retransmissions > 0:
		for _, gap := range s.Gaps[:min(w.Retransmissions, len(s.Gaps))] {
			timer += gap
		}
	}
	if timer > 0 {
		low, _ = t.Window(timer)
	}
	within := w.Within
	if within == 0 {
		within = AtOnce
	}
	_, high = t.Window(timer + within)
	return low, high
}

// In is what the client must feel with addresses of a family.
func (w ClientWant) In(f lab.Family) ClientWant {
	if f == lab.IPv6 && w.Errno6 != "" {
		w.Errno = w.Errno6
	}
	w.Errno6 = ""
	return w
}

func (w ClientWant) String() string { return w.Words().English }

// Words are how it must end.
func (w ClientWant) Words() lang.Text {
	switch {
	case w.Errno6 != "":
		return lang.Text{English: "%s (%s on IPv6)", Korean: "%s (IPv6에서는 %s)"}.With(w.In(lab.IPv4).Words(), w.In(lab.IPv6).Words())
	case w.Timeout:
		return lang.Text{English: "its own timeout", Korean: "자체 타임아웃"}
	case w.GiveUp:
		return lang.Text{English: "%s when the kernel gives up", Korean: "커널이 포기하면 %s"}.With(w.Errno)
	case w.Errno != "":
		return lang.Same(w.Errno)
	case w.Closed:
		return lang.Text{English: lab.ClosedEarly, Korean: "응답 전에 닫힌 연결"}
	case w.Code != "":
		return lang.Same(w.Code)
	case w.Status != 0:
		return lang.Text{English: "HTTP status %d", Korean: "HTTP 상태 %d"}.With(w.Status)
	}
	return w.successWords()
}

// successWords are a success, and what came before it.
func (w ClientWant) successWords() lang.Text {
	switch {
	case w.After > 0:
		return lang.Text{English: "success, after a wait of %.3f s", Korean: "%.3f초 기다린 뒤 성공"}.With(w.After.Seconds())
	case w.Retransmissions == 1:
		return lang.Text{English: "success, after 1 retransmission of the SYN", Korean: "SYN을 1번 재전송한 뒤 성공"}
	case w.Retransmissions > 1:
		return lang.Text{English: "success, after %d retransmissions of the SYN", Korean: "SYN을 %d번 재전송한 뒤 성공"}.With(w.Retransmissions)
	}
	return lang.Text{English: "success", Korean: "성공"}
}

// checkSources holds the address that the client has at a vantage point against the host whose it must be.
func (r *run) checkSources(a act) {
	for _, t := range r.current.Traces {
		host, wanted := a.want.Sources[t.Point]
		if !wanted {
			continue
		}
		for _, flow := range a.flowsIn(t) {
			if got := flow.Client.Addr(); !r.bench.Topology.Owns(host, got) {
				r.mismatch("addresses at "+t.Point, fmt.Sprintf("the client must have an address of the %s, but has %s", host, got), "")
			}
		}
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// checkCounters holds the counters' increases against what was wanted: no more than the greatest, no less than the
// least, which are the same but for a packet on the way while they were read.
func (r *run) checkCounters(a act, least, most map[string]lab.Counters) {
	for _, w := range a.want.Counters {
		name := w.name(r.options.Family)
		if _, on := least[w.Host]; !on {
			r.mismatch("counter "+name, fmt.Sprintf("the %s is off and has no counters", w.Host), "")
			continue
		}
		want, text := w.increase(a, r.current.Traces)
		low, high := int(least[w.Host][name]), int(most[w.Host][name])
		if w.SYNs {
			sure, maybe := r.dueSYNs(a)
			want, text = want+sure, fmt.Sprintf("%d, for the SYNs that are due", want+sure)
			low -= maybe
		}
		if w.AtLeast > 0 {
			want, text = max(w.AtLeast, low), fmt.Sprintf("%d or more", w.AtLeast)
		}
		if want < low || want > high {
			r.mismatch(fmt.Sprintf("counter %s on the %s", name, w.Host), fmt.Sprintf("it grew by %d, and not by %s", low, text), "")
		}
	}
}

// dueSYNs are the SYNs that the client's kernel has sent for sure while the client waited, and those that it may have sent.
func (r *run) dueSYNs(a act) (sure, maybe int) {
	at, sure := time.Duration(0), 1
	for _, gap := range r.report.Schedule.Gaps {
		at += gap
		switch dueWithin(at, r.tolerance(), a.timeout, r.current.Client.Elapsed) {
		case forSure:
			sure++
		case perhaps:
			maybe++
		}
	}
	return sure, maybe
}

// increase is by how much the counter must grow, as a number and in words.
func (w CounterWant) increase(a act, traces []wire.Trace) (int, string) {
	if w.PacketsAt == "" {
		return w.Exactly, fmt.Sprint(w.Exactly)
	}
	seen := 0
	for _, t := range traces {
		if t.Point == w.PacketsAt {
			seen += signature.MustParsePacket(w.Packet).Count(a.counted(t)...)
		}
	}
	text := fmt.Sprintf("%d, for %d packets %q at %s", seen+w.Exactly, seen, w.Packet, w.PacketsAt)
	return seen + w.Exactly, text
}
