package cmdtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/standing"
)

// Desk is where a person works: a folder, and the labs that stand for this person.
type Desk struct {
	*testing.T
	Dir        string
	Env        []string
	Credential *syscall.Credential // nil: the test's own user
	Program    string
}

// NewDesk returns a desk with no labs on it. Those that are left are taken down.
func NewDesk(t *testing.T) *Desk {
	t.Helper()
	dir := PublicDir(t)
	d := &Desk{T: t, Dir: dir, Program: Program(t), Env: append(os.Environ(), "XDG_RUNTIME_DIR="+dir)}
	t.Cleanup(func() {
		if out, code := d.TCPLab("down", "--all"); code != 0 {
			assert.Contains(t, out, "has died", "a lab was left")
		}
	})
	return d
}

// AsNobody makes it the desk of an ordinary user.
func (d *Desk) AsNobody() {
	d.Helper()
	d.Credential = &syscall.Credential{Uid: Nobody, Gid: Nobody}
	require.NoError(d, os.Chown(d.Dir, Nobody, Nobody))
	require.NoError(d, os.Mkdir(filepath.Join(d.Dir, "bin"), 0o755))
	d.Program = filepath.Join(d.Dir, "bin", "tcplab")
	CopyFile(d.T, Program(d.T), d.Program)
	d.Env = []string{"HOME=" + d.Dir, "PATH=/usr/bin:/bin", "XDG_RUNTIME_DIR=" + d.Dir}
}

func (d *Desk) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(d.Program, args...)
	cmd.Dir, cmd.Env = d.Dir, d.Env
	if d.Credential != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.Credential}
	}
	return cmd
}

// TCPLab runs a command, and returns what it has printed on either stream, and its exit code.
func (d *Desk) TCPLab(args ...string) (string, int) {
	d.Helper()
	out, err := d.Command(args...).CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		return string(out), exit.ExitCode()
	}
	require.NoError(d, err)
	return string(out), 0
}

// Must runs a command that must succeed.
func (d *Desk) Must(args ...string) string {
	d.Helper()
	out, code := d.TCPLab(args...)
	require.Zero(d, code, "%s: %s", strings.Join(args, " "), out)
	return out
}

// Fails runs a command that must fail with one sentence.
func (d *Desk) Fails(sentence string, args ...string) {
	d.Helper()
	out, code := d.TCPLab(args...)
	assert.Equal(d, 2, code, args)
	assert.Equal(d, "tcplab: "+sentence+"\n", out)
}

// Standing is what "status" tells of one.
func (d *Desk) Standing(name string) standing.Info {
	d.Helper()
	var info standing.Info
	for line := range strings.Lines(d.Must("status", "--json")) {
		require.NoError(d, json.Unmarshal([]byte(line), &info))
		if info.Lab == name {
			return info
		}
	}
	require.Fail(d, "there is no such lab", name)
	return info
}

// Inhabitants are the process that holds the namespaces of a lab, and a daemon on its server.
func (d *Desk) Inhabitants(info standing.Info) []int {
	d.Helper()
	holder, err := os.FindProcess(info.Process)
	require.NoError(d, err)
	helper, _ := (&Running{T: d.T, Cmd: &exec.Cmd{Process: holder}}).HelperProcess()
	pipe := filepath.Join(d.Dir, "pipe-"+strconv.Itoa(helper))
	script := fmt.Sprintf(`mkfifo %s; setsid sh -c 'echo $$ > %s; exec sleep 1000 >/dev/null 2>&1' & cat %s`, pipe, pipe, pipe)
	daemon, err := strconv.Atoi(strings.TrimSpace(d.Must("exec", "--lab", info.Lab, "server", "sh", "-c", script)))
	require.NoError(d, err)
	require.False(d, Ended(daemon))
	return []int{helper, daemon}
}

// RequireEnded waits until processes have ended.
func (d *Desk) RequireEnded(pids []int) {
	d.Helper()
	for _, pid := range pids {
		require.Eventually(d, func() bool { return Ended(pid) }, GoneWithin, Poll, "process %d is still there", pid)
	}
}

// KillHolder kills the holder of a lab, and returns when all of it is gone: its first thread may be gone before the others.
func (d *Desk) KillHolder(info standing.Info) {
	d.Helper()
	require.NoError(d, unix.Kill(info.Process, unix.SIGKILL))
	require.Eventually(d, func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", info.Process))
		return len(threads) <= 1 && Ended(info.Process)
	}, Deadline, Poll)
}

// Clean requires that no file is left.
func (d *Desk) Clean() {
	d.Helper()
	left, err := filepath.Glob(filepath.Join(d.Dir, "tcplab", "*"))
	require.NoError(d, err)
	assert.Empty(d, left)
}

// Start starts a command that goes on.
func (d *Desk) Start(cmd *exec.Cmd) *Running {
	d.Helper()
	r := &Running{T: d.T, Cmd: cmd, Dir: d.Dir, Out: NewOutput(), Done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = r.Out, r.Out
	cmd.WaitDelay = Deadline / 6 // what it has left behind may hold its output open
	require.NoError(d, cmd.Start())
	go func() {
		_ = cmd.Wait()
		close(r.Done)
	}()
	d.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-r.Done
	})
	return r
}

// Terminal starts tcplab as the foreground program of a terminal.
func (d *Desk) Terminal(args ...string) *Running {
	d.Helper()
	return d.OnTerminal(d.Command(args...))
}

func (d *Desk) OnTerminal(cmd *exec.Cmd) *Running {
	d.Helper()
	cmd.Dir, cmd.Env = d.Dir, d.Env
	r := &Running{T: d.T, Cmd: cmd, Dir: d.Dir, Out: NewOutput(), Done: make(chan struct{})}
	tty, err := pty.StartWithSize(r.Cmd, &pty.Winsize{Rows: 30, Cols: 100})
	require.NoError(d, err)
	r.TTY = tty
	go func() {
		_, _ = r.Out.ReadFrom(tty)
		_ = r.Cmd.Wait()
		close(r.Done)
	}()
	d.Cleanup(func() {
		_ = r.Cmd.Process.Kill()
		<-r.Done
		_ = tty.Close()
	})
	return r
}

func (r *Running) Types(text string) {
	r.T.Helper()
	_, err := r.TTY.WriteString(text)
	require.NoError(r.T, err)
}
