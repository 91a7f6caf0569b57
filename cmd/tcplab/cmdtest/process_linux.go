package cmdtest

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

// GoneWithin is what is promised: so long after kill -9 nothing is left.
const GoneWithin = 2 * time.Second

// Deadlines of what is waited for. They end what hangs, also on a machine ten times slower than usual; what is promised is in the tests
// that hold it.
const (
	Deadline = 3 * time.Minute
	Poll     = 5 * time.Millisecond
)

// Running is a tcplab at work.
type Running struct {
	T    *testing.T
	Cmd  *exec.Cmd
	Dir  string // its working directory
	Out  *Output
	Done chan struct{} // closed when it has ended and its output is complete
	TTY  *os.File      // of one that runs on a terminal: what is typed
}

// Start starts tcplab in a folder of its own, with both output streams in one.
func Start(t *testing.T, args ...string) *Running {
	t.Helper()
	r := prepare(t, args...)
	r.Cmd.Stdout, r.Cmd.Stderr = r.Out, r.Out
	r.Cmd.WaitDelay = time.Second // its helper has the same standard error, and may outlive it for a moment
	require.NoError(t, r.Cmd.Start())
	go func() {
		_ = r.Cmd.Wait() // how it ended is in ProcessState
		close(r.Done)
	}()
	return r
}

// StartOnTerminal starts tcplab as the foreground program of a terminal of 30 lines of 100 characters.
func StartOnTerminal(t *testing.T, args ...string) *Running {
	t.Helper()
	r := prepare(t, args...)
	tty, err := pty.StartWithSize(r.Cmd, &pty.Winsize{Rows: 30, Cols: 100})
	require.NoError(t, err)
	r.TTY = tty
	go func() {
		_, _ = r.Out.ReadFrom(tty) // ends with EIO when the program has ended
		_ = r.Cmd.Wait()
		_ = tty.Close()
		close(r.Done)
	}()
	return r
}

func prepare(t *testing.T, args ...string) *Running {
	t.Helper()
	r := &Running{T: t, Cmd: exec.Command(Program(t), args...), Dir: t.TempDir(), Out: NewOutput(), Done: make(chan struct{})}
	r.Cmd.Dir = r.Dir
	t.Cleanup(func() {
		_ = r.Cmd.Process.Kill()
		<-r.Done
	})
	return r
}

// Exit waits for the end and returns the exit code.
func (r *Running) Exit(within time.Duration) int {
	r.T.Helper()
	select {
	case <-r.Done:
	case <-time.After(within):
		require.FailNow(r.T, "it has not ended", "within %s; its output:\n%s", within, r.Out)
	}
	return r.Cmd.ProcessState.ExitCode()
}

// AwaitOutput waits until the text was printed.
func (r *Running) AwaitOutput(text string) {
	r.T.Helper()
	require.Eventually(r.T, func() bool { return strings.Contains(r.Out.String(), text) }, Deadline, Poll,
		"%q was not printed", text)
}

// Kept is the folder of a run of the only command that has kept any where this one works.
func (r *Running) Kept(run string) string {
	found, _ := filepath.Glob(filepath.Join(r.Dir, "artifacts", "*-*", run))
	if len(found) != 1 {
		return filepath.Join(r.Dir, "none yet")
	}
	return found[0]
}

// AwaitSYN waits until the client's capture of a run holds a packet: the client is acting.
func (r *Running) AwaitSYN(run string) {
	r.T.Helper()
	require.Eventually(r.T, func() bool {
		f, err := os.Open(filepath.Join(r.Kept(run), "client.pcapng"))
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
	}, Deadline, Poll, "the client of %s has sent nothing", run)
}

// helper returns the process that holds the program's namespaces, and their names, "net:[4026532177]". They are held here, too, until
// the test ends: the kernel gives the name of one that it has removed to the next.
func (r *Running) HelperProcess() (pid int, namespaces []string) {
	r.T.Helper()
	for _, p := range Processes() {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p))
		if err == nil && string(bytes.TrimRight(name, "\x00")) == "tcplab-netns" && Parent(p) == r.Cmd.Process.Pid {
			require.Zero(r.T, pid, "it has two helpers")
			pid = p
		}
	}
	require.NotZero(r.T, pid, "it has no helper")
	namespaces = namespacesOf(pid, func(path string) {
		if f, err := os.Open(path); err == nil { // else it is closed by now
			r.T.Cleanup(func() { _ = f.Close() })
		}
	})
	require.GreaterOrEqual(r.T, len(namespaces), 4, "the helper's own, and those of client, router and server")
	require.Contains(r.T, holdersOf(namespaces), pid)
	return pid, namespaces
}

// RequireGone waits until a process has ended and nobody but this test holds the namespaces, so that the kernel removes them.
func RequireGone(t *testing.T, within time.Duration, pid int, namespaces []string) {
	t.Helper()
	require.Eventually(t, func() bool { return Ended(pid) }, within, Poll, "helper %d is still there", pid)
	require.Eventually(t, func() bool { return len(holdersOf(namespaces)) == 0 }, within, Poll, "somebody holds a namespace of the lab")
}

// holdersOf returns the other processes that hold one of the namespaces. A program that is just being started is one of them for a moment:
// it has copies of all descriptors.
func holdersOf(namespaces []string) (list []int) {
	for _, p := range Processes() {
		held := func(name string) bool { return slices.Contains(namespaces, name) }
		if p != os.Getpid() && slices.ContainsFunc(namespacesOf(p, func(string) {}), held) {
			list = append(list, p)
		}
	}
	return list
}

// Processes returns every process there is.
func Processes() []int {
	names, _ := filepath.Glob("/proc/[0-9]*")
	var list []int
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

func Parent(pid int) int {
	ppid, _ := strconv.Atoi(Status(pid, "PPid"))
	return ppid
}

// Ended reports whether a process has ended. One that its new parent, process 1, has not asked after yet is a mere
// number: it holds nothing any more.
func Ended(pid int) bool {
	state := Status(pid, "State")
	return state == "" || strings.HasPrefix(state, "Z")
}

// Status returns a field of a process's status, "" when there is no such process.
func Status(pid int, field string) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// namespacesOf returns the network namespaces that a process is in, or holds by a descriptor; that of this test is left out. Each is shown by
// its path in the file system of processes.
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

// Output collects what a program prints.
type Output struct {
	mutex sync.Mutex
	Text  bytes.Buffer
}

func NewOutput() *Output { return &Output{} }

func (o *Output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.Text.Write(p)
}

// ReadFrom takes everything from a terminal.
func (o *Output) ReadFrom(f *os.File) (n int64, err error) {
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

func (o *Output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.Text.String()
}

// CommandLine is the command line of a process, and empty where the process has ended.
func CommandLine(pid string) string {
	text, _ := os.ReadFile("/proc/" + pid + "/cmdline")
	return string(text)
}
