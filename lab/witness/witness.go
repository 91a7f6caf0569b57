// Package witness says by how much the machine, and a process, were late at a time: what a clock says of that time is to be read with so much more
// tolerance.
package witness

import (
	"slices"
	"sync"
	"time"
)

// The witness is a thread for each processor that sleeps and
// looks by how much it was woken late, as the kernel's timers, the lab's programs and this process were. A kernel prefers threads that mostly
// sleep; what this process's own clients wait for processors, beside all that runs in it, a goroutine among them sees.
const (
	nap = 5 * time.Millisecond
	// noticed is the lateness from which on a nap is noted: less is the grain of timers and of the scheduler.
	noticed = 3 * time.Millisecond
	// remembered is for how long it is noted: longer than any phase.
	remembered = 10 * time.Minute
)

// lateness is a nap that took too long.
type lateness struct {
	due time.Time // when it should have ended
	by  time.Duration
}

// Witness looks on as long as somebody wants it to. Its methods may be called at the same time.
type Witness struct {
	mutex sync.Mutex
	users int
	stop  chan struct{}
	noted []lateness // by the threads
	among []lateness // by the goroutine
	due   time.Time  // when the goroutine's nap ends, or should have ended
}

// Process is the witness of this process: labs that run side by side share it.
var Process Witness

// Attend lets the witness look on until the returned function is called. Nothing is known of times at which nobody wanted it.
func (w *Witness) Attend() (leave func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.users++; w.users == 1 {
		w.stop = make(chan struct{})
		w.due = time.Now().Add(nap)
		w.watch(w.stop)
		go w.wait(w.stop, w.due)
	}
	return sync.OnceFunc(func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.users--; w.users == 0 {
			close(w.stop)
		}
	})
}

// wait is the goroutine. Each nap is due a while after the one before it has ended, so that no time lies between them.
func (w *Witness) wait(stop <-chan struct{}, due time.Time) {
	ticker := time.NewTicker(nap)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		ended := time.Now()
		w.mutex.Lock()
		keep(&w.among, due, ended.Sub(due))
		due = ended.Add(nap)
		w.due = due
		w.mutex.Unlock()
		ticker.Reset(nap)
	}
}

func (w *Witness) note(into *[]lateness, due time.Time, by time.Duration) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	keep(into, due, by)
}

func keep(into *[]lateness, due time.Time, by time.Duration) {
	if by < noticed {
		return
	}
	for len(*into) > 0 && due.Sub((*into)[0].due) > remembered {
		*into = (*into)[1:]
	}
	*into = append(*into, lateness{due, by})
}

// Starved is the part of the time between two times in which the goroutine was late.
func (w *Witness) Starved(from, to time.Time) float64 {
	sum := time.Duration(0)
	w.eachWait(from, func(l lateness) {
		begin, end := l.due, l.due.Add(l.by)
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		sum += max(0, end.Sub(begin))
	})
	return sum.Seconds() / to.Sub(from).Seconds()
}

// Late is the longest nap that was late between two times: one timer, or one packet, was late by as much at the most.
func (w *Witness) Late(from, to time.Time) time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	worst := time.Duration(0)
	each(w.noted, from, longest(&worst, to))
	return min(worst, to.Sub(from))
}

// Waited is the same of the goroutine: one step of a program was late by as much at the most.
func (w *Witness) Waited(from, to time.Time) time.Duration {
	worst := time.Duration(0)
	w.eachWait(from, longest(&worst, to))
	return min(worst, to.Sub(from))
}

// longest keeps the longest of the naps that were due by then.
func longest(worst *time.Duration, to time.Time) func(lateness) {
	return func(l lateness) {
		if !l.due.After(to) {
			*worst = max(*worst, l.by)
		}
	}
}

// eachWait is each for the naps of the goroutine, the one that has not ended among them.
func (w *Witness) eachWait(from time.Time, do func(lateness)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	each(w.among, from, do)
	if by := time.Since(w.due); w.users > 0 && by >= noticed {
		do(lateness{w.due, by})
	}
}

// disorder is by how much later than another one a nap may be noted that has ended before it.
const disorder = time.Second

// each calls do for each nap that took too long and had not ended before a time. There are many on a busy machine, and they are noted as they end:
// those that ended long before are not looked at.
func each(noted []lateness, from time.Time, do func(lateness)) {
	for _, l := range slices.Backward(noted) {
		switch end := l.due.Add(l.by); {
		case end.Before(from.Add(-disorder)):
			return
		case !end.Before(from):
			do(l)
		}
	}
}
