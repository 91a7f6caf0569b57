//go:build unix

package standing

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A holder that could not take connections for a while, as when descriptors are scarce, takes them again after that.
func TestAHolderIsReachedAgain(t *testing.T) {
	listener := claimed(t)
	require.NoError(t, listener.SetDeadline(time.Now())) // no connection can be taken
	h := &holder{order: Order{Lab: "lab"}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.serve(listener)
	}()
	select {
	case <-ended:
		t.Fatal("it does not serve any more")
	case <-time.After(2 * acceptAgain):
	}
	require.NoError(t, listener.SetDeadline(time.Time{}))
	c, err := dial("lab")
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, send(c, request{Op: opInfo}))
	require.NoError(t, c.SetReadDeadline(time.Now().Add(infoDeadline)))
	var r reply
	require.NoError(t, receive(json.NewDecoder(c), &r))
	assert.Equal(t, "lab", r.Info.Lab)
	require.NoError(t, listener.Close())
	<-ended
}
