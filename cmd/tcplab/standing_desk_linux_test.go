package main

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

// desk is where a person works: a folder, and the labs that stand for this person.
type desk struct {
	*testing.T
	dir        string
	env        []string
	credential *syscall.Credential // nil: the test's own user
	program    string
}

// newDesk returns a desk with no labs on it. Those that are left are taken down.
func newDesk(t *testing.T) *desk {
	t.Helper()
	dir := publicDir(t)
	d := &desk{T: t, dir: dir, program: program(t), env: append(os.Environ(), "XDG_RUNTIME_DIR="+dir)}
	t.Cleanup(func() {
		if out, code := d.tcplab("down", "--all"); code != 0 {
			assert.Contains(t, out, "has died", "a lab was left")
		}
	})
	return d
}

// asNobody makes it the desk of an ordinary user.
func (d *desk) asNobody() {
	d.Helper()
	d.credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	require.NoError(d, os.Chown(d.dir, nobody, nobody))
	require.NoError(d, os.Mkdir(filepath.Join(d.dir, "bin"), 0o755))
	d.program = filepath.Join(d.dir, "bin", "tcplab")
	copyFile(d.T, program(d.T), d.program)
	d.env = []string{"HOME=" + d.dir, "PATH=/usr/bin:/bin", "XDG_RUNTIME_DIR=" + d.dir}
}

func (d *desk) command(args ...string) *exec.Cmd {
	cmd := exec.Command(d.program, args...)
	cmd.Dir, cmd.Env = d.dir, d.env
	if d.credential != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.credential}
	}
	return cmd
}

// tcplab runs a command, and returns what it has printed on either stream, and its exit code.
func (d *desk) tcplab(args ...string) (string, int) {
	d.Helper()
	out, err := d.command(args...).CombinedOutput()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		return string(out), exit.ExitCode()
	}
	require.NoError(d, err)
	return string(out), 0
}

// must runs a command that must succeed.
func (d *desk) must(args ...string) string {
	d.Helper()
	out, code := d.tcplab(args...)
	require.Zero(d, code, "%s: %s", strings.Join(args, " "), out)
	return out
}

// fails runs a command that must fail with one sentence.
func (d *desk) fails(sentence string, args ...string) {
	d.Helper()
	out, code := d.tcplab(args...)
	assert.Equal(d, 2, code, args)
	assert.Equal(d, "tcplab: "+sentence+"\n", out)
}

// lab is what "status" tells of one.
func (d *desk) lab(name string) standing.Info {
	d.Helper()
	var info standing.Info
	for line := range strings.Lines(d.must("status", "--json")) {
		require.NoError(d, json.Unmarshal([]byte(line), &info))
		if info.Lab == name {
			return info
		}
	}
	require.Fail(d, "there is no such lab", name)
	return info
}

// inhabitants are the process that holds the namespaces of a lab, and a daemon on its server.
func (d *desk) inhabitants(info standing.Info) []int {
	d.Helper()
	holder, err := os.FindProcess(info.Process)
	require.NoError(d, err)
	helper, _ := (&running{t: d.T, cmd: &exec.Cmd{Process: holder}}).helper()
	pipe := filepath.Join(d.dir, "pipe-"+strconv.Itoa(helper))
	script := fmt.Sprintf(`mkfifo %s; setsid sh -c 'echo $$ > %s; exec sleep 1000 >/dev/null 2>&1' & cat %s`, pipe, pipe, pipe)
	daemon, err := strconv.Atoi(strings.TrimSpace(d.must("exec", "--lab", info.Lab, "server", "sh", "-c", script)))
	require.NoError(d, err)
	require.False(d, ended(daemon))
	return []int{helper, daemon}
}

// requireEnded waits until processes have ended.
func (d *desk) requireEnded(pids []int) {
	d.Helper()
	for _, pid := range pids {
		require.Eventually(d, func() bool { return ended(pid) }, goneWithin, poll, "process %d is still there", pid)
	}
}

// killHolder kills the holder of a lab, and returns when all of it is gone: its first thread may be gone before the others.
func (d *desk) killHolder(info standing.Info) {
	d.Helper()
	require.NoError(d, unix.Kill(info.Process, unix.SIGKILL))
	require.Eventually(d, func() bool {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", info.Process))
		return len(threads) <= 1 && ended(info.Process)
	}, deadline, poll)
}

// clean requires that no file is left.
func (d *desk) clean() {
	d.Helper()
	left, err := filepath.Glob(filepath.Join(d.dir, "tcplab", "*"))
	require.NoError(d, err)
	assert.Empty(d, left)
}

// start starts a command that goes on.
func (d *desk) start(cmd *exec.Cmd) *running {
	d.Helper()
	r := &running{t: d.T, cmd: cmd, dir: d.dir, out: newOutput(), done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = r.out, r.out
	require.NoError(d, cmd.Start())
	go func() {
		_ = cmd.Wait()
		close(r.done)
	}()
	d.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-r.done
	})
	return r
}

// terminal starts tcplab as the foreground program of a terminal.
func (d *desk) terminal(args ...string) *running {
	d.Helper()
	return d.onTerminal(d.command(args...))
}

func (d *desk) onTerminal(cmd *exec.Cmd) *running {
	d.Helper()
	cmd.Dir, cmd.Env = d.dir, d.env
	r := &running{t: d.T, cmd: cmd, dir: d.dir, out: newOutput(), done: make(chan struct{})}
	tty, err := pty.StartWithSize(r.cmd, &pty.Winsize{Rows: 30, Cols: 100})
	require.NoError(d, err)
	r.tty = tty
	go func() {
		_, _ = r.out.ReadFrom(tty)
		_ = r.cmd.Wait()
		close(r.done)
	}()
	d.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.done
		_ = tty.Close()
	})
	return r
}

func (r *running) types(text string) {
	r.t.Helper()
	_, err := r.tty.WriteString(text)
	require.NoError(r.t, err)
}
