package netns

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// containerName is the argument 0 of the first process of a process namespace, which holds a command: the kernel ends whatever
// is in the namespace when that process ends, daemons and all.
const containerName = "tcplab-netns-container"

// runContained runs a command as a child: its arguments are whether it is a server ("true"), the content of its /etc/hosts and of its
// /etc/resolv.conf as in [agent.OwnNames], the path of the program, and the program's arguments from 0 on. It returns the exit code of the command, when that has ended;
// of a server, when nothing is left in the namespace.
func runContained(args []string) int {
	if len(args) < 5 {
		fmt.Fprintln(os.Stderr, "tcplab: a contained command needs to be a server or not, names, a path and a name")
		return 126
	}
	server, names, args := args[0] == "true", agent.OwnNames{Hosts: args[1], Resolver: args[2]}, args[3:]
	ownProcesses()
	if names != (agent.OwnNames{}) {
		names.Use()
	}
	scatterNumbers()
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, unix.SIGTSTP, unix.SIGCONT)
	// A group of its own: each process then gets a signal once, from here.
	cmd := &exec.Cmd{Path: args[0], Args: args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: %v\n", err)
		return 126
	}
	go func() {
		for s := range signals {
			if s == unix.SIGTSTP {
				s = unix.SIGSTOP
			}
			_ = unix.Kill(-1, s.(syscall.Signal)) // every process of the namespace but this one
		}
	}()
	return reapAll(cmd.Process.Pid, server)
}

// ownProcesses shows the namespace's own processes in /proc. Where the machine does not allow it, as in a container, those of the
// machine stay there: a program that looks itself up by its number finds another.
func ownProcesses() {
	if unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") == nil {
		_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
}

// scatterNumbers lets the numbers of processes begin anywhere, as on a machine that has run for a while. In each new namespace they
// begin at 1: a server that is started again would find, by the number in the file of the one before (postmaster.pid), a process of
// its own and take that for the one before. Kernels without CONFIG_CHECKPOINT_RESTORE cannot do that.
func scatterNumbers() {
	_ = os.WriteFile("/proc/sys/kernel/ns_last_pid", []byte(strconv.Itoa(1000+rand.IntN(28_000))), 0)
}

// reapAll waits for the process with that number, or until no process at all is left, and returns the exit code of that one.
func reapAll(leader int, untilNone bool) (code int) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil: // ECHILD
			return code
		case pid == leader:
			if code = status.ExitStatus(); status.Signaled() {
				code = 128 + int(status.Signal())
			}
			if !untilNone {
				return code
			}
		}
	}
}
