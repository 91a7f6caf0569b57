package harness

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
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

// runPatiently runs a scenario in real time, where that does not take minutes.
func runPatiently(ctx context.Context, e lab.Engine, s Scenario, o Options) (*Report, error) {
	e, done, err := patientEngine(e, s)
	if err != nil {
		return nil, err
	}
	report, err := runOnce(ctx, e, s, o)
	return report, errors.Join(err, done())
}

// patientEngine is the engine for such a run: the same, or its like in real time, whose timers a busy machine disturbs less. A
// scenario that takes minutes then is run as before.
func patientEngine(e lab.Engine, s Scenario) (patient lab.Engine, done func() error, err error) {
	nothing := func() error { return nil }
	if lab.SpeedOf(e) == 1 || s.Long {
		return e, nothing, nil
	}
	patient, err = lab.AtSpeed(e, 1)
	if err != nil {
		return nil, nil, err
	}
	if c, ok := patient.(io.Closer); ok {
		return patient, c.Close, nil
	}
	return patient, nothing, nil
}

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
	late := theWitness.late(r.began, time.Now())
	r.report.Lateness = max(r.report.Lateness, late)
	r.report.starved = max(r.report.starved, theWitness.starved(r.began, time.Now()))
	return late
}
