package main

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// headStart is how long the first scenario has the machine to itself.
const headStart = time.Second

// inTurn starts all of them by their numbers: at first one that is soon done, and when it is, the others, those first that wait longest. So there is
// something to look at within a second or two, and the last ones do not wait for long.
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
	for _, i := range longFirst(list) {
		if i != first {
			start(i)
		}
	}
}

// longFirst are the places of the scenarios in the list, those first that wait longest.
func longFirst(list []harness.Scenario) []int {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[b].Waits(), list[a].Waits()) })
	return order
}

// quickest is the first scenario in which nobody waits for a timer, -1 where there is none.
func quickest(list []harness.Scenario) int {
	return slices.IndexFunc(list, func(s harness.Scenario) bool {
		want := s.Want.Client
		return !s.Long && !want.Timeout && want.Retransmissions == 0 && s.Client == nil && want.Errno != ""
	})
}
