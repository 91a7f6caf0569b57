//go:build unix

package standing

import (
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// claimed takes the name of a lab in a folder of the test's own.
func claimed(t *testing.T) *net.UnixListener {
	t.Helper()
	// The path of a socket in it must not be longer than 107 characters, so it is not the test's own.
	dir, err := os.MkdirTemp("", "labs-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv(folderVariable, "")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	l, err := claim("lab")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// The connections of a holder that is killed end before its socket does. Who hears of its death by one of them, and asks for
// the name at once, has it.
func TestTheNameOfADyingHolderIsFree(t *testing.T) {
	dying := claimed(t)
	dying.SetUnlinkOnClose(false)
	go func() {
		c, err := dying.Accept()
		if assert.NoError(t, err) {
			assert.NoError(t, c.Close())
		}
		assert.NoError(t, dying.Close())
	}()
	next, err := claim("lab")
	require.NoError(t, err)
	require.NoError(t, next.Close())
	names, err := labNames()
	require.NoError(t, err)
	assert.Empty(t, names)
}

// A holder that is too busy to answer, or was stopped, keeps its name.
func TestTheNameOfASilentHolderIsInUse(t *testing.T) {
	claimed(t)
	_, err := claim("lab")
	assert.EqualError(t, err, "a lab named lab stands already: give this one another name (--name), or take that one down (tcplab down --lab lab)")
	names, err := labNames()
	require.NoError(t, err)
	assert.Equal(t, []string{"lab"}, names)
}
