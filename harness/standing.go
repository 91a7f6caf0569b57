package harness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Standing is a scenario's lab outside of a run, to work in by hand: it stands until it is closed, and is broken and
// healed when it is asked to be. It makes no traffic of its own once it is open, so that every packet in it is that of
// who works there. Its methods may be called at the same time.
type Standing struct {
	mutex    sync.Mutex
	run      *run
	recorder *recorder   // nil: the lab is not recorded
	broken   atomic.Bool // what run.broken was when the mutex was last free
}

// Open builds a scenario's lab and lets it prove that it works, as the first two phases of [Run] do. The lab is healthy
// then. Where the engine lacks what the scenario needs, the error wraps [lab.ErrUnsupported].
func Open(ctx context.Context, e lab.Engine, s Scenario, f lab.Family) (*Standing, error) {
	return open(ctx, e, s, Options{Family: f})
}

func open(ctx context.Context, e lab.Engine, s Scenario, o Options) (standing *Standing, err error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	opened := &Standing{run: newRun(e, s, o)}
	defer func() {
		if standing == nil { // it could not be opened, or something panics
			err = errors.Join(err, opened.Close(context.WithoutCancel(ctx)))
		}
	}()
	if err := opened.do(func(r *run) error { return r.prove(ctx) }); err != nil {
		return nil, fmt.Errorf("%s: %w", opened.run.report.Name(), err)
	}
	return opened, nil
}

// MismatchError is what a run would report as a mismatch: the lab did not do its part, as with a fault that did not take hold.
type MismatchError struct{ Mismatch }

func (e *MismatchError) Error() string { return e.At + ": " + e.Reason }

// do does something that a run does, alone. What a run would report as a mismatch is a [MismatchError] here.
func (s *Standing) do(part func(*run) error) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	err := part(s.run)
	s.broken.Store(s.run.broken)
	mismatches := s.run.report.Mismatches
	s.run.report.Mismatches, s.run.report.Phases = nil, nil // a lab may stand for days, and be broken as often as one likes
	if err == nil && len(mismatches) > 0 {
		err = &MismatchError{mismatches[0]}
	}
	return err
}

// Break injects the scenario's fault and looks whether it took hold. Connections with the service that stand must feel it: where they
// would not, it is refused.
func (s *Standing) Break(ctx context.Context) error {
	return s.do(func(r *run) error {
		if r.broken {
			return errors.New("the lab is broken already")
		}
		if err := r.spared(ctx); err != nil {
			return err
		}
		return s.unrecorded(ctx, func() error { return r.phase(ctx, Break, stepDeadline, r.breakIt) })
	})
}

// spared reports that a connection stands which would not feel the fault.
func (r *run) spared(ctx context.Context) error {
	if !sparesStanding(r.fault) {
		return nil
	}
	var sockets []lab.Socket
	if err := r.bench.Query(ctx, lab.ClientHost, agent.SocketsVerb(), &sockets); err != nil {
		return err
	}
	for _, o := range sockets {
		if o.State == "ESTAB" && slices.Contains(r.bench.Service.Numbers(), int(o.Remote.Port())) {
			return fmt.Errorf("the connection %s > %s stands, and would not feel it: %s is about the SYN of a new one; close the connection first, or use a failure that breaks it", o.Local, o.Remote, r.report.Scenario.Name)
		}
	}
	return nil
}

// Heal undoes the fault.
func (s *Standing) Heal(ctx context.Context) error {
	return s.do(func(r *run) error {
		if !r.broken {
			return errors.New("the lab is not broken")
		}
		return s.unrecorded(ctx, func() error { return r.phase(ctx, Heal, stepDeadline, r.undo) })
	})
}

// Broken reports whether the fault holds. It does not wait for a Break or Heal that goes on.
func (s *Standing) Broken() bool { return s.broken.Load() }

// Scenario is the one whose lab it is.
func (s *Standing) Scenario() Scenario { return s.run.report.Scenario }

// Fault is what breaks the lab, in words; empty: nothing does.
func (s *Standing) Fault() lang.Text {
	if s.run.report.Scenario.Fault == nil {
		return lang.Text{}
	}
	return lang.WordsOf(s.run.fault)
}

// Topology is the plan of the lab.
func (s *Standing) Topology() lab.Topology { return s.run.bench.Topology }

// Target is what the scenario's client asks.
func (s *Standing) Target() netip.AddrPort { return s.run.bench.TargetAt(s.run.acts[0].target) }

// Ports are those of the service, the one of [Standing.Target] first.
func (s *Standing) Ports() []uint16 { return s.run.acts[0].ports }

// Service is the program under test.
func (s *Standing) Service() lab.Service { return s.run.options.service }

// Also are the further addresses of what the scenario's client asks.
func (s *Standing) Also() []netip.AddrPort { return s.run.acts[0].further(s.run.bench) }

// Host returns a host of the lab.
func (s *Standing) Host(name string) (lab.Host, error) { return s.run.bench.Host(name) }

// Close removes the lab and everything in it. It may be called more than once.
func (s *Standing) Close(ctx context.Context) error {
	return s.do(func(r *run) error { return r.phase(ctx, Down, stepDeadline, r.down) })
}
