package agent

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// ExecVariable is the environment variable by which "kill" finds the processes of one command.
const ExecVariable = "TCPLAB_EXEC"

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
	ready(s)
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

// kill kills every process that has TCPLAB_EXEC=ID in its environment: a command and what it started.
func kill(_ context.Context, _ Streams, args []string) error {
	if len(args) != 1 {
		return usagef("usage: tcplab host kill ID")
	}
	_, err := signalAll(unix.SIGKILL, args[0])
	return err
}

// signalCommand sends the same processes another signal. A command may not have been started yet: so it says how many
// there were.
func signalCommand(_ context.Context, s Streams, args []string) error {
	if len(args) != 2 {
		return usagef("usage: tcplab host signal NUMBER ID")
	}
	number, err := strconv.Atoi(args[0])
	if err != nil || number <= 0 {
		return usagef("not the number of a signal: %q", args[0])
	}
	reached, err := signalAll(unix.Signal(number), args[1])
	if err != nil {
		return err
	}
	return printJSON(s.Stdout, reached)
}

// signalAll sends a signal to every process that has TCPLAB_EXEC=ID in its environment, and returns their number.
func signalAll(signal unix.Signal, id string) (reached int, err error) {
	mark := []byte(ExecVariable + "=" + id)
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return 0, err
	}
	for _, path := range environs {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended, or is none of ours
		}
		if !carries(text, mark) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if err := unix.Kill(pid, signal); err != nil && err != unix.ESRCH {
			return reached, fmt.Errorf("send %s to process %d: %w", unix.SignalName(signal), pid, err)
		}
		reached++
	}
	return reached, nil
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
