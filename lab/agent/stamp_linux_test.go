package agent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The kernel begins to stamp packets a while after it was asked to, and ends a while after the last one who has asked is gone.
// Where some other program of the machine asks all the time, there is nothing to wait for.
func TestStampingIsAwaited(t *testing.T) {
	const untilItHasEnded = 20 * time.Millisecond
	for range 20 {
		s, err := KeepStamping()
		require.NoError(t, err)
		require.NoError(t, s.await(t.Context()))
		stamps, err := s.stamps()
		require.NoError(t, err)
		assert.True(t, stamps)
		require.NoError(t, s.Close())
		time.Sleep(untilItHasEnded) // the kernel tells nobody
	}
}
