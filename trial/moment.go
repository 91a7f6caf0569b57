package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// ClientMoment is how the failure came in the work of the command, and went.
type ClientMoment struct {
	// When is what was asked for.
	When string `json:"when"`
	// Exact says that a kernel decided, by the packets; else the live capture did, and the fault was there Late after the packet.
	Exact bool          `json:"exact"`
	Late  time.Duration `json:"late_ns,omitempty"`
	// Healed is how long after that the failure was healed, while the command still ran; 0: it was not.
	Healed time.Duration `json:"healed_ns,omitempty"`

	reason string // why nothing was broken in the command's work; empty: something was
}

func (m *ClientMoment) missed() string {
	if m == nil {
		return ""
	}
	return m.reason
}

// unhealed reports whether the failure came in the midst of the work, and stayed.
func (m *ClientMoment) unhealed() bool { return m != nil && m.When != "before" && m.Healed == 0 }

// String is how the failure came, to be added to a sentence.
func (m *ClientMoment) String() string {
	if m == nil {
		return ""
	}
	text := fmt.Sprintf("broken at %s", m.When)
	switch {
	case m.When == "before":
	case m.Exact:
		text += ", exactly (by the kernel)"
	default:
		text += fmt.Sprintf(", %s late (by the live capture)", m.Late.Round(100*time.Microsecond))
	}
	if m.Healed > 0 {
		text += fmt.Sprintf(", healed %s later", seconds(m.Healed))
	}
	return text
}

// demandIn is what the command must do in a failure. One that is hit in the midst of its work may have had its answer by then, and one whose
// failure heals may get it later. Where a patient client succeeds, it is TCP that is patient: one that sends datagrams succeeds if it
// sends them again itself.
func (o Options) demandIn(s harness.Scenario) Demand {
	d := o.Demand
	d.MaySucceed = d.MaySucceed || !o.When.IsBefore() || o.HealAfter > 0 || o.Service.UDP() && Succeeds(s)
	return d
}

// observe lets the command run while it is broken, or breaks in its work.
func (t *trial) observe(ctx context.Context, limit time.Duration) (err error) {
	o := t.options
	if o.When.IsBefore() {
		if err := t.standing.Break(ctx); err != nil {
			return err
		}
		if o.HealAfter == 0 {
			t.result.Broken, err = t.act(ctx, harness.Observe, limit, nil)
			return err
		}
		t.result.Moment = &ClientMoment{When: o.When.String()}
		t.result.Broken, err = t.act(ctx, harness.Observe, limit, func(ctx context.Context, _ *harness.LiveCapture) error { return t.healLater(ctx) })
		return err
	}
	pending, err := t.standing.BreakWhen(ctx, o.When)
	if err != nil {
		return err
	}
	m := &ClientMoment{When: o.When.String(), Exact: pending.Exact}
	t.result.Moment = m
	t.result.Broken, err = t.act(ctx, harness.Observe, limit, func(ctx context.Context, c *harness.LiveCapture) error {
		if err := pending.Watch(ctx, c); err != nil || pending.Came.IsZero() || o.HealAfter == 0 {
			return err
		}
		return t.healLater(ctx)
	})
	if err != nil {
		return err
	}
	m.Late = pending.Late
	return t.missed(ctx, pending)
}

// missed notes why the fault has not met the command, where it has not.
func (t *trial) missed(ctx context.Context, p *harness.PendingFault) error {
	fired, err := p.Fired(ctx)
	b, m := t.result.Broken, t.result.Moment
	switch {
	case err != nil:
		return err
	case !fired:
		m.reason = fmt.Sprintf("the moment %s never came: the command ended before (%s after %s), so nothing was broken", m.When, b, seconds(b.Elapsed))
	case !m.Exact && !b.Hung && p.Began.After(b.ended):
		m.reason = fmt.Sprintf("the command had ended (%s after %s) before the fault came, %s after the moment %s", b, seconds(b.Elapsed), p.Began.Sub(p.Came).Round(100*time.Microsecond), m.When)
	}
	return nil
}

// healLater heals the failure after its time, unless the command has ended by then.
func (t *trial) healLater(ctx context.Context) error {
	start := time.Now()
	if err := pause(ctx, t.options.HealAfter); err != nil {
		return nil // it is healed when the command has ended
	}
	if err := t.standing.Heal(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	t.result.Moment.Healed = time.Since(start)
	return nil
}

// besides does something beside what follows; stop ends its context, and returns what came of it.
func besides(ctx context.Context, do func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	return func() error {
		cancel()
		err := <-done
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
}
