package cmdtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ordinary runs tcplab as an ordinary user, where this process is root, in a folder of its own; TMPDIR is that folder's "tmp".
type Ordinary struct {
	Dir string
	T   *testing.T
}

func NewOrdinary(t *testing.T) Ordinary {
	t.Helper()
	o := Ordinary{Dir: PublicDir(t), T: t}
	require.NoError(t, os.Mkdir(filepath.Join(o.Dir, "tmp"), 0o777))
	require.NoError(t, os.Chmod(filepath.Join(o.Dir, "tmp"), 0o777))
	require.NoError(t, os.Chmod(o.Dir, 0o777))
	CopyFile(t, Program(t), filepath.Join(o.Dir, "tcplab"))
	if os.Geteuid() == 0 {
		RequireUserNamespaces(t, func(args ...string) (string, error) {
			out, err := o.Command(args...).CombinedOutput()
			return string(out), err
		})
	}
	return o
}

func (o Ordinary) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(o.Dir, "tcplab"), args...)
	cmd.Dir, cmd.Env = o.Dir, []string{"HOME=" + o.Dir, "TMPDIR=" + filepath.Join(o.Dir, "tmp"), "PATH=/usr/local/bin:/usr/bin:/bin"}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: Nobody, Gid: Nobody}}
	}
	return cmd
}

// NothingLeft asserts that no folder of a server is left, and no process that mentions the text.
func (o Ordinary) NothingLeft(text string) {
	o.T.Helper()
	left, err := filepath.Glob(filepath.Join(o.Dir, "tmp", "tcplab-server-*"))
	require.NoError(o.T, err)
	assert.Empty(o.T, left)
	assert.Empty(o.T, Mentioning(o.T, text))
}

// Mentioning returns the processes, tcplab's own left out, whose command line has the text.
func Mentioning(t *testing.T, text string) (found []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, name := range names {
		line, err := os.ReadFile(name)
		words := strings.ReplaceAll(string(line), "\x00", " ")
		if err == nil && strings.Contains(words, text) && !strings.Contains(words, "--server") {
			found = append(found, words)
		}
	}
	return found
}
