package agent

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// ExecVariable is the environment variable by which "kill" finds the processes of one command, also those that have left its session.
const ExecVariable = "TCPLAB_EXEC"

// startMarked becomes a command, whose session it notes before: servers such as redis write over the environment that they were started with.
func startMarked(_ context.Context, s Streams, args []string) error {
	if len(args) < 2 {
		return Usagef("usage: tcplab host start ID COMMAND...")
	}
	path, err := exec.LookPath(args[1])
	if err == nil {
		err = noteSession(args[0])
	}
	if err == nil {
		err = unix.Exec(path, args[1:], os.Environ())
	}
	fmt.Fprintf(s.Stdout, "%s%v\n", StartFailure, err)
	return exitStatus(notExecutable)
}

// notExecutable is the exit code for a command that could not be started, as shells have it.
const notExecutable = 126

// noteSession writes down of which session this process is, and when the first process of that was started, because numbers are used again.
func noteSession(id string) error {
	leader, err := unix.Getsid(0)
	if err != nil {
		return os.NewSyscallError("getsid", err)
	}
	p, err := readProcess(leader)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%d %s", leader, p.started)
	return os.WriteFile(sessionFile(id), []byte(text), 0o600)
}

// sessionFile is in memory: a container has that folder, also where it cannot write to its own files.
func sessionFile(id string) string { return filepath.Join("/dev/shm", "tcplab-command-"+id) }

// sessionOf is the number of the session that was noted under an ID; 0 where it is over, or none was.
func sessionOf(id string) int {
	text, err := os.ReadFile(sessionFile(id))
	if err != nil {
		return 0
	}
	var leader int
	var started string
	if _, err := fmt.Sscan(string(text), &leader, &started); err != nil {
		return 0
	}
	if p, err := readProcess(leader); err == nil && p.started != started {
		return 0 // the number has gone to another
	}
	return leader
}

// runningProcess is what the kernel tells of a process, proc_pid_stat(5).
type runningProcess struct {
	session int
	started string // after the start of the machine, in ticks of its clock
}

func readProcess(pid int) (p runningProcess, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return p, err
	}
	// The second field is the name in brackets, which may have anything in it.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	const session, started = 6 - 3, 22 - 3
	if len(fields) <= started {
		return p, fmt.Errorf("process %d: the kernel tells %d fields of it", pid, len(fields))
	}
	p.started = fields[started]
	p.session, err = strconv.Atoi(fields[session])
	return p, err
}

// initProcess is process 1 of a container: it holds the container up, reaps orphans, and leaves at once when asked to,
// where a process 1 without a handler would ignore SIGTERM until the engine's patience of 10 s is over. As long as it is there, the
// kernel stamps packets.
func initProcess(ctx context.Context, s Streams, _ []string) error {
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	stamping, err := KeepStamping()
	if err != nil {
		return err
	}
	defer stamping.Close()
	SayReady(s)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-children:
			reap()
		}
	}
}

func reap() {
	for {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if pid <= 0 || err != nil {
			return
		}
	}
}

// kill kills every process of a command: of its session, and with TCPLAB_EXEC=ID in its environment.
func kill(_ context.Context, _ Streams, args []string) error {
	if len(args) != 1 {
		return Usagef("usage: tcplab host kill ID")
	}
	_, err := signalAll(unix.SIGKILL, args[0], func(int) bool { return true })
	return err
}

// signalCommand sends the same processes another signal. A command may not have been started yet: so it says how many
// there were.
func signalCommand(_ context.Context, s Streams, args []string) error {
	if len(args) != 2 {
		return Usagef("usage: tcplab host signal NUMBER ID")
	}
	number, err := strconv.Atoi(args[0])
	if err != nil || number <= 0 {
		return Usagef("not the number of a signal: %q", args[0])
	}
	reached, err := signalAll(unix.Signal(number), args[1], hasBegun)
	if err != nil {
		return err
	}
	return PrintJSON(s.Stdout, reached)
}

// hasBegun reports whether a process is past the verb that becomes a command, which would take the signal for itself.
func hasBegun(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && !bytes.HasPrefix(text, []byte(strings.Join(lab.Verb("start"), "\x00")+"\x00"))
}

// signalAll sends a signal to those of the same processes that are meant, and returns their number.
func signalAll(signal unix.Signal, id string, meant func(pid int) bool) (reached int, err error) {
	mark, session := []byte(ExecVariable+"="+id), sessionOf(id)
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return 0, err
	}
	for _, path := range environs {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || pid == os.Getpid() || !isOf(pid, session, mark) || !meant(pid) {
			continue
		}
		if err := unix.Kill(pid, signal); err != nil && err != unix.ESRCH {
			return reached, fmt.Errorf("send %s to process %d: %w", unix.SignalName(signal), pid, err)
		}
		reached++
	}
	return reached, nil
}

// isOf reports whether a process is of a session, or carries a mark. One that has ended does neither.
func isOf(pid, session int, mark []byte) bool {
	if session != 0 {
		if p, err := readProcess(pid); err == nil && p.session == session {
			return true
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return err == nil && carries(text, mark)
}

// carries reports whether the variable stands in an environment as the kernel shows it: entries ended by NUL.
func carries(environ, variable []byte) bool {
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.Equal(entry, variable) {
			return true
		}
	}
	return false
}
