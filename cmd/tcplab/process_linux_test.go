package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// Deadlines of what is waited for. They end what hangs; the two that are promised are in the tests that hold them.
const (
	deadline = 30 * time.Second
	poll     = 5 * time.Millisecond
)

// running is a tcplab at work.
type running struct {
	t    *testing.T
	cmd  *exec.Cmd
	dir  string // its working directory
	out  *output
	done chan struct{} // closed when it has ended and its output is complete
	tty  *os.File      // of one that runs on a terminal: what is typed
}

// start starts tcplab in a folder of its own, with both output streams in one.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := prepare(t, args...)
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.WaitDelay = time.Second // its helper has the same standard error, and may outlive it for a moment
	require.NoError(t, r.cmd.Start())
	go func() {
		_ = r.cmd.Wait() // how it ended is in ProcessState
		close(r.done)
	}()
	return r
}

// startOnTerminal starts tcplab as the foreground program of a terminal of 30 lines of 100 characters.
func startOnTerminal(t *testing.T, args ...string) *running {
	t.Helper()
	r := prepare(t, args...)
	tty, err := pty.StartWithSize(r.cmd, &pty.Winsize{Rows: 30, Cols: 100})
	require.NoError(t, err)
	r.tty = tty
	go func() {
		_, _ = r.out.ReadFrom(tty) // ends with EIO when the program has ended
		_ = r.cmd.Wait()
		_ = tty.Close()
		close(r.done)
	}()
	return r
}

func prepare(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{t: t, cmd: exec.Command(program(t), args...), dir: t.TempDir(), out: newOutput(), done: make(chan struct{})}
	r.cmd.Dir = r.dir
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.done
	})
	return r
}

// exit waits for the end and returns the exit code.
func (r *running) exit(within time.Duration) int {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(within):
		require.FailNow(r.t, "it has not ended", "within %s; its output:\n%s", within, r.out)
	}
	return r.cmd.ProcessState.ExitCode()
}

// awaitOutput waits until the text was printed.
func (r *running) awaitOutput(text string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return strings.Contains(r.out.String(), text) }, deadline, poll,
		"%q was not printed", text)
}

// kept is the folder of a run of the only command that has kept any where this one works.
func (r *running) kept(run string) string {
	found, _ := filepath.Glob(filepath.Join(r.dir, "artifacts", "*-*", run))
	if len(found) != 1 {
		return filepath.Join(r.dir, "none yet")
	}
	return found[0]
}

// awaitSYN waits until the client's capture of a run holds a packet: the client is acting.
func (r *running) awaitSYN(run string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		f, err := os.Open(filepath.Join(r.kept(run), "client.pcapng"))
		if err != nil {
			return false
		}
		defer f.Close()
		reader, err := wire.NewReader(f)
		if err != nil {
			return false
		}
		for p, err := reader.Next(); err == nil; p, err = reader.Next() {
			if p.Kind == wire.KindTCP {
				return true
			}
		}
		return false
	}, deadline, poll, "the client of %s has sent nothing", run)
}

// helper returns the process that holds the program's namespaces, and their names, "net:[4026532177]". They are held here, too, until
// the test ends: the kernel gives the name of one that it has removed to the next.
func (r *running) helper() (pid int, namespaces []string) {
	r.t.Helper()
	for _, p := range processes() {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p))
		if err == nil && string(bytes.TrimRight(name, "\x00")) == "tcplab-netns" && parent(p) == r.cmd.Process.Pid {
			require.Zero(r.t, pid, "it has two helpers")
			pid = p
		}
	}
	require.NotZero(r.t, pid, "it has no helper")
	namespaces = namespacesOf(pid, func(path string) {
		if f, err := os.Open(path); err == nil { // else it is closed by now
			r.t.Cleanup(func() { _ = f.Close() })
		}
	})
	require.GreaterOrEqual(r.t, len(namespaces), 4, "the helper's own, and those of client, router and server")
	require.Contains(r.t, holdersOf(namespaces), pid)
	return pid, namespaces
}

// requireGone waits until a process has ended and nobody but this test holds the namespaces, so that the kernel removes them.
func requireGone(t *testing.T, within time.Duration, pid int, namespaces []string) {
	t.Helper()
	require.Eventually(t, func() bool { return ended(pid) }, within, poll, "helper %d is still there", pid)
	require.Eventually(t, func() bool { return len(holdersOf(namespaces)) == 0 }, within, poll, "somebody holds a namespace of the lab")
}

// holdersOf are the processes that hold one of the namespaces, but for this one. What it is just starting has copies of all its
// descriptors for a moment.
func holdersOf(namespaces []string) (list []int) {
	for _, p := range processes() {
		held := func(name string) bool { return slices.Contains(namespaces, name) }
		if p != os.Getpid() && slices.ContainsFunc(namespacesOf(p, func(string) {}), held) {
			list = append(list, p)
		}
	}
	return list
}

// processes returns every process there is.
func processes() []int {
	names, _ := filepath.Glob("/proc/[0-9]*")
	var list []int
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

func parent(pid int) int {
	ppid, _ := strconv.Atoi(status(pid, "PPid"))
	return ppid
}

// ended reports whether a process has ended. One that its new parent, process 1, has not asked after yet is a mere
// number: it holds nothing any more.
func ended(pid int) bool {
	state := status(pid, "State")
	return state == "" || strings.HasPrefix(state, "Z")
}

// status returns a field of a process's status, "" when there is no such process.
func status(pid int, field string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// namespacesOf returns the network namespaces that a process is in, or holds by a descriptor, but for the one that
// this test is in. Each is shown by its path in the file system of processes.
func namespacesOf(pid int, show func(path string)) []string {
	own, _ := os.Readlink("/proc/self/ns/net")
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	names = append(names, fmt.Sprintf("/proc/%d/ns/net", pid))
	var list []string
	for _, name := range names {
		target, err := os.Readlink(name)
		if err == nil && strings.HasPrefix(target, "net:[") && target != own && !slices.Contains(list, target) {
			show(name)
			list = append(list, target)
		}
	}
	return list
}

// output collects what a program prints.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func newOutput() *output { return &output{} }

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(p)
}

// ReadFrom takes everything from a terminal.
func (o *output) ReadFrom(f *os.File) (n int64, err error) {
	chunk := make([]byte, 4096)
	for {
		got, err := f.Read(chunk)
		_, _ = o.Write(chunk[:got])
		n += int64(got)
		if err != nil {
			return n, err
		}
	}
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}
