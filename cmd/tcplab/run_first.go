package main

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// headStart is how long the first scenario has the machine to itself.
const headStart = time.Second

// inTurn starts all of them by their numbers: at first one that is soon done, and the others when it is, so that there is
// something to look at within a second or two. Were all started at once, on a small machine none would be done before most are.
func inTurn(ctx context.Context, list []harness.Scenario, start func(i int) (done <-chan struct{})) {
	first := quickest(list)
	if len(list) <= runtime.NumCPU() {
		first = -1
	}
	if first >= 0 {
		select {
		case <-start(first):
		case <-time.After(headStart):
		case <-ctx.Done():
		}
	}
	for i := range list {
		if i != first {
			start(i)
		}
	}
}

// quickest is the first scenario in which nobody waits for a timer, -1 where there is none.
func quickest(list []harness.Scenario) int {
	return slices.IndexFunc(list, func(s harness.Scenario) bool {
		want := s.Want.Client
		return !s.Long && !want.Timeout && want.Retransmissions == 0 && s.Client == nil && want.Errno != ""
	})
}
