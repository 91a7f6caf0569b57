package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Evict kills every process that is in the namespace, and returns when they have ended. A command of a host may have
// left some behind that are no longer in its group: a shell makes a group of each job, and a daemon a session of its
// own. They would hold the namespace, with all that is in it, for as long as they live.
func (n *Namespace) Evict(within time.Duration) error {
	if n.file == nil {
		return nil
	}
	deadline := time.Now().Add(within)
	for {
		left, err := n.inhabitants()
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d processes are left in the network namespace", len(left))
		}
		for _, pid := range left { // a new child of one of them is found the next time
			if err := n.evict(pid, deadline); err != nil {
				return fmt.Errorf("end process %d: %w", pid, err)
			}
		}
	}
}

// inhabitants are the processes in the namespace, as far as they may be looked at.
func (n *Namespace) inhabitants() ([]int, error) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var list []int
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err == nil && pid != os.Getpid() && n.isOf(pid) {
			list = append(list, pid)
		}
	}
	return list, nil
}

// isOf reports whether the namespace is that of a process.
func (n *Namespace) isOf(pid int) bool {
	var here, there unix.Stat_t
	if n.Use(func(fd int) error { return unix.Fstat(fd, &here) }) != nil || unix.Stat(fmt.Sprintf("/proc/%d/ns/net", pid), &there) != nil {
		return false
	}
	return here.Dev == there.Dev && here.Ino == there.Ino
}

// evict kills one process and waits for its end.
func (n *Namespace) evict(pid int, deadline time.Time) error {
	process, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(process)
	if !n.isOf(pid) {
		return nil // another process has taken the number in the meantime
	}
	if err := unix.PidfdSendSignal(process, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return os.NewSyscallError("pidfd_send_signal", err)
	}
	_, err = unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, int(max(0, time.Until(deadline)).Milliseconds()))
	if errors.Is(err, unix.EINTR) {
		return nil // it is looked for again
	}
	return os.NewSyscallError("poll", err)
}
