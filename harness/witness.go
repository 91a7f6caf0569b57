package harness

import (
	"sync"
	"time"
)

// A verdict does not depend on how busy the machine is: where a clock has to decide, a witness says by how much the machine
// was late just then, and so much is tolerated in addition. The witness is a thread for each processor that sleeps and
// looks by how much it was woken late, as the kernel's timers, the lab's programs and this process were.
const (
	witnessNap = 5 * time.Millisecond
	// noticed is the lateness from which on a nap is noted: less is the grain of timers and of the scheduler.
	noticed = 3 * time.Millisecond
	// remembered is for how long it is noted: longer than any phase.
	remembered = 10 * time.Minute
	// beyondSense is the lateness within one act from which on a run that differs proves nothing.
	beyondSense = 2 * time.Second
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
	noted []lateness
}

var theWitness witness

// attend lets the witness look on until the returned function is called.
func (w *witness) attend() (leave func()) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.users++; w.users == 1 {
		w.stop = make(chan struct{})
		w.watch(w.stop)
	}
	return sync.OnceFunc(func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.users--; w.users == 0 {
			close(w.stop)
		}
	})
}

func (w *witness) note(due time.Time, by time.Duration) {
	if by < noticed {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(w.noted) > 0 && due.Sub(w.noted[0].due) > remembered {
		w.noted = w.noted[1:]
	}
	w.noted = append(w.noted, lateness{due, by})
}

// late is the longest nap that was late between two times: one timer, or one packet, was late by as much at the most.
func (w *witness) late(from, to time.Time) time.Duration {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	worst := time.Duration(0)
	for _, l := range w.noted {
		if !l.due.Add(l.by).Before(from) && !l.due.After(to) {
			worst = max(worst, l.by)
		}
	}
	return min(worst, to.Sub(from))
}
