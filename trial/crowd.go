package trial

import (
	"context"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// crowded is from how many threads that want one processor on a program has not had the time that its timeouts take for granted.
const crowded = 3

// mustSucceed is an act in which the command is to get its answer.
func (t *trial) mustSucceed(ctx context.Context, phase harness.PhaseName, limit time.Duration) (*Act, error) {
	return onceMoreIfCrowded(harness.Crowd, func() (*Act, error) { return t.act(ctx, phase, limit, nil) })
}

// onceMoreIfCrowded does something a second time where it failed while there was a crowd: that says nothing about the command. The second time counts.
func onceMoreIfCrowded(crowd func() (mean func() float64), do func() (*Act, error)) (*Act, error) {
	mean := crowd()
	act, err := do()
	if busy := mean() >= crowded; err != nil || act.OK() || !busy {
		return act, err
	}
	return do()
}
