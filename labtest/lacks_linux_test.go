package labtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/netns"
)

// A test binary is its own helper. One that does not link what drives Chromium must say so, and not begin its tests once more.
func TestWhatIsNotLinkedIsSaid(t *testing.T) {
	e := netns.New()
	defer e.Close()
	if err := e.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	l, err := e.Build(t.Context(), lab.Routed())
	require.NoError(t, err)
	defer l.Close(t.Context())
	client, err := l.Host("client")
	require.NoError(t, err)
	_, err = lab.RunVerb(t.Context(), client, agent.BrowseVerb("http://203.0.113.10/", time.Second))
	require.Error(t, err)
	assert.Contains(t, err.Error(), `this program cannot drive Chromium: import _ "github.com/tcplab/tcplab/lab/agent/browse"`)
}
