// Package harness runs a failure scenario and says whether what happened is what was expected: a lab is built, proves that it
// works, is broken, observed and healed. It knows neither containers nor namespaces (package lab), nor what can break
// (package faults).
package harness

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/witness"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/wire/signature"
)

// Options are the choices of a run. The zero value is a good one.
type Options struct {
	// Family is that of the addresses; zero stands for IPv4.
	Family lab.Family
	// Client is put into the failure in place of the scenario's own; nil stands for that. What the scenario expects is held
	// against any client that speaks TCP with the service, where the scenario has none of its own; of another one is only
	// told what it felt ([Report.Free]).
	Client lab.Client
	// Timeout is the client's patience, in place of the scenario's, when it is not zero.
	Timeout time.Duration
	// Tolerance is how much the times may differ from what was computed; the zero value stands for
	// [signature.DefaultTolerance].
	Tolerance signature.Tolerance
	// Artifacts is the folder in which the run makes one of its own for its captures; empty: none are kept.
	Artifacts string
	// Once makes no second run of one that differs, however late the machine was: for a test that expects it to differ, and in what.
	Once bool
	// Progress is told of each phase as it begins; it may be nil.
	Progress func(PhaseName)

	service lab.Service // somebody's own server; the zero value: the lab's
	proven  func()      // called when the lab is proven
}

// Deadlines of the steps that wait for events. They end what hangs and are far above what any step takes.
const (
	upDeadline    = 4 * time.Minute
	stepDeadline  = 4 * time.Minute
	settlingGrace = 2600 * time.Millisecond
)

// Run runs a scenario once: up, baseline, break, observe, heal, down. Whatever the run shows, good or bad, is in the
// Report. The error is for a run that could not be made, or not to its end: the engine failed, ctx ended, the disk is
// full. The lab is removed in every case, also when something panics. Where the machine stood still beyond sense and
// something differs, or the lab's programs came late, the run is made once more, and in real time if it was in compressed time ([Report],
// Inconclusive), unless [Options] say "once".
func Run(ctx context.Context, e lab.Engine, s Scenario, o Options) (*Report, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	run := runOnce
	if s.needsRealTime() {
		run = runPatiently
	}
	report, err := admissions.run(ctx, e, s, o, run, false)
	if err != nil || o.Once || !report.isDoubtful() {
		return report, err
	}
	report, err = admissions.run(ctx, e, s, o, runPatiently, true)
	if err == nil && report.provesNothing() {
		report.Inconclusive = true
		report.Skipped = fmt.Sprintf("inconclusive, twice: the machine stood still for %s while it was observed, its programs waited for a processor %.0f %% of the time, and %s: %s; run it again when the machine has time",
			seconds(report.Lateness), 100*report.starved, report.Mismatches[0].At, report.Mismatches[0].Reason)
	}
	return report, err
}

func runOnce(ctx context.Context, e lab.Engine, s Scenario, o Options) (report *Report, err error) {
	r := newRun(e, s, o)
	if err := r.makeFolder(); err != nil {
		return nil, err
	}
	programs, leave := attend(ctx, e)
	defer leave()
	r.programs = programs.feltBy(r.acts[0].client, witness.Process.Waited)
	defer func() {
		// The lab goes also when ctx has ended; and a panic passes through here on its way up.
		err = errors.Join(err, r.phase(context.WithoutCancel(ctx), Down, stepDeadline, r.down))
	}()
	err = r.phases(ctx)
	r.noteLateness()
	if skip, ok := errors.AsType[*skipError](err); ok {
		r.report.Skipped, err = skip.Error(), nil
	}
	if err != nil {
		return r.report, fmt.Errorf("%s: %w", r.report.Name(), err)
	}
	return r.report, nil
}

// skipError is the lack of something that the scenario needs.
type skipError struct{ err error }

func (e *skipError) Error() string { return e.err.Error() }

func (e *skipError) Unwrap() error { return e.err }

