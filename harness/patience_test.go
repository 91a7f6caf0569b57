package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/wire/signature"
)

func TestWhatWasWitnessedIsTolerated(t *testing.T) {
	tolerance := signature.DefaultTolerance()
	_, most := ClientWant{Timeout: true}.window(3*time.Second, signature.Schedule{}, tolerance)
	tolerance.Witnessed = time.Second
	least, later := ClientWant{Timeout: true}.window(3*time.Second, signature.Schedule{}, tolerance)
	assert.Equal(t, most+time.Second, later)
	assert.Equal(t, 2960*time.Millisecond, least, "a machine that is late lets nothing come early")
}

func TestStandstillsWeighMoreInCompressedTime(t *testing.T) {
	differs := []Mismatch{{At: "client"}}
	assert.True(t, (&Report{Speed: 1, starved: 0.3, clocks: 1, Mismatches: differs}).provesNothing())
	assert.False(t, (&Report{Speed: 1, starved: 0.1, clocks: 1, Mismatches: differs}).provesNothing(), "the program had its time")
	assert.False(t, (&Report{Speed: 1, starved: 0.3, clocks: 1, Mismatches: append(differs, Mismatch{At: "wire at server"})}).provesNothing(), "packets do not lie")
	assert.False(t, (&Report{Speed: 1, Lateness: 300 * time.Millisecond, Mismatches: differs}).provesNothing())
	assert.True(t, (&Report{Speed: 20, Lateness: 300 * time.Millisecond, Mismatches: differs}).provesNothing())
	assert.False(t, (&Report{Speed: 20, Lateness: 300 * time.Millisecond}).provesNothing(), "what matches, matches")
	assert.True(t, (&Report{Speed: 1, Lateness: 2 * beyondSense, Mismatches: differs}).provesNothing())
}

// A program of the lab that comes late by more than a timer of TCP lets the timer fire: its packets do not lie, and are not the fault's.
func TestWhatProgramsOfTheLabWaitedForWeighsMoreThanATimer(t *testing.T) {
	differs := []Mismatch{{At: "wire at server"}}
	assert.True(t, (&Report{Speed: 1, programs: 250 * time.Millisecond, Mismatches: differs}).isDoubtful())
	assert.False(t, (&Report{Speed: 1, programs: 150 * time.Millisecond, Mismatches: differs}).isDoubtful())
	assert.True(t, (&Report{Speed: 20, programs: 20 * time.Millisecond, Mismatches: differs}).isDoubtful())
	assert.False(t, (&Report{Speed: 1, programs: time.Second}).isDoubtful(), "what matches, matches")
	assert.False(t, (&Report{Speed: 1, programs: 900 * time.Millisecond, Mismatches: differs}).provesNothing(), "what differs a second time differs")
}
