package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// inOwnProcess runs a verb in a process of its own inside the namespace: one that starts programs by a library, which
// does so on whatever thread it is on.
func inOwnProcess(ctx context.Context, s Streams, env, args []string) error {
	s.Stdin = nil // a verb that reads none is not waited for because of it
	return inOwnProcessTold(ctx, s, env, args)
}

// inOwnProcessTold is inOwnProcess for a verb that reads its standard input.
func inOwnProcessTold(ctx context.Context, s Streams, env, args []string) error {
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args, cmd.Env = lab.Verb(args...), append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.Stdin, s.Stdout, s.Stderr
	cmd.WaitDelay = endPatience // when it has ended, nothing more of the standard input is for it
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	OwnNames{Resolver: s.Resolver}.Give(cmd)
	if err := s.Namespace.Do(cmd.Start); err != nil {
		return fmt.Errorf("start a process inside the namespace: %w", err)
	}
	err := cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil && exit.Exited() {
		return exitStatus(exit.ExitCode()) // it has told its error itself
	}
	return err
}

// endPatience bounds the wait for processes that have been killed to be dead.
const endPatience = 10 * time.Second

// endMentioning kills every process that has the text in its command line or in its environment, and returns when they
// are dead, and their connections closed. A program can leave its process group; it cannot take back how it was called.
func endMentioning(text string) error {
	deadline := time.Now().Add(endPatience)
	for {
		found, err := killMentioning(text, deadline)
		if err != nil || found == 0 {
			return err
		}
	}
}

// killMentioning does so once: a process may have been started meanwhile.
func killMentioning(text string, deadline time.Time) (found int, err error) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if !mentions(folder, text) {
			continue
		}
		found++
		if err := killAndWait(pid, func() bool { return mentions(folder, text) }, deadline); err != nil {
			return found, fmt.Errorf("end process %d: %w", pid, err)
		}
	}
	return found, nil
}

// mentions reports whether the text is in the command line or the environment of the process in the folder of /proc. Of
// one that is dead or another user's, there is neither.
func mentions(folder, text string) bool {
	for _, name := range []string{"cmdline", "environ"} {
		if content, err := os.ReadFile(filepath.Join(folder, name)); err == nil && bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}

// killAndWait kills a process, unless it is no longer the one that was meant, and waits until it is dead. Its descriptors
// are closed then, though its parent may not have looked after it yet.
func killAndWait(pid int, meant func() bool, deadline time.Time) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(fd)
	if !meant() {
		return nil
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return os.NewSyscallError("pidfd_send_signal", err)
	}
	for {
		left := max(0, time.Until(deadline))
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds()))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return os.NewSyscallError("poll", err)
		case n == 0:
			return fmt.Errorf("it lives %s after it was killed", endPatience)
		default:
			return nil
		}
	}
}