// run is a run while it runs.
type run struct {
	engine   lab.Engine
	options  Options
	bench    *lab.Bench
	report   *Report
	acts     []act // the scenario's own, then its checks
	fault    Fault
	broken   bool      // the fault has been injected, wholly or in part
	brokeAt  time.Time // when it was injected last
	armed    Armable   // it waits in a kernel for an instant, or has come by itself; nil: neither
	checker  checker
	programs lateness // of the lab's programs; nil: nobody looks on
	current  *Phase
	began    time.Time // when the captures of the current act began
}

func newRun(e lab.Engine, s Scenario, o Options) *run {
	if o.Family == 0 {
		o.Family = lab.IPv4
	}
	if o.Tolerance == (signature.Tolerance{}) {
		o.Tolerance = signature.DefaultTolerance()
	}
	if o.Progress == nil {
		o.Progress = func(PhaseName) {}
	}
	if o.proven == nil { // a lab that stands is nobody's to wait for
		o.proven = func() {}
	}
	speed := lab.SpeedOf(e)
	topology := s.Plan()
	topology.Speed, topology.Family = speed, o.Family
	r := &run{engine: e, options: o, acts: actsOf(s, o), fault: s.Fault,
		bench: &lab.Bench{Topology: topology, Family: o.Family, Service: o.service},
		report: &Report{Scenario: s, Engine: e.Name(), Family: o.Family, Speed: speed,
			Sysctls: map[string]map[string]string{}}}
	r.report.Free = r.acts[0].free
	for i := range r.acts {
		a := &r.acts[i]
		a.resolve(r.bench)
		a.want.Client = a.want.Client.In(o.Family)
		r.bench.Topology.Programs = append(r.bench.Topology.Programs, a.programs()...)
		if speed > 1 {
			a.compress(speed, compressed(o.Tolerance).Late)
		}
	}
	if speed > 1 {
		r.options.Tolerance = compressed(o.Tolerance)
	}
	r.checker.options.Tolerance, r.checker.options.Late = r.options.Tolerance, witness.Process.Late
	r.checker.options.Waited = witness.Process.Waited
	if r.fault == nil {
		r.fault = NoFault{}
	}
	if o.service.Own != nil {
		r.fault = served{r.fault, o.service}
	}
	return r
}

// makeFolder makes a folder for the captures, with nothing in it of an earlier run.
func (r *run) makeFolder() error {
	if r.options.Artifacts == "" {
		return nil
	}
	dir := filepath.Join(r.options.Artifacts,
		fmt.Sprintf("%s-%s-%s", r.report.Scenario.Name, r.report.Engine, r.report.Family))
	if err := safefile.Clear(dir); err != nil {
		return &ArtifactError{err}
	}
	r.report.Artifacts = dir
	return nil
}

// phases runs everything between the run's start and its end. A mismatch in one phase makes the later ones void, but
// for the healing.
func (r *run) phases(ctx context.Context) error {
	err := r.prove(ctx)
	r.options.proven()
	if err == nil && r.matches() {
		err = r.phase(ctx, Break, stepDeadline, r.breakIt)
	}
	if err == nil && r.matches() {
		err = r.each(ctx, Observe, r.observe)
	}
	if !r.broken || err != nil {
		return err
	}
	matched := r.matches()
	err = r.each(ctx, Heal, r.heal)
	if err != nil && ctx.Err() == nil && !matched {
		// What was observed must not be lost over a fault that cannot be healed, as when it had vanished by itself.
		r.mismatch("fault", err.Error(), "")
		return nil
	}
	return err
}

// prove builds the lab and lets it prove that it works.
func (r *run) prove(ctx context.Context) error {
	if reason := r.report.Scenario.IPv4Only; reason != "" && r.options.Family == lab.IPv6 {
		return &skipError{fmt.Errorf("%s: %w with IPv6", reason, lab.ErrUnsupported)}
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, Up, upDeadline, r.up); err != nil {
		return err
	}
	waits := time.AfterFunc(beyondSense, r.options.proven) // a client that takes longer waits for a timer, and not for a processor
	defer waits.Stop()
	if err := r.each(ctx, Baseline, r.baseline); err != nil || !r.bench.Service.UDP() || !r.matches() {
		return err
	}
	return r.phase(ctx, Up, upDeadline, r.replaceStandIn)
}

