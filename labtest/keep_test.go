package labtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// What a call's captures hold is in the files of the folder, too.
func TestKeepCaptures(t *testing.T) {
	t.Parallel()
	l := Open(t, Named(t, "healthy")[0])
	c, dir := keep(t, l), t.TempDir()
	l.Expect(c.get, OK())
	l.KeepCaptures(dir)
	l.Expect(c.get, OK())
	seen := l.Expect(c.get, OK())
	names, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	require.NoError(t, err)
	assert.Len(t, names, 6, "two calls, of which each is captured at three hosts")
	file, err := os.Open(filepath.Join(dir, "call-2-client.pcapng"))
	require.NoError(t, err)
	defer file.Close()
	kept, err := wire.ReadAll(file, lab.ClientHost)
	require.NoError(t, err)
	assert.Equal(t, seen.Traces[0].Packets, kept.Packets)
}
