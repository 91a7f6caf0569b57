package agent

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// slowSocket is one whose close(2) takes as long as the test likes.
type slowSocket struct {
	begun, release chan struct{}
	closed         atomic.Bool
}

func (s *slowSocket) Close() error {
	close(s.begun)
	<-s.release
	s.closed.Store(true)
	return nil
}

// Whoever takes a port comes after the verb that had it: the verb must not end before its socket is closed.
func TestAVerbEndsAfterItsSocketIsClosed(t *testing.T) {
	for name, ended := range map[string]bool{"the context has ended": true, "the verb ends by itself": false} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &slowSocket{begun: make(chan struct{}), release: make(chan struct{})}
			await := closeWith(ctx, s)
			if ended {
				cancel()
				<-s.begun
			}
			go func() {
				<-s.begun
				close(s.release)
			}()
			await()
			assert.True(t, s.closed.Load())
		})
	}
}
