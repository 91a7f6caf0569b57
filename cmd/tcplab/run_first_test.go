package main

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

func TestTheFirstResultDoesNotWaitForTheOthers(t *testing.T) {
	list := slices.Repeat(scenarios.All(), 20) // more than any machine has processors
	first := quickest(list)
	require.GreaterOrEqual(t, first, 0)
	assert.Empty(t, list[first].Checks, "the first one is quick")
	assert.False(t, list[first].Want.Client.Timeout, "the first one is quick")
	done := make(chan struct{})
	var started []int
	inTurn(t.Context(), list, func(i int) <-chan struct{} {
		if i == first {
			close(done)
		} else {
			select {
			case <-done:
			default:
				assert.Fail(t, "started before the first was done")
			}
		}
		started = append(started, i)
		return done
	})
	assert.Equal(t, first, started[0])
	assert.True(t, slices.IsSortedFunc(started[1:], func(a, b int) int { return cmp.Compare(list[b].Waits(), list[a].Waits()) }), "the longest waits come first")
	slices.Sort(started)
	for i := range list {
		require.Equal(t, i, started[i], "each once")
	}
	assert.Equal(t, -1, quickest([]harness.Scenario{{Long: true}}))
}

// Scenarios that wait for long come first, because the others are done meanwhile; the order of scenarios that wait as long is kept.
func TestThoseThatWaitLongestComeFirst(t *testing.T) {
	list, err := scenarios.Select("closed-port", "firewall-drop", "service-resets", "kernel-gives-up")
	require.NoError(t, err)
	var names []string
	for _, i := range longFirst(list) {
		names = append(names, list[i].Name)
	}
	assert.Equal(t, []string{"kernel-gives-up", "firewall-drop", "closed-port", "service-resets"}, names)
}
