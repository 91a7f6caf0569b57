package witness

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// watch starts a thread on each processor that this process may use. Its goroutine is never unlocked from it, so that the
// thread, which is bound to a processor, ends with the goroutine.
func (w *Witness) watch(stop <-chan struct{}) {
	var allowed unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil {
		allowed.Set(0)
	}
	for cpu := range len(allowed) * 64 {
		if !allowed.IsSet(cpu) {
			continue
		}
		go func() {
			runtime.LockOSThread()
			var only unix.CPUSet
			only.Set(cpu)
			_ = unix.SchedSetaffinity(0, &only) // where it is forbidden, it witnesses from any processor
			for {
				select {
				case <-stop:
					return
				default:
				}
				w.sleep()
			}
		}()
	}
}

// sleep sleeps in the kernel, and not in Go's scheduler, whose own lateness is not the lab's.
func (w *Witness) sleep() {
	due := time.Now().Add(nap)
	left := unix.NsecToTimespec(int64(nap))
	for unix.Nanosleep(&left, &left) == unix.EINTR { // what is left is slept, too
	}
	w.note(&w.noted, due, time.Since(due))
}
