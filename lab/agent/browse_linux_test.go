package agent

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

// In the namespace of its process the verb needs no second process.
func TestBrowseInTheNamespaceOfTheProcess(t *testing.T) {
	if _, err := lab.FindProgram("chromium"); err != nil {
		if os.Getenv("TCPLAB_REQUIRE_CHROMIUM") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	folder, err := os.MkdirTemp("", "browse-") // not the test's own, whose path is too long for Chromium's socket
	require.NoError(t, err)
	defer os.RemoveAll(folder)
	t.Setenv("TMPDIR", folder)

	code, stdout, stderr := run("browse", "http://"+l.Addr().String()+"/")
	require.Equal(t, 0, code, stderr)
	var o lab.Outcome
	require.NoError(t, json.Unmarshal([]byte(stdout), &o))
	assert.Equal(t, "net::ERR_CONNECTION_REFUSED", o.Code)
	_, err = png.Decode(bytes.NewReader(o.Attachments["chromium.png"]))
	assert.NoError(t, err)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

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
