//go:build unix

package standing

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// waiting is a fault that waits for its moment, or has come at it.
type waiting struct {
	when    lab.When
	pending *harness.PendingFault
	cancel  context.CancelFunc
	over    chan struct{} // closed when the moment has come, or cannot come any more
	err     error         // of the wait; valid once over is closed
}

// breakWhen lets the fault wait for a moment of a connection that is yet to be made.
func (h *holder) breakWhen(built *harness.Standing, when lab.When) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.waiting != nil {
		return fmt.Errorf("the fault is there for %s already: \"tcplab heal\" ends that", h.waiting.when)
	}
	ctx, cancel := context.WithCancel(h.life)
	pending, err := built.BreakWhen(ctx, when)
	if err != nil {
		cancel()
		return err
	}
	capture, err := built.Capture(ctx, "", "")
	if err != nil {
		cancel()
		return errors.Join(err, h.disarm(built))
	}
	w := &waiting{when: when, pending: pending, cancel: cancel, over: make(chan struct{})}
	h.waiting = w
	go func() {
		defer close(w.over)
		w.err = errors.Join(pending.Watch(ctx, capture), capture.Stop(context.WithoutCancel(ctx)))
		if w.err != nil && ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "tcplab: break at %s: %v\n", when, w.err) // into the lab's log
		}
	}()
	return nil
}

// disarm takes back a fault that waits in a kernel.
func (h *holder) disarm(built *harness.Standing) error {
	if !built.Broken() {
		return nil
	}
	return built.Heal(h.life)
}

// stopWaiting ends the wait for the moment, and reports what went wrong in it.
func (h *holder) stopWaiting() error {
	h.mutex.Lock()
	w := h.waiting
	h.waiting = nil
	h.mutex.Unlock()
	if w == nil {
		return nil
	}
	w.cancel()
	<-w.over
	return w.err
}

// moment is what is told of the wait; nil: there is none. The state is that of the lab by then.
func (w *waiting) moment(state State) (State, *MomentInfo) {
	if w == nil {
		return state, nil
	}
	m := &MomentInfo{When: w.when.String(), Exact: w.pending.Exact}
	select {
	case <-w.over:
		if w.err != nil {
			m.Error = w.err.Error()
		}
		m.Late = w.pending.Late
	default:
		state = Waiting
	}
	return state, m
}
