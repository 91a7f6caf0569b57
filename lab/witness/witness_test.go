package witness

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLatenessIsThatOfTheLatestNap(t *testing.T) {
	w := &Witness{}
	start := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	w.note(&w.noted, at(100), 50*time.Millisecond)
	w.note(&w.noted, at(160), noticed-1) // the grain of timers
	w.note(&w.noted, at(200), 40*time.Millisecond)
	w.note(&w.noted, at(900), 400*time.Millisecond)

	assert.Equal(t, 50*time.Millisecond, w.Late(at(0), at(300)))
	assert.Equal(t, 40*time.Millisecond, w.Late(at(160), at(300)))
	assert.Equal(t, 50*time.Millisecond, w.Late(at(120), at(300)), "a nap that was late when it began counts")
	assert.Equal(t, 10*time.Millisecond, w.Late(at(205), at(215)), "it is bounded by the time between")
	assert.Zero(t, w.Late(at(300), at(800)))
	w.note(&w.noted, at(0).Add(2*remembered), time.Second)
	assert.Len(t, w.noted, 1, "what is long past is forgotten")
}

func TestWaitingForAProcessorIsAddedUp(t *testing.T) {
	w := &Witness{}
	start := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	w.note(&w.among, at(100), 100*time.Millisecond)
	w.note(&w.among, at(300), 200*time.Millisecond)
	w.note(&w.noted, at(600), 400*time.Millisecond) // by a thread

	assert.InDelta(t, 0.3, w.Starved(at(0), at(1000)), 1e-9)
	assert.InDelta(t, 0.5, w.Starved(at(150), at(350)), 1e-9, "what is before and behind does not count")
	assert.Zero(t, w.Starved(at(600), at(900)))
	assert.Equal(t, 200*time.Millisecond, w.Waited(at(0), at(1000)))
}

func TestAGoroutineSeesThatTheProcessHasNoProcessor(t *testing.T) {
	old := runtime.GOMAXPROCS(1) // which others of this process are to feel, too
	defer runtime.GOMAXPROCS(old)
	w := &Witness{}
	defer w.Attend()()
	start := time.Now()
	for range 4 {
		go func() {
			for time.Since(start) < 300*time.Millisecond {
			}
		}()
	}
	for time.Since(start) < 300*time.Millisecond {
	}
	assert.Greater(t, w.Starved(start, time.Now()), 0.2)
}

func TestWitnessAttends(t *testing.T) {
	w := &Witness{}
	leave := w.Attend()
	second := w.Attend()
	assert.Equal(t, 2, w.users)
	leave()
	leave()
	assert.Equal(t, 1, w.users, "who leaves twice has left once")
	second()
	assert.Zero(t, w.users)
	select {
	case <-w.stop:
	default:
		t.Error("nobody is left, and it goes on")
	}
}
