package netns

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

// newChannels returns both ends of a pair.
func newChannels(t *testing.T) (here, there channel) {
	t.Helper()
	here, file, err := newPair()
	require.NoError(t, err)
	there, err = newChannel(file)
	require.NoError(t, err)
	return here, there
}

// What was sent last arrives, and then the end, also where the kernel tells of the end too early. An empty message stands
// for that here: it reads as the end, too.
func TestLastWordsComeBeforeTheEnd(t *testing.T) {
	for name, early := range map[string]struct{ unread, told bool }{
		"told once":                             {},
		"told too early":                        {told: true},
		"closed with a signal that nobody read": {unread: true},
		"both":                                  {unread: true, told: true},
	} {
		t.Run(name, func(t *testing.T) {
			here, there := newChannels(t)
			defer here.Close()
			if early.unread {
				require.NoError(t, here.send(request{Op: opSignal}))
			}
			if early.told {
				_, _, err := there.WriteMsgUnix(nil, nil, nil)
				require.NoError(t, err)
			}
			require.NoError(t, there.send(reply{Exit: 7}))
			require.NoError(t, there.Close())
			var last reply
			require.NoError(t, answer(here, &last))
			assert.Equal(t, reply{Exit: 7}, last)
			_, err := here.receive(&last)
			assert.ErrorIs(t, err, io.EOF)
		})
	}
}

// A lab that was built in the moment in which its context ended is not handed out: it goes with the context.
func TestBuildCancelledAtItsEnd(t *testing.T) {
	here, there := newChannels(t)
	ended := make(chan struct{})
	close(ended)
	engine := &Engine{process: &helperProcess{main: here, ended: ended}}
	defer engine.Close()
	for range 1000 {
		ctx, cancel := context.WithCancel(t.Context())
		go buildThen(t, there, cancel)
		built, err := engine.Build(ctx, lab.Routed())
		if err != nil {
			assert.EqualError(t, err, "netns: build lab routed: context canceled")
			continue
		}
		require.NoError(t, built.Close(t.Context()))
	}
}

// buildThen is a helper that is asked for a lab, and then to remove it.
func buildThen(t *testing.T, main channel, built func()) {
	fds, err := main.receive(&struct{}{})
	if !assert.NoError(t, err) || !assert.Len(t, fds, 1) {
		return
	}
	c, err := newChannel(os.NewFile(uintptr(fds[0]), "netns call"))
	if !assert.NoError(t, err) {
		return
	}
	defer c.Close()
	if _, err := c.receive(&request{}); err != nil {
		return // it was cancelled before
	}
	built()
	_ = c.send(reply{Lab: 1})
	_, _ = c.receive(&request{})
	_ = c.send(reply{})
}
