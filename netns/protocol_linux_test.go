package netns

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
