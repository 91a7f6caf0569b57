package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tcplab/tcplab/wire/signature"
)

// Options are the choices of a run. The zero value is a good one.
type Options struct {
	// Family is that of the addresses; zero stands for IPv4.
	Family Family
	// Client is put into the failure in place of the scenario's own; nil stands for that. What the scenario expects is held
	// against any client that speaks TCP with the service, where the scenario has none of its own; of another one is only
	// told what it felt ([Report.Free]).
	Client Client
	// Timeout is the client's patience, in place of the scenario's, when it is not zero.
	Timeout time.Duration
	// Tolerance is how much the times may differ from what was computed; the zero value stands for
	// [signature.DefaultTolerance].
	Tolerance signature.Tolerance
	// Artifacts is the folder in which the run makes one of its own for its captures; empty: none are kept.
	Artifacts string
	// Progress is told of each phase as it begins; it may be nil.
	Progress func(PhaseName)
}

// Deadlines of the steps that wait for events. They end what hangs and are far above what any step takes.
const (
	upDeadline    = 2 * time.Minute
	stepDeadline  = 30 * time.Second
	settlingGrace = 2 * time.Second
)

// Run runs a scenario once: up, baseline, break, observe, heal, down. Whatever the run shows, good or bad, is in the
// Report. The error is for a run that could not be made, or not to its end: the engine failed, ctx ended, the disk is
// full. The lab is removed in every case, also when something panics.
func Run(ctx context.Context, e Engine, s Scenario, o Options) (report *Report, err error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	r := newRun(e, s, o)
	if err := r.makeFolder(); err != nil {
		return nil, err
	}
	defer func() {
		// The lab goes also when ctx has ended; and a panic passes through here on its way up.
		err = errors.Join(err, r.phase(context.WithoutCancel(ctx), Down, stepDeadline, r.down))
	}()
	err = r.phases(ctx)
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
	engine  Engine
	options Options
	bench   *Bench
	report  *Report
	acts    []act // the scenario's own, then its checks
	fault   Fault
	broken  bool // the fault has been injected, wholly or in part
	checker checker
	current *Phase
}

func newRun(e Engine, s Scenario, o Options) *run {
	if o.Family == 0 {
		o.Family = IPv4
	}
	if o.Tolerance == (signature.Tolerance{}) {
		o.Tolerance = signature.DefaultTolerance()
	}
	if o.Progress == nil {
		o.Progress = func(PhaseName) {}
	}
	speed := speedOf(e)
	topology := s.topology()
	topology.Speed = speed
	r := &run{engine: e, options: o, acts: actsOf(s, o), fault: s.Fault,
		bench: &Bench{Topology: topology, Family: o.Family},
		report: &Report{Scenario: s, Engine: e.Name(), Family: o.Family, Speed: speed,
			Sysctls: map[string]map[string]string{}}}
	r.report.Free = r.acts[0].free
	for i := range r.acts {
		a := &r.acts[i]
		a.want.Client = a.want.Client.In(o.Family)
		r.bench.Topology.Programs = append(r.bench.Topology.Programs, a.programs()...)
		if speed > 1 {
			a.compress(speed, compressed(o.Tolerance).Late)
		}
	}
	if speed > 1 {
		r.options.Tolerance = compressed(o.Tolerance)
	}
	r.checker.options.Tolerance = r.options.Tolerance
	if r.fault == nil {
		r.fault = NoFault{}
	}
	return r
}

// compressed is the tolerance in compressed time. What is a part of an interval shrinks with it; the delays of the
// machine and the ticks of its kernel do not.
func compressed(t signature.Tolerance) signature.Tolerance {
	t.Early = min(t.Early, 5*time.Millisecond)
	t.Late = min(t.Late, 75*time.Millisecond)
	return t
}

// makeFolder makes an empty folder for the captures.
func (r *run) makeFolder() error {
	if r.options.Artifacts == "" {
		return nil
	}
	dir := filepath.Join(r.options.Artifacts,
		fmt.Sprintf("%s-%s-%s", r.report.Scenario.Name, r.report.Engine, r.report.Family))
	if err := os.RemoveAll(dir); err != nil {
		return &ArtifactError{err}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &ArtifactError{err}
	}
	r.report.Artifacts = dir
	return nil
}

