package witness

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// glance is the time between two looks at the crowd.
const glance = 50 * time.Millisecond

// Crowd looks on at how many threads of the whole machine want a processor, until the returned function is called: that returns how many there
// were for each processor, on average. A program that computes takes so many times as long as on a machine that has nothing else to do. 0 where it cannot be
// known: the file is Linux's (proc_loadavg(5)).
func Crowd() (mean func() float64) {
	stop, result := make(chan struct{}), make(chan float64)
	go func() {
		looks, sum := 0, 0
		ticker := time.NewTicker(glance)
		defer ticker.Stop()
		for {
			if n, ok := runnable("/proc/loadavg"); ok {
				looks, sum = looks+1, sum+n
			}
			select {
			case <-ticker.C:
			case <-stop:
				result <- float64(sum) / float64(max(looks, 1)) / float64(runtime.NumCPU())
				return
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-result
	}
}

// runnable is how many threads run or wait for a processor, but for the one that looks.
func runnable(file string) (n int, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	var averages [3]float64
	_, err = fmt.Sscanf(string(text), "%f %f %f %d/", &averages[0], &averages[1], &averages[2], &n)
	return n - 1, err == nil
}
