package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBrowseWithoutABrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	code, _, stderr := run("browse", "http://192.0.2.1/")
	assert.Equal(t, 1, code)
	assert.Equal(t, "tcplab host browse: chromium is not installed on this machine: apt-get install chromium\n", stderr)
}

// A process that has left its group is found all the same, and so is what it has started since.
func TestEndMentioningFindsThoseThatHaveLeft(t *testing.T) {
	mark := t.TempDir()
	cmd := exec.Command("setsid", "--fork", "sh", "-c", "(sleep 1000; true) & exec sleep 1000")
	cmd.Env = append(os.Environ(), "MARK="+mark)
	require.NoError(t, cmd.Run())
	found := func() (n int) {
		folders, err := filepath.Glob("/proc/[0-9]*")
		require.NoError(t, err)
		for _, f := range folders {
			if mentions(f, mark) {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return found() == 3 }, 10*time.Second, time.Millisecond, "two that sleep, and a shell")
	require.NoError(t, endMentioning(mark))
	assert.Zero(t, found())
}
