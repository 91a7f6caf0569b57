package harness

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/witness"
)

// admission lets the runs of this process begin as the machine has time for them. A lab waits for timers most of the time, and many can stand
// at once; but until it is proven it takes a processor, and where too many do, a program of another one waits for longer than a client does. While
// a run is made once more, none begins beside it on a machine that is late.
type admission struct {
	first, again chan struct{} // the next run holds it: of the runs that are made for the first time, and of the repeated runs

	mutex    sync.Mutex
	under    int // runs under way
	unproven int // those of them whose lab is being built, or proven
	repeats  int // runs that are made again, or wait for it
}

var admissions = admission{first: make(chan struct{}, 1), again: make(chan struct{}, 1)}

const (
	// crowded is the lateness of the lab's programs, and of this process's, from which on no run begins: a few times less than TCP's shortest timer, since what has begun
	// before takes more of the machine before it takes less.
	crowded = shortestTimer / 4
	// lately is the time in which the lateness counts.
	lately = 100 * time.Millisecond
	// look is the time between two looks at it.
	look = 5 * time.Millisecond
)

// unprovenAtOnce is how many labs are built at once: two a processor, because a step of one may wait for another one's in the kernel.
func unprovenAtOnce() int { return 2 * runtime.NumCPU() }

// underAlways is how many runs may be under way however late the machine is: what makes it late may be somebody else's, and stay.
func underAlways() int { return 8 * runtime.NumCPU() }

// place is a run's place among the runs under way.
type place struct{ proven, leave func() }

// enter waits until a run may begin, in the order of the calls. Its lab is proven when proven is called, and it has ended when leave is. The error is
// the end of ctx.
func (a *admission) enter(ctx context.Context, late lateness, again bool) (*place, error) {
	repeat, turn := 0, a.first
	if again {
		repeat, turn = 1, a.again
	}
	a.change(0, 0, repeat)
	if err := a.wait(ctx, turn, late, again); err != nil {
		a.change(0, 0, -repeat)
		return nil, err
	}
	proven := sync.OnceFunc(func() { a.change(0, -1, 0) })
	return &place{proven: proven, leave: sync.OnceFunc(func() {
		proven()
		a.change(-1, 0, -repeat)
	})}, nil
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
		case <-time.After(look):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// admit begins a run if it may begin now.
func (a *admission) admit(late lateness, again bool) bool {
	now := time.Now()
	calm := late(now.Add(-lately), now) < crowded
	a.mutex.Lock()
	defer a.mutex.Unlock()
	switch {
	case a.unproven >= unprovenAtOnce():
		return false
	case !calm && (a.under >= underAlways() || a.repeats > 0 && !again):
		return false
	}
	a.under++
	a.unproven++
	return true
}

func (a *admission) change(under, unproven, repeats int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.under += under
	a.unproven += unproven
	a.repeats += repeats
}

// run makes a run when it may begin.
func (a *admission) run(ctx context.Context, e lab.Engine, s Scenario, o Options, make runner, again bool) (*Report, error) {
	programs, unattend := attend(ctx, e)
	p, err := a.enter(ctx, programs.or(witness.Process.Waited), again)
	unattend()
	if err != nil {
		return nil, err
	}
	defer p.leave()
	o.proven = p.proven
	return make(ctx, e, s, o)
}

// runner makes a run.
type runner func(context.Context, lab.Engine, Scenario, Options) (*Report, error)

// lateness is by how much programs were late between two times at the most.
type lateness func(from, to time.Time) time.Duration

// or is the greater one of two.
func (l lateness) or(other lateness) lateness {
	return func(from, to time.Time) time.Duration { return max(l(from, to), other(from, to)) }
}

// attend lets two witnesses look on until leave is called: the witness of this process, and the witness of the process that has the
// lab's programs, where that is another one. Programs is the latter's lateness; elsewhere nothing is known of it.
func attend(ctx context.Context, e lab.Engine) (programs lateness, leave func()) {
	here, nothing := witness.Process.Attend(), func(time.Time, time.Time) time.Duration { return 0 }
	w, ok := e.(lab.Witnessed)
	if !ok {
		return nothing, here
	}
	programs, there, err := w.Attend(ctx)
	if err != nil {
		return nothing, here // building the lab says why
	}
	return programs, func() { there(); here() }
}

// feltBy is by how much the lab's programs were late for a run with the client: a client that is a function waits as this process does.
func (l lateness) feltBy(c lab.Client, process lateness) lateness {
	if lab.IsFunction(c) {
		return l.or(process)
	}
	return l
}
