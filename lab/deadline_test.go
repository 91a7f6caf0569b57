package lab_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/lab"
)

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		limited, cancel := lab.Limit(t.Context(), 10*time.Second)
		defer cancel()
		child, end := context.WithCancel(limited)
		defer end()
		time.Sleep(4 * time.Second)
		for range 2 { // in line for an hour, twice
			assert.NoError(t, lab.InLine(child, func() error { time.Sleep(time.Hour); return nil }))
			time.Sleep(time.Second)
		}
		assert.NoError(t, child.Err())
		<-child.Done()
		assert.Equal(t, 2*time.Hour+10*time.Second, time.Since(began))
		assert.ErrorIs(t, child.Err(), context.DeadlineExceeded)
		assert.ErrorIs(t, limited.Err(), context.DeadlineExceeded)
		assert.EqualError(t, context.Cause(child), "it took longer than 10s")
	})
}

func TestLimitCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited, cancel := lab.Limit(t.Context(), 10*time.Second)
		cancel()
		assert.ErrorIs(t, limited.Err(), context.Canceled)
		time.Sleep(time.Minute)
		assert.ErrorIs(t, limited.Err(), context.Canceled)
		assert.NoError(t, lab.InLine(t.Context(), func() error { return nil }), "a context without a limit")
	})
}
