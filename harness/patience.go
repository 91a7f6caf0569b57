package harness

import (
	"context"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/witness"
	"github.com/tcplab/tcplab/wire/signature"
)

// needsRealTime reports whether a scenario has a delay that does not shrink with the kernel's timers for SYNs: a program's, as the one of
// a line, of a client that tries the next address, asks a name server or whether the other end is there, or of a slow service; a fault's; or the kernel's own for a neighbour that does
// not answer, before whose end a compressed connection would have been given up.
func (s Scenario) needsRealTime() bool {
	if clocked, is := s.Fault.(OwnClock); is && clocked.OwnClock() {
		return true
	}
	if asker, ours := s.Client.(agent.GoClient); ours && asker.KeepAlive > 0 && s.Want.Client.Timeout {
		return true // it asks after whole seconds, for which a patience that has shrunk is too short
	}
	return s.Want.Client.Within == NeighbourGivenUp || len(s.Also) > 0 || lab.AsksByName(s.Client) || s.Unnoticed == OutwaitsSlow || len(s.Plan().EndsOf(lab.Line)) > 0
}

// runPatiently runs a scenario in real time, where that does not take minutes: a busy machine disturbs its timers less.
func runPatiently(ctx context.Context, e lab.Engine, s Scenario, o Options) (*Report, error) {
	if lab.SpeedOf(e) != 1 && !s.Long {
		patient, err := lab.AtSpeed(e, 1)
		if err != nil {
			return nil, err
		}
		e = patient
	}
	return runOnce(ctx, e, s, o)
}

const (
	// beyondSense is the lateness within one act from which on a run that differs proves nothing: TCP's first timer (RFC 6298, section 2.1), for which
	// a packet that came so late is a lost one.
	beyondSense = time.Second
	// starving is the part of an act's time from which on waiting for processors may have taken as long as what a client waits for.
	starving = 0.2
	// shortestTimer is what TCP waits at the least before it sends again (Linux's TCP_RTO_MIN). A program of the lab that comes later than that
	// lets packets be seen that no fault has made.
	shortestTimer = 200 * time.Millisecond
)

// Attend lets a witness look on until the returned function is called, so that [Late] knows.
func Attend() (leave func()) { return witness.Process.Attend() }

// Late is by how much a client of this process may have ended late between two times, because the machine or this process was: what a clock
// says of it is to be read with so much more tolerance. Nothing is known of times at which nobody had called [Attend] and no run was under way.
func Late(from, to time.Time) time.Duration {
	return clientSteps * max(witness.Process.Late(from, to), witness.Process.Waited(from, to))
}

// Crowd looks on at how many threads of the machine want a processor, until the returned function is called: that returns how many there were for
// each processor, on average; 0 where it cannot be known.
func Crowd() (mean func() float64) { return witness.Crowd() }

// provesNothing reports whether the run differs from what was wanted, and the machine was late beyond sense meanwhile. In
// compressed time it takes less for that, since what is waited for is shorter. Where every vantage point saw what was wanted, and a
// program's own clock alone differs, it takes less, too.
func (r *Report) provesNothing() bool {
	switch {
	case len(r.Mismatches) == 0:
		return false
	case r.Lateness.Seconds()*r.Speed > beyondSense.Seconds():
		return true
	}
	return r.starved > starving && r.clocks == len(r.Mismatches)
}

// isDoubtful reports whether the run differs from what was wanted, and is made once more: it proves nothing, or the lab's own programs were
// later than a timer of TCP. The latter is rare, and no excuse: what differs a second time differs.
func (r *Report) isDoubtful() bool {
	return r.provesNothing() || len(r.Mismatches) > 0 && r.programs.Seconds()*r.Speed > shortestTimer.Seconds()
}

// compressed is the tolerance in compressed time. What is a part of an interval shrinks with it; the delays of the
// machine and the ticks of its kernel do not.
func compressed(t signature.Tolerance) signature.Tolerance {
	t.Early = min(t.Early, 5*time.Millisecond)
	t.Late = min(t.Late, 75*time.Millisecond)
	return t
}

// clientSteps are the waits of a client that may each be late: for its start, for its timer, for its end.
const clientSteps = 3

// tolerance is that of the run, and what the witness has seen since the act's captures began.
func (r *run) tolerance() signature.Tolerance {
	t := r.options.Tolerance
	t.Witnessed = clientSteps * r.noteLateness()
	return t
}

// noteLateness keeps by how much the machine has been late since the act's captures began, and returns it.
func (r *run) noteLateness() time.Duration {
	if r.began.IsZero() {
		return 0
	}
	now := time.Now()
	late := witness.Process.Late(r.began, now)
	if r.programs != nil {
		r.report.programs = max(r.report.programs, r.programs(r.began, now))
	}
	r.report.Lateness = max(r.report.Lateness, late, r.report.programs)
	r.report.starved = max(r.report.starved, witness.Process.Starved(r.began, now))
	return late
}
