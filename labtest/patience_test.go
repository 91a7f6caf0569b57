package labtest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// A path that heals while a call waits: the call is answered, by the request that the kernel sends again.
func TestTheFailureHealsWhileTheCallWaits(t *testing.T) {
	t.Parallel()
	l := Open(t, Named(t, "security-group-drop")[0])
	c := keep(t, l)
	l.Expect(c.get, OK())
	l.Break()
	l.HealAfter(300 * time.Millisecond)
	seen := l.Expect(c.patientGet, OK())
	assert.False(t, l.standing.Broken())
	assert.GreaterOrEqual(t, seen.Elapsed, 300*time.Millisecond)
	assert.Contains(t, l.Drawing(seen), "retry 1")
	l.Expect(c.get, OK())
}

// A call is ended at the patience that is asked for, and what it does because of that is not counted.
func TestPatience(t *testing.T) {
	t.Parallel()
	l := Open(t, Named(t, "service-hangs")[0])
	l.Break()
	l.Patience(400 * time.Millisecond)
	seen := l.Expect(func(ctx context.Context) error {
		<-ctx.Done()
		_, err := l.Dial(context.WithoutCancel(ctx), "tcp", l.Target())
		return err
	})
	assert.True(t, seen.Hung)
	assert.Less(t, seen.Elapsed, Limit)
	assert.Zero(t, seen.Connections)
	assert.Len(t, l.Sockets(), 1, "it has connected all the same")
}

// A program is a call, and its error has its exit code and its words.
func TestAProgramAsACall(t *testing.T) {
	t.Parallel()
	l := Open(t, Named(t, "closed-port")[0])
	seen := l.Expect(l.Program("sh", "-c", "echo no luck >&2; exit 3"))
	var exit *lab.ExitError
	assert.ErrorAs(t, seen.Err, &exit)
	assert.Equal(t, 3, exit.Code)
	assert.ErrorContains(t, seen.Err, "no luck")
}

// A failure that comes later than a packet finds the client at work.
func TestLaterThanAnInstant(t *testing.T) {
	t.Parallel()
	l := Open(t, Named(t, "closed-port")[0])
	c := keep(t, l)
	l.Expect(c.get, OK())
	l.BreakWhen(Later(RequestAcked, 300*time.Millisecond))
	start := time.Now()
	l.Expect(c.get, OK())
	l.AwaitBreak()
	assert.GreaterOrEqual(t, time.Since(start), 300*time.Millisecond)
	assert.True(t, l.standing.Broken())
}

// A process that gets no processor is late by itself: so much is added to what a call may take.
func TestABusyProcessIsGivenTime(t *testing.T) {
	t.Cleanup(harness.Attend())
	var over atomic.Bool
	var busy sync.WaitGroup
	for range 50 * runtime.GOMAXPROCS(0) {
		busy.Go(func() {
			for !over.Load() {
			}
		})
	}
	seen := do(t.Context(), func(context.Context) error {
		time.Sleep(time.Second) // as long as the call takes
		return errors.New("it fails")
	}, Limit)
	over.Store(true)
	busy.Wait()
	assert.Greater(t, seen.late, 50*time.Millisecond)
	assert.Empty(t, FailsWithin(seen.Elapsed-late-seen.late)(seen))
	assert.NotEmpty(t, FailsWithin(seen.Elapsed-late-seen.late-time.Millisecond)(seen))
	assert.Contains(t, OK()(seen), "it fails (this machine was late by up to "+seconds(seen.late)+" meanwhile: ")
}
