package halfopen

import "time"

// lateness measures by how much timers of this process fire late, until stop is called: a machine that does other things as well ends a wait no sooner.
func lateness() (stop func() time.Duration) {
	const interval = 20 * time.Millisecond
	end, most := make(chan struct{}), make(chan time.Duration)
	go func() {
		var late time.Duration
		for {
			due := time.Now().Add(interval)
			select {
			case <-time.After(interval):
				late = max(late, time.Since(due))
			case <-end:
				most <- late
				return
			}
		}
	}()
	return func() time.Duration {
		close(end)
		return <-most
	}
}
