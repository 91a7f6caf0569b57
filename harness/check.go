package harness

import (
	"fmt"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

func (r *run) wireMismatch(point string, m *signature.Mismatch, traces []wire.Trace) *Mismatch {
	at := fmt.Sprintf("wire at %s, packet %d", point, m.Packet)
	reason, detail := m.Reason, m.String()
	if lost := lostWhere(traces); lost != "" {
		reason, detail = reason+"; "+lost, detail+lost+"\n"
	}
	return &Mismatch{Phase: r.current.Name, At: at, Reason: reason, Detail: detail}
}

// checkClient holds what the client felt against what was wanted: how it failed, and when.
func (r *run) checkClient() {
	want, got := r.report.Scenario.Want.Client, r.report.Client
	if reason := want.differs(got); reason != "" {
		r.mismatch("client", reason, "")
		return
	}
	low, high := want.window(r.timeout, r.report.Schedule.GiveUp, r.options.Tolerance)
	if got.Elapsed < low || got.Elapsed > high {
		r.mismatch("client", fmt.Sprintf("it took %s, and not between %s and %s",
			seconds(got.Elapsed), seconds(low), seconds(high)), "")
	}
}

// differs says how the client's end is another than was wanted, "" when it is the same.
func (w ClientWant) differs(got Outcome) string {
	failed := w.Errno != "" || w.Timeout
	switch {
	case !failed && !got.OK():
		return fmt.Sprintf("the client must succeed, but failed: %s", got.Error)
	case failed && got.OK():
		return fmt.Sprintf("the client must fail with %s, but succeeded", w)
	case got.Opaque:
		return ""
	case got.Errno != w.Errno || got.Timeout != w.Timeout:
		return fmt.Sprintf("the client must fail with %s, but failed with %s", w, got)
	}
	return ""
}

// window is the time within which the client must end.
func (w ClientWant) window(timeout, giveUp time.Duration, t signature.Tolerance) (low, high time.Duration) {
	within := w.Within
	if within == 0 {
		within = AtOnce
	}
	timer := timeout
	if w.GiveUp {
		timer = giveUp
	}
	if w.Timeout || w.GiveUp {
		low, _ = t.Window(timer)
		within += timer
	}
	_, high = t.Window(within)
	return low, high
}

func (w ClientWant) String() string {
	switch {
	case w.Timeout:
		return "its own timeout"
	case w.GiveUp:
		return w.Errno + " when the kernel gives up"
	case w.Errno != "":
		return w.Errno
	}
	return "success"
}

func (o Outcome) String() string {
	switch {
	case o.Timeout:
		return "its own timeout"
	case o.Errno != "":
		return o.Errno
	case o.OK():
		return "success"
	}
	return o.Error
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// checkCounters holds the counters' increases against what was wanted: no more than the greatest, no less than the
// least, which are the same but for a packet on the way while they were read.
func (r *run) checkCounters(least, most map[string]Counters) {
	for _, w := range r.report.Scenario.Want.Counters {
		name := w.name(r.options.Family)
		if _, on := least[w.Host]; !on {
			r.mismatch("counter "+name, fmt.Sprintf("the %s is off and has no counters", w.Host), "")
			continue
		}
		want, text := w.increase(r.current.Traces)
		low, high := int(least[w.Host][name]), int(most[w.Host][name])
		if want < low || want > high {
			r.mismatch(fmt.Sprintf("counter %s on the %s", name, w.Host), fmt.Sprintf("it grew by %d, and not by %s", low, text), "")
		}
	}
}

// increase is by how much the counter must grow, as a number and in words.
func (w CounterWant) increase(traces []wire.Trace) (int, string) {
	if w.PacketsAt == "" {
		return w.Exactly, fmt.Sprint(w.Exactly)
	}
	seen := 0
	for _, t := range traces {
		if t.Point == w.PacketsAt {
			seen += signature.MustParsePacket(w.Packet).Count(attemptsIn(t)...)
		}
	}
	text := fmt.Sprintf("%d, for %d packets %q at %s", seen+w.Exactly, seen, w.Packet, w.PacketsAt)
	return seen + w.Exactly, text
}
