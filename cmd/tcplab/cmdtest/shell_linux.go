package cmdtest

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
	"golang.org/x/sys/unix"
)

// imageDeadline allows for a first lab of containers on a machine, for which their image is built.
const imageDeadline = 5 * time.Minute

// ShellSession is a shell in which commands are typed one after the other, with what it shows.
type ShellSession struct {
	*Desk
	Running *Running
	typed   io.Writer
	seen    int // of the output
}

// NewShellSession begins one, as the user whose desk it is. What runs in the background ends with the test.
func NewShellSession(d *Desk, env ...string) *ShellSession {
	d.Helper()
	bin := PublicDir(d.T)
	require.NoError(d, os.Symlink(d.Program, filepath.Join(bin, "tcplab")))
	cmd := exec.Command("bash", "--norc")
	cmd.Dir, cmd.Env = d.Dir, slices.Concat(d.Env, []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}, env)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.Credential, Setpgid: true}
	typed, err := cmd.StdinPipe()
	require.NoError(d, err)
	s := &ShellSession{Desk: d, Running: d.Start(cmd), typed: typed}
	d.Cleanup(func() { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) })
	return s
}

// HostBinary is a tcplab for the hosts of the docker engine, which builds one where the working directory is in the module.
func HostBinary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(PublicDir(t), "tcplab")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path, "./cmd/tcplab")
	build.Dir, build.Env = enginetest.Root(), append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// warning is what tshark says to root before anything else.
var warning = regexp.MustCompile(`(?m)^Running as user "root" and group "root"\. This could be dangerous\.\n`)

// Shown is what the shell has shown since the command before.
func (s *ShellSession) Shown() string {
	return warning.ReplaceAllString(s.Running.Out.String()[s.seen:], "")
}

// Try types a command. What is in the background goes on, once it has shown what it must; all else ends. Nobody types at
// the commands themselves.
func (s *ShellSession) Try(c TypedCommand) {
	s.Helper()
	line, finished := "{ "+c.Text+"\n} </dev/null\n", regexp.MustCompile(Pattern(c.Want))
	if !strings.HasSuffix(c.Text, "&") {
		line += "echo \"[$?]\"\n"
		finished = regexp.MustCompile(`(?m)^\[\d+\]\n\z`)
	}
	_, err := fmt.Fprint(s.typed, line)
	require.NoError(s, err)
	if !assert.Eventually(s, func() bool { return finished.MatchString(s.Shown()) }, imageDeadline, Poll, c.Text) {
		require.Fail(s, "it shows", "%s", s.Shown())
	}
	got, ok := s.Shown(), true
	if !strings.HasSuffix(c.Text, "&") {
		got, ok = strings.CutSuffix(got, "[0]\n")
	}
	require.True(s, ok, "%s: %s", c.Text, got)
	require.Regexp(s, Pattern(c.Want), got, c.Text)
	s.seen = len(s.Running.Out.String())
}
