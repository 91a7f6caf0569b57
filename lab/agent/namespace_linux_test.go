package agent_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// TestNamespaceClosedWhileUsed: the number of a descriptor in use never becomes that of another file.
func TestNamespaceClosedWhileUsed(t *testing.T) {
	ns, err := agent.OpenNamespace("/proc/self/ns/net")
	require.NoError(t, err)
	require.NoError(t, ns.Use(func(fd int) error {
		require.NoError(t, ns.Close())
		var before, after unix.Stat_t
		require.NoError(t, unix.Stat("/proc/self/ns/net", &before))
		require.NoError(t, unix.Fstat(fd, &after))
		assert.Equal(t, before.Ino, after.Ino)
		return nil
	}))
	require.ErrorIs(t, ns.Use(func(int) error { return nil }), os.ErrClosed)
	require.ErrorIs(t, ns.Do(func() error { return nil }), os.ErrClosed)
	_, err = ns.Nftables()
	require.ErrorIs(t, err, os.ErrClosed)
}
