package agent

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// timeProgram runs a program and prints how it ended and how long it took, by this host's clock. From outside, its time
// would have that in it which the engine takes to start a command.
func timeProgram(ctx context.Context, s Streams, args []string) error {
	if len(args) == 0 {
		return Usagef("usage: tcplab host time PROGRAM [ARGUMENT...]")
	}
	path, err := lab.FindProgram(args[0])
	if err != nil {
		return err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Args = args
	cmd.Env = append(os.Environ(), "LC_ALL=C") // the program's words, and not their translation
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	OwnNames{Resolver: s.Resolver}.Give(cmd)
	start := time.Now()
	if err := s.Namespace.Do(cmd.Start); err != nil {
		return err
	}
	err = cmd.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		return err
	}
	return PrintJSON(s.Stdout, TimedProgram{Stdout: stdout.String(), Stderr: stderr.String(),
		ExitCode: ExitCode(cmd.ProcessState), Elapsed: time.Since(start), Ended: time.Now().UTC()})
}

// ExitCode is the shell's: 128 plus the signal for a command that a signal ended.
func ExitCode(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}