// prepare lets the engine make what it makes once on a machine. The deadline of the phase "up" is not for that.
func (r *run) prepare(ctx context.Context) error {
	p, ok := r.engine.(lab.Preparer)
	if !ok {
		return nil
	}
	err := p.Prepare(ctx, r.bench.Topology)
	if errors.Is(err, lab.ErrUnsupported) {
		return &skipError{err}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", Up, err)
	}
	return nil
}

func (r *run) matches() bool { return len(r.report.Mismatches) == 0 }

// each runs a phase for each act, until one does not show what it must. Only the first act's observation is the phase
// [Observe]: the others are checks.
func (r *run) each(ctx context.Context, name PhaseName, do func(context.Context, act) error) error {
	for _, a := range r.acts {
		if name == Observe && a.check != "" {
			name = Checking
		}
		err := r.phaseOf(ctx, Phase{Name: name, Check: a.check}, stepDeadline+a.longest(),
			func(ctx context.Context) error { return do(ctx, a) })
		if err != nil || !r.matches() {
			return err
		}
	}
	return nil
}

// phase runs one phase, with a deadline, and notes it.
func (r *run) phase(ctx context.Context, name PhaseName, deadline time.Duration, do func(context.Context) error) error {
	return r.phaseOf(ctx, Phase{Name: name}, deadline, do)
}

func (r *run) phaseOf(ctx context.Context, phase Phase, deadline time.Duration, do func(context.Context) error) error {
	ctx, cancel := lab.Limit(ctx, deadline)
	defer cancel()
	r.options.Progress(phase.Name)
	r.current = &phase
	start := time.Now()
	err := do(ctx)
	phase.Elapsed = time.Since(start)
	r.report.Phases = append(r.report.Phases, phase)
	if err != nil {
		return fmt.Errorf("%s: %w", phase.Name, err)
	}
	return nil
}

// baseline proves that the lab works: the same client, on the same path to the same port, gets through. Where it has got its reply and a
// packet was sent again, as was seen once in a lab of containers that had just been built, it has to get through once more, and then without that.
func (r *run) baseline(ctx context.Context, a act) error {
	const otherwise = "the lab does not work before anything is broken, so nothing after it would prove anything"
	err := r.mustWork(ctx, a, "baseline-", otherwise)
	if err != nil || r.matches() || !r.current.Client.OK() {
		return err
	}
	r.report.Mismatches = nil
	return r.mustWork(ctx, a, "baseline-", otherwise)
}

func (r *run) breakIt(ctx context.Context) error {
	r.broken = true
	err := r.fault.Inject(ctx, r.bench)
	if errors.Is(err, lab.ErrUnsupported) {
		return &skipError{err}
	}
	if err != nil {
		return fmt.Errorf("inject the fault (%s): %w", r.fault, err)
	}
	r.brokeAt = time.Now()
	if err := r.fault.Verify(ctx, r.bench); err != nil {
		r.mismatch("fault", fmt.Sprintf("the fault (%s) did not take hold: %v", r.fault, err), "")
		r.report.clocks++ // many a proof asks, and waits for an answer
	}
	return nil
}

// heal undoes the fault; then the client must get through again, and so the fault alone has made the difference.
func (r *run) heal(ctx context.Context, a act) error {
	if err := r.undo(ctx); err != nil {
		return err
	}
	return r.mustWork(ctx, a, "heal-", "the failure does not end with the fault, so the fault alone cannot have caused it")
}

// undo undoes the fault, unless that is done.
func (r *run) undo(ctx context.Context) error {
	if !r.broken {
		return nil
	}
	heal := r.fault.Heal
	if r.armed != nil {
		heal = r.armed.Disarm
	}
	if err := heal(ctx, r.bench); err != nil {
		return fmt.Errorf("heal the fault (%s): %w", r.fault, err)
	}
	r.broken, r.armed = false, nil
	return nil
}

func (r *run) down(ctx context.Context) error {
	if r.bench.Lab == nil {
		return nil
	}
	return r.bench.Close(ctx)
}
