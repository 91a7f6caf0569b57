package harness

import (
	"sync"
	"time"
)

// A verdict does not depend on how busy the machine is: where a clock has to decide, a witness says by how much the machine
// was late just then, and so much is tolerated in addition. The witness is a thread for each processor that sleeps and
// looks by how much it was woken late, as the kernel's timers, the lab's programs and this process were. A kernel prefers threads that mostly
// sleep; what this process's own clients wait for processors, beside all that runs in it, a goroutine among them sees.
const (
	witnessNap = 5 * time.Millisecond
	// noticed is the lateness from which on a nap is noted: less is the grain of timers and of the scheduler.
	noticed = 3 * time.Millisecond
	// remembered is for how long it is noted: longer than any phase.
	remembered = 10 * time.Minute
	// beyondSense is the lateness within one act from which on a run that differs proves nothing.
	beyondSense = 2 * time.Second
	// starving is the part of an act's time from which on waiting for processors may have taken as long as what a client waits for.
	starving = 0.2
)

// lateness is a nap that took too long.
type lateness struct {
	due time.Time // when it should have ended
	by  time.Duration
}

// witness is one for the whole process: labs that run side by side share it.
type witness struct {
	mutex sync.Mutex
	users int
	stop  chan struct{}
	noted []lateness // by the threads
	among []lateness // by the goroutine
}

var theWitness witness

// Attend lets a witness look on until the returned function is called, so that [Late] knows.
func Attend() (leave func()) { return theWitness.attend() }

// Late is by how much a client of this process may have ended late between two times, because the machine or this process was: what a clock
// says of it is to be read with so much more tolerance. Nothing is known of times at which nobody had called [Attend] and no run was under way.
func Late(from, to time.Time) time.Duration {
	return clientSteps * max(theWitness.late(from, to), theWitness.waited(from, to))
}

// attend lets the witness look on until the returned function is called.
func (w *witness) attend() (leave func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.users++; w.users == 1 {
		w.stop = make(chan struct{})
		w.watch(w.stop)
		go w.wait(w.stop)
	}
	return sync.OnceFunc(func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.users--; w.users == 0 {
			close(w.stop)
		}
	})
}

// wait is the goroutine.
func (w *witness) wait(stop <-chan struct{}) {
	nap := time.NewTicker(witnessNap)
	defer nap.Stop()
	for {
		due := time.Now().Add(witnessNap)
		nap.Reset(witnessNap)
		select {
		case <-stop:
			return
		case <-nap.C:
			w.note(&w.among, due, time.Since(due))
		}
	}
}

func (w *witness) note(into *[]lateness, due time.Time, by time.Duration) {
	if by < noticed {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(*into) > 0 && due.Sub((*into)[0].due) > remembered {
		*into = (*into)[1:]
	}
	*into = append(*into, lateness{due, by})
}

// starved is the part of the time between two times in which the goroutine was late.
func (w *witness) starved(from, to time.Time) float64 {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	sum := time.Duration(0)
	for _, l := range w.among {
		begin, end := l.due, l.due.Add(l.by)
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		sum += max(0, end.Sub(begin))
	}
	return sum.Seconds() / to.Sub(from).Seconds()
}

// late is the longest nap that was late between two times: one timer, or one packet, was late by as much at the most.
func (w *witness) late(from, to time.Time) time.Duration { return w.longest(&w.noted, from, to) }

// waited is the same of the goroutine: one step of a program was late by as much at the most.
func (w *witness) waited(from, to time.Time) time.Duration { return w.longest(&w.among, from, to) }

func (w *witness) longest(noted *[]lateness, from, to time.Time) time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	worst := time.Duration(0)
	for _, l := range *noted {
		if !l.due.Add(l.by).Before(from) && !l.due.After(to) {
			worst = max(worst, l.by)
		}
	}
	return min(worst, to.Sub(from))
}
