package harness

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// queued is a process's queue before any run, and how late the machine is.
type queued struct {
	admission
	late time.Duration
}

func newQueued() *queued {
	return &queued{admission: admission{first: make(chan struct{}, 1), again: make(chan struct{}, 1)}}
}

func (q *queued) lateness(time.Time, time.Time) time.Duration { return q.late }

// begin is a run that begins as soon as it may.
func (q *queued) begin(ctx context.Context, again bool) (began, end chan struct{}) {
	began, end = make(chan struct{}), make(chan struct{})
	go func() {
		leave, err := q.enter(ctx, q.lateness, again)
		if err != nil {
			return
		}
		close(began)
		<-end
		leave()
	}()
	return began, end
}

func has(ended chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

func TestRunsBeginAsTheMachineHasTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueued()
		q.late = time.Second
		var ends []chan struct{}
		for range always() {
			began, end := q.begin(t.Context(), false)
			ends = append(ends, end)
			synctest.Wait()
			require.True(t, has(began), "what makes the machine late may be somebody else's, and stay")
		}
		began, end := q.begin(t.Context(), false)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.False(t, has(began), "the machine is late")
		q.late = crowded - 1
		time.Sleep(apart)
		synctest.Wait()
		require.True(t, has(began), "it is not any more")

		next, last := q.begin(t.Context(), false)
		synctest.Wait()
		assert.False(t, has(next), "the one before it has just begun")
		time.Sleep(apart)
		synctest.Wait()
		assert.True(t, has(next))
		for _, e := range append(ends, end, last) {
			close(e)
		}
		synctest.Wait()
		assert.Zero(t, q.under)
	})
}

func TestNothingBeginsBesideWhatIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueued()
		again, repeated := q.begin(t.Context(), true)
		synctest.Wait()
		require.True(t, has(again))
		first, end := q.begin(t.Context(), false)
		other, repeatedToo := q.begin(t.Context(), true)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.False(t, has(first))
		assert.True(t, has(other), "those that are made again do not wait for one another")
		close(repeated)
		close(repeatedToo)
		time.Sleep(apart)
		synctest.Wait()
		assert.True(t, has(first))
		close(end)
		synctest.Wait()
		assert.Zero(t, q.under)
		assert.Zero(t, q.repeats)
	})
}

func TestWhoIsInterruptedDoesNotWait(t *testing.T) {
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			q := newQueued()
			q.late, q.under = time.Second, always()
			ctx, cancel := context.WithCancel(t.Context())
			_, first := q.begin(ctx, again)
			_, second := q.begin(ctx, again)
			time.Sleep(time.Hour)
			cancel()
			synctest.Wait()
			close(first)
			close(second)
			assert.Equal(t, always(), q.under)
			assert.Zero(t, q.repeats)
			assert.Empty(t, q.first)
			assert.Empty(t, q.again)
		})
	}
}
