package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// Armable is a fault that can wait in a kernel for an instant of a connection, so that no clock has a part in it.
type Armable interface {
	// Arm lets it wait. The error wraps [lab.ErrUnsupported] where this one cannot wait for that.
	Arm(ctx context.Context, b *lab.Bench, at lab.Instant) error
	// Came reports whether the instant has come, by looking.
	Came(ctx context.Context, b *lab.Bench) (bool, error)
	// Disarm removes it, whether the instant has come or not.
	Disarm(ctx context.Context, b *lab.Bench) error
}

// Unmovable is a fault that comes at a moment of its own, or that no connection outlives.
type Unmovable interface {
	// OwnMoment says which, or why it cannot come in the midst of a connection, in a sentence; empty: it can.
	OwnMoment() string
}

// NewOnly is a fault that only a connection feels which is made while it holds.
type NewOnly interface {
	// NewOnly reports whether it is one.
	NewOnly() bool
}

// sparesStanding reports whether a connection that stands already does not feel the fault.
func sparesStanding(f Fault) bool {
	n, ok := planned(f).(NewOnly)
	return ok && n.NewOnly()
}

// PendingFault is the fault of a standing lab that waits for its moment.
type PendingFault struct {
	// Exact says that a kernel decides, by the packets themselves; else it is the live capture, and a little late.
	Exact bool
	// Signal says when the moment has come that is [lab.Signalled].
	Signal <-chan time.Time
	// Came is when the packet was captured by which the moment has come, or when the rest was over; zero: it has not come.
	Came time.Time
	// Late is how much later the fault was there, where it is not Exact.
	Late time.Duration
	// Began is when it began to be injected, where it is not Exact: parts of it may be felt from then on.
	Began time.Time

	standing *Standing
	when     lab.When
	since    time.Time // when it began to wait
	armed    Armable
}

// BreakWhen lets the fault wait for a moment of a connection that is yet to be made. [PendingFault.Watch] waits for it. The error wraps
// [lab.ErrUnsupported] where the fault cannot come then.
func (s *Standing) BreakWhen(ctx context.Context, when lab.When) (*PendingFault, error) {
	p := &PendingFault{standing: s, when: when, since: time.Now()}
	return p, s.do(func(r *run) error {
		if r.broken {
			return errors.New("the lab is broken already")
		}
		return p.arm(ctx, r)
	})
}

func (p *PendingFault) arm(ctx context.Context, r *run) error {
	fault := planned(r.fault)
	if r.bench.Service.UDP() {
		return fmt.Errorf("break at %s: that is a moment of a TCP connection: %w for a service on UDP", p.when, lab.ErrUnsupported)
	}
	if u, ok := fault.(Unmovable); ok && u.OwnMoment() != "" {
		return fmt.Errorf("break at %s: %s: %w", p.when, u.OwnMoment(), lab.ErrUnsupported)
	}
	if sparesStanding(fault) {
		return fmt.Errorf("break at %s: a connection that is made by then does not feel it, because it is about SYNs: %w", p.when, lab.ErrUnsupported)
	}
	a, ok := fault.(Armable)
	if !ok || p.when.Late() {
		return nil
	}
	err := a.Arm(ctx, r.bench, p.when.At)
	if errors.Is(err, lab.ErrUnsupported) {
		return nil // the live capture does it
	}
	if err != nil {
		return fmt.Errorf("let the fault (%s) wait for %s: %w", r.fault, p.when, err)
	}
	p.armed, p.Exact, r.armed, r.broken = a, true, a, true
	_, err = a.Came(ctx, r.bench)
	return err
}