// phases runs everything between the run's start and its end. A mismatch in one phase makes the later ones void, but
// for the healing.
func (r *run) phases(ctx context.Context) error {
	err := r.prove(ctx)
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
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if err := r.phase(ctx, Up, upDeadline, r.up); err != nil {
		return err
	}
	return r.each(ctx, Baseline, r.baseline)
}

// prepare lets the engine make what it makes once on a machine. The deadline of the phase "up" is not for that.
func (r *run) prepare(ctx context.Context) error {
	p, ok := r.engine.(Preparer)
	if !ok {
		return nil
	}
	err := p.Prepare(ctx, r.bench.Topology)
	if errors.Is(err, ErrUnsupported) {
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
	ctx, cancel := context.WithTimeoutCause(ctx, deadline, fmt.Errorf("it took longer than %s", deadline))
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

// up builds the lab, reads what its schedules depend on, and starts the service.
func (r *run) up(ctx context.Context) error {
	lab, err := r.engine.Build(ctx, r.bench.Topology)
	if errors.Is(err, ErrUnsupported) {
		return &skipError{err}
	}
	if err != nil {
		return err
	}
	r.bench.Lab = lab
	if err := r.readSysctls(ctx); err != nil {
		return err
	}
	initial := time.Duration(float64(signature.InitialRTO) / r.report.Speed)
	if r.report.Schedule, err = signature.SYNSchedule(r.report.Sysctls[clientHost], initial); err != nil {
		return err
	}
	r.checker.options.Schedule = r.report.Schedule.Gaps
	if err := r.bench.StartService(ctx); err != nil {
		return err
	}
	return r.installFixtures(ctx)
}

func (r *run) installFixtures(ctx context.Context) error {
	for _, f := range r.report.Scenario.Fixtures {
		err := f.Install(ctx, r.bench)
		if errors.Is(err, ErrUnsupported) {
			return &skipError{err}
		}
		if err != nil {
			return fmt.Errorf("install the %s: %w", f, err)
		}
		text := f.String()
		if d, ok := f.(Describer); ok {
			text = d.Describe(r.bench)
		}
		r.report.Fixtures = append(r.report.Fixtures, text)
	}
	return nil
}

func (r *run) readSysctls(ctx context.Context) error {
	const release = "kernel.osrelease"
	var mutex sync.Mutex
	return eachHost(r.bench.Topology, func(host string) error {
		keys := []string{release}
		for _, s := range r.bench.Topology.SysctlsOf(host) {
			keys = append(keys, s.Key)
		}
		values := map[string]string{}
		if err := r.bench.query(ctx, host, SysctlVerb(keys...), &values); err != nil {
			return err
		}
		mutex.Lock()
		defer mutex.Unlock()
		if host == clientHost {
			r.report.Kernel = values[release]
		}
		delete(values, release)
		r.report.Sysctls[host] = values
		return nil
	})
}

// baseline proves that the lab works: the same client, on the same path to the same port, gets through.
func (r *run) baseline(ctx context.Context, a act) error {
	return r.mustWork(ctx, a, "baseline-", "the lab does not work before anything is broken, so nothing after it would prove anything")
}

func (r *run) breakIt(ctx context.Context) error {
	r.broken = true
	err := r.fault.Inject(ctx, r.bench)
	if errors.Is(err, ErrUnsupported) {
		return &skipError{err}
	}
	if err != nil {
		return fmt.Errorf("inject the fault (%s): %w", r.fault, err)
	}
	if err := r.fault.Verify(ctx, r.bench); err != nil {
		r.mismatch("fault", fmt.Sprintf("the fault (%s) did not take hold: %v", r.fault, err), "")
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
	if err := r.fault.Heal(ctx, r.bench); err != nil {
		return fmt.Errorf("heal the fault (%s): %w", r.fault, err)
	}
	r.broken = false
	return nil
}

func (r *run) down(ctx context.Context) error {
	if r.bench.Lab == nil {
		return nil
	}
	return r.bench.Lab.Close(ctx)
}
