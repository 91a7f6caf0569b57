package harness

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// queued is a process's queue before any run, and how late the machine is.
type queued struct {
	admission
	late atomic.Int64 // as a [time.Duration]
}

func newQueued() *queued {
	return &queued{admission: admission{first: make(chan struct{}, 1), again: make(chan struct{}, 1)}}
}

func (q *queued) lateness(time.Time, time.Time) time.Duration { return time.Duration(q.late.Load()) }

// attempt is a run that begins as soon as it may.
type attempt struct{ began, proven, end chan struct{} }

func (q *queued) begin(ctx context.Context, again bool) attempt {
	r := attempt{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	go func() {
		p, err := q.enter(ctx, q.lateness, again)
		if err != nil {
			return
		}
		close(r.began)
		<-r.proven
		p.proven()
		<-r.end
		p.leave()
	}()
	return r
}

func (r attempt) finish() {
	close(r.proven)
	close(r.end)
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
		q.late.Store(int64(time.Second))
		var under []attempt
		for range underAlways() {
			r := q.begin(t.Context(), false)
			under = append(under, r)
			synctest.Wait()
			require.True(t, has(r.began), "what makes the machine late may be somebody else's, and stay")
			close(r.proven)
		}
		r := q.begin(t.Context(), false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.False(t, has(r.began), "the machine is late")
		q.late.Store(int64(crowded - 1))
		time.Sleep(look)
		synctest.Wait()
		require.True(t, has(r.began), "it is not any more")
		r.finish()
		for _, r := range under {
			close(r.end)
		}
		synctest.Wait()
		assert.Zero(t, q.under)
		assert.Zero(t, q.unproven)
	})
}

func TestAFewLabsAreBuiltAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueued()
		var under []attempt
		for range unprovenAtOnce() {
			under = append(under, q.begin(t.Context(), false))
			synctest.Wait()
		}
		r := q.begin(t.Context(), false)
		under = append(under, r)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.False(t, has(r.began))
		close(under[0].proven)
		time.Sleep(look)
		synctest.Wait()
		require.True(t, has(r.began))
		close(under[0].end)
		for _, r := range under[1:] {
			r.finish()
		}
		synctest.Wait()
		assert.Zero(t, q.under)
		assert.Zero(t, q.unproven)
	})
}

func TestNothingBeginsBesideWhatIsMadeAgainOnALateMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueued()
		q.late.Store(int64(time.Second))
		again := q.begin(t.Context(), true)
		synctest.Wait()
		require.True(t, has(again.began))
		first, other := q.begin(t.Context(), false), q.begin(t.Context(), true)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.False(t, has(first.began))
		assert.True(t, has(other.began), "repeated runs do not wait for one another")
		again.finish()
		other.finish()
		time.Sleep(look)
		synctest.Wait()
		assert.True(t, has(first.began))
		first.finish()
		synctest.Wait()
		assert.Zero(t, q.under)
		assert.Zero(t, q.repeats)
	})
}

func TestWhoIsInterruptedDoesNotWait(t *testing.T) {
	for _, again := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			q := newQueued()
			q.late.Store(int64(time.Second))
			q.under = underAlways()
			ctx, cancel := context.WithCancel(t.Context())
			first, second := q.begin(ctx, again), q.begin(ctx, again)
			time.Sleep(10 * time.Second)
			assert.False(t, has(first.began) || has(second.began))
			cancel()
			synctest.Wait()
			assert.Equal(t, underAlways(), q.under)
			assert.Zero(t, q.repeats)
			assert.Empty(t, q.first)
			assert.Empty(t, q.again)
		})
	}
}

// A client that is a program of the lab has nothing to do with how busy this process is.
func TestOnlyAFunctionIsAsLateAsThisProcess(t *testing.T) {
	programs := lateness(func(time.Time, time.Time) time.Duration { return 2 * time.Millisecond })
	process := lateness(func(time.Time, time.Time) time.Duration { return time.Second })
	now := time.Now()
	assert.Equal(t, 2*time.Millisecond, programs.feltBy(agent.GoClient{}, process)(now, now))
	function := lab.ClientFunc("test", func(context.Context, lab.Call) error { return nil })
	assert.Equal(t, time.Second, programs.feltBy(function, process)(now, now))
}
