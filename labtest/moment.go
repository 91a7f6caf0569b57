package labtest

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// The moments for [Lab.BreakWhen], by what has passed on a connection: the handshake, the first data of the client, the first segment
// of the server after that, the first data of the server after that.
var (
	Connected    = lab.When{At: lab.Connected}
	RequestSent  = lab.When{At: lab.RequestSent}
	RequestAcked = lab.When{At: lab.RequestAcked}
	Replied      = lab.When{At: lab.Replied}
)

// Idle is the moment when no data has passed for so long on a connection that has had a reply.
func Idle(rest time.Duration) lab.When { return lab.When{At: lab.Idle, Rest: rest} }

// Later is a moment so long after another, by the live capture.
func Later(moment lab.When, by time.Duration) lab.When {
	moment.Rest += by
	return moment
}

// waiting is a failure that waits for its moment.
type waiting struct {
	pending *harness.PendingFault
	capture *harness.LiveCapture
	cancel  context.CancelFunc
	watched chan error
}

// BreakWhen injects the failure when a connection of the client's next calls reaches the moment. Where the failure is a rule of a
// packet filter, the kernel decides, and exactly; else the live capture does, a little late. [Lab.Heal] fails the test where the moment has
// not come. A failure that cannot come then skips the test.
func (l *Lab) BreakWhen(when lab.When) {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	pending, err := l.standing.BreakWhen(ctx, when)
	if errors.Is(err, lab.ErrUnsupported) && os.Getenv("TCPLAB_REQUIRE") == "" {
		cancel()
		l.t.Skipf("labtest: %v", err)
	}
	if err != nil {
		cancel()
		l.t.Fatalf("labtest: %v", err)
	}
	capture, err := l.standing.Capture(ctx, "", "")
	if err != nil {
		cancel()
		l.t.Fatalf("labtest: %v", err)
	}
	w := &waiting{pending: pending, capture: capture, cancel: cancel, watched: make(chan error, 1)}
	go func() { w.watched <- pending.Watch(ctx, capture) }()
	l.waiting = w
	l.t.Cleanup(func() { // before the lab is closed
		if l.waiting == w {
			l.settle()
		}
	})
}

// AwaitBreak returns when the failure of [Lab.BreakWhen] is there, and fails the test where its moment has not come by the [Limit], or by that of [Lab.Patience].
// A call that brings the moment about may have ended before that.
func (l *Lab) AwaitBreak() {
	l.t.Helper()
	if l.waiting == nil {
		return // it has come, or waits for nothing
	}
	select {
	case err := <-l.waiting.watched:
		l.waiting.watched <- err // for the one who ends the wait
	case <-time.After(l.limit):
		l.settle()
	}
}

// settle ends the wait for the moment, and fails the test where that has not come.
func (l *Lab) settle() {
	l.t.Helper()
	w := l.waiting
	l.waiting = nil
	w.cancel()
	ctx := context.WithoutCancel(l.t.Context())
	err := errors.Join(<-w.watched, w.capture.Stop(ctx))
	fired, asked := w.pending.Fired(ctx)
	if err := errors.Join(err, asked); errors.Is(err, lab.ErrUnsupported) && os.Getenv("TCPLAB_REQUIRE") == "" {
		l.t.Skipf("labtest: %v", err)
	} else if err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	if !fired {
		l.t.Errorf("labtest: the moment for which the failure waited never came, so nothing was broken%s", l.hint(ctx, w.capture.Traces()))
	}
}
