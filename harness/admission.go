package harness

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/witness"
)

// admission lets the runs of this process begin as the machine has time for them. Labs wait for timers most of the time, and many can stand
// at once; but one that is built takes a processor, and where too many are, a program of another one waits for longer than a client does. A run that
// is made once more has the machine to itself as far as may be: none begins beside it.
type admission struct {
	first, again chan struct{} // held by the run that is next, of those that are made for the first time, and of those that are made again

	mutex    sync.Mutex
	under    int // runs under way
	repeats  int // runs that are made again, or wait for it
	admitted time.Time
}

var admissions = admission{first: make(chan struct{}, 1), again: make(chan struct{}, 1)}

const (
	// crowded is the lateness of the lab's programs from which on no run begins: a few times less than TCP's shortest timer, since what has begun
	// before takes more of the machine before it takes less.
	crowded = shortestTimer / 4
	// lately is the time in which the lateness counts. A process that has no processor at all cannot tell it from a shorter one.
	lately = 100 * time.Millisecond
	// apart is the least time between two that begin, so that the lateness shows what the one takes before the other begins.
	apart = 10 * time.Millisecond
)

// always is how many runs may be under way, however late the machine is: what makes it late may be somebody else's, and stay.
func always() int { return 2 * runtime.NumCPU() }

// enter waits until a run may begin, in the order of the calls. The run has ended when the returned function is called. The error is the end
// of ctx.
func (a *admission) enter(ctx context.Context, late lateness, again bool) (leave func(), err error) {
	turn := a.first
	if again {
		turn = a.again
		a.change(0, 1)
	}
	leave = func() {
		if again {
			a.change(-1, -1)
		} else {
			a.change(-1, 0)
		}
	}
	if err := a.wait(ctx, turn, late, again); err != nil {
		if again {
			a.change(0, -1)
		}
		return nil, err
	}
	return sync.OnceFunc(leave), nil
}

func (a *admission) wait(ctx context.Context, turn chan struct{}, late lateness, again bool) error {
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-turn }()
	for !a.admit(late, again) {
		select {
		case <-time.After(apart):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// run makes a run when it may begin.
func (a *admission) run(ctx context.Context, e lab.Engine, s Scenario, o Options, make runner, again bool) (*Report, error) {
	late, unattend := attend(ctx, e)
	leave, err := a.enter(ctx, late, again)
	unattend()
	if err != nil {
		return nil, err
	}
	defer leave()
	return make(ctx, e, s, o)
}

// runner makes a run.
type runner func(context.Context, lab.Engine, Scenario, Options) (*Report, error)

// admit begins a run if it may begin now.
func (a *admission) admit(late lateness, again bool) bool {
	now := time.Now()
	calm := late(now.Add(-lately), now) < crowded
	a.mutex.Lock()
	defer a.mutex.Unlock()
	switch {
	case a.repeats > 0 && !again:
		return false
	case a.under < always():
	case !calm, now.Sub(a.admitted) < apart:
		return false
	}
	a.under++
	a.admitted = now
	return true
}

func (a *admission) change(under, repeats int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.under += under
	a.repeats += repeats
}

// lateness is by how much a lab's programs, or those of this process, were late between two times at the most.
type lateness func(from, to time.Time) time.Duration

// attend lets two witnesses look on until leave is called: the witness of this process, and the witness of the process that has the
// lab's programs, where that is another one.
func attend(ctx context.Context, e lab.Engine) (late lateness, leave func()) {
	here := witness.Process.Attend()
	w, ok := e.(lab.Witnessed)
	if !ok {
		return witness.Process.Waited, here
	}
	programs, there, err := w.Attend(ctx)
	if err != nil {
		return witness.Process.Waited, here // building the lab says why
	}
	late = func(from, to time.Time) time.Duration {
		return max(witness.Process.Waited(from, to), programs(from, to))
	}
	return late, func() { there(); here() }
}