// Watch returns when the moment has come and the fault is there, or when ctx ends.
func (p *PendingFault) Watch(ctx context.Context, c *LiveCapture) error {
	came := p.await(ctx, c)
	if came.IsZero() {
		return nil
	}
	if !p.Exact {
		p.Began = time.Now()
		// What has begun is brought to its end: half a fault is none.
		if err := p.standing.Break(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		p.Late = p.standing.run.brokeAt.Sub(came)
	}
	p.Came = came
	return nil
}

// Fired reports whether the fault is there. Of one that waits in a kernel, that is asked.
func (p *PendingFault) Fired(ctx context.Context) (fired bool, err error) {
	if p.armed == nil || !p.standing.Broken() {
		return !p.Came.IsZero(), nil
	}
	err = p.standing.do(func(r *run) error {
		fired, err = p.armed.Came(ctx, r.bench)
		return err
	})
	return fired, err
}

// await returns when the moment came by the client's own capture; the zero time says that ctx has ended before.
func (p *PendingFault) await(ctx context.Context, c *LiveCapture) (came time.Time) {
	switch p.when.At {
	case lab.Idle:
		return p.awaitRest(ctx, c)
	case lab.Signalled:
		return p.awaitSignal(ctx)
	}
	c.Until(ctx, func(traces []wire.Trace) bool {
		came = p.moment(traces)
		return !came.IsZero()
	})
	if came.IsZero() || !p.when.Late() {
		return came
	}
	due, cancel := context.WithDeadline(ctx, came.Add(p.when.Rest))
	defer cancel()
	<-due.Done()
	if ctx.Err() != nil {
		return time.Time{}
	}
	return came.Add(p.when.Rest)
}

// awaitSignal waits for a signal that has come since the fault waits.
func (p *PendingFault) awaitSignal(ctx context.Context) time.Time {
	for {
		select {
		case came := <-p.Signal:
			if came.After(p.since) {
				return came
			}
		case <-ctx.Done():
			return time.Time{}
		}
	}
}

// awaitRest waits until no data has passed for a time on a connection that has had a reply.
func (p *PendingFault) awaitRest(ctx context.Context, c *LiveCapture) time.Time {
	for ctx.Err() == nil {
		last := p.lastData(c.Traces())
		due, cancel := ctx, func() {}
		if !last.IsZero() {
			if due, cancel = context.WithDeadline(ctx, last.Add(p.when.Rest)); due.Err() != nil {
				cancel()
				return last.Add(p.when.Rest)
			}
		}
		c.Until(due, func(traces []wire.Trace) bool { return !p.lastData(traces).Equal(last) })
		cancel()
	}
	return time.Time{}
}

// attempts are the client's connections with the service, as its own wire shows them.
func (p *PendingFault) attempts(traces []wire.Trace) []wire.Attempt {
	if t := traceOf(traces, lab.ClientHost); t != nil {
		return attemptsAt(*t, p.standing.Ports())
	}
	return nil
}

// moment is when a connection reached it, the zero time where none has.
func (p *PendingFault) moment(traces []wire.Trace) time.Time {
	for _, a := range p.attempts(traces) {
		asked := false
		for i := range a.Packets {
			packet := &a.Packets[i]
			if packet.Kind != wire.KindTCP {
				continue
			}
			client, flags, data := a.FromClient(packet), packet.TCP.Flags, packet.TCP.Payload > 0
			reached := map[lab.Instant]bool{
				lab.Connected:    client && a.HasSYN && flags&(wire.SYN|wire.RST|wire.ACK) == wire.ACK,
				lab.RequestSent:  client && data,
				lab.RequestAcked: !client && asked && flags&wire.RST == 0,
				lab.Replied:      !client && asked && data,
			}
			if reached[p.when.At] {
				return packet.Time
			}
			asked = asked || client && data
		}
	}
	return time.Time{}
}

// lastData is when data last passed on the connections that have had a reply and are open; zero: there is none.
func (p *PendingFault) lastData(traces []wire.Trace) (last time.Time) {
	for _, a := range p.attempts(traces) {
		var mine time.Time
		replied, closed := false, false
		for i := range a.Packets {
			packet := &a.Packets[i]
			if packet.Kind != wire.KindTCP {
				continue
			}
			closed = closed || packet.TCP.Flags&(wire.FIN|wire.RST) != 0
			if packet.TCP.Payload > 0 {
				mine = packet.Time
				replied = replied || !a.FromClient(packet)
			}
		}
		if replied && !closed && mine.After(last) {
			last = mine
		}
	}
	return last
}
