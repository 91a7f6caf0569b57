package trial

import (
	"context"
	"errors"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
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

	reason lang.Text // why nothing was broken in the command's work; empty: something was
}

func (m *ClientMoment) missed() lang.Text {
	if m == nil {
		return lang.Text{}
	}
	return m.reason
}

// unhealed reports whether the failure came in the midst of the work, and stayed.
func (m *ClientMoment) unhealed() bool { return m != nil && m.When != "before" && m.Healed == 0 }

// String is how the failure came, to be added to a sentence.
func (m *ClientMoment) String() string { return m.Words().English }

// Words are those of String in each language.
func (m *ClientMoment) Words() lang.Text {
	if m == nil {
		return lang.Text{}
	}
	var how, healed lang.Text
	switch {
	case m.When == "before":
	case m.Exact:
		how = lang.Text{English: ", exactly (by the kernel)", Korean: "(정확히 그때, 커널이 판단했다)"}
	case m.When == string(lab.Signalled):
		how = lang.Text{English: ", %s late", Korean: "(%s 늦게)"}.With(m.Late.Round(100 * time.Microsecond))
	default:
		how = lang.Text{English: ", %s late (by the live capture)", Korean: "(%s 늦게, 실시간 캡처로 판단했다)"}.With(m.Late.Round(100 * time.Microsecond))
	}
	if m.Healed > 0 {
		healed = lang.Text{English: ", healed %s later", Korean: ", %s 뒤에 복구했다"}.With(SecondsWords(m.Healed))
	}
	return lang.Text{English: "broken at %s%s%s", Korean: "%s 시점에 고장 냈다%s%s"}.With(m.When, how, healed)
}

// demandIn is what the command must do in a failure. One that is hit in the midst of its work may have had its answer by then, and one whose
// failure heals may get it later. Some failures are not felt by one that asks once. Where a patient client succeeds, it is TCP that is patient: one that sends datagrams succeeds if it
// sends them again itself.
func (o Options) demandIn(s harness.Scenario) Demand {
	d := o.Demand
	d.MaySucceed = d.MaySucceed || !o.When.IsBefore() || o.HealAfter > 0 || s.Unnoticed != "" || o.Service.UDP() && Succeeds(s)
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
	pending.Signal = o.Signal
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
		m.reason = lang.Text{
			English: "the moment %s never came: the command ended before (%s after %s), so nothing was broken",
			Korean:  "%s 시점이 오지 않았다: 명령이 그 전에 끝나서(%[3]s 뒤 %[2]s) 아무것도 고장 내지 않았다",
		}.With(m.When, b.Words(), SecondsWords(b.Elapsed))
	case !m.Exact && !b.Hung && p.Began.After(b.Ended):
		m.reason = lang.Text{
			English: "the command had ended (%s after %s) before the fault came, %s after the moment %s",
			Korean:  "%[4]s 시점에서 %[3]s 뒤에 고장이 났는데, 명령은 그 전에 끝나 있었다(%[2]s 뒤 %[1]s)",
		}.With(b.Words(), SecondsWords(b.Elapsed), p.Began.Sub(p.Came).Round(100*time.Microsecond), m.When)
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
