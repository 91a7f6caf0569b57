package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/creack/pty"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

const (
	// hangUpPatience is how long a command may take to leave when its terminal is hung up. A shell ends its jobs then.
	hangUpPatience = time.Second
	// lastWords is how long is waited for what the terminal still shows after its command has ended, where a job that the
	// command has left behind keeps the terminal from ending too.
	lastWords = 100 * time.Millisecond
)

// exitStatus is the exit code of a command that a verb has run, and so its own.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// terminal runs a command as the leader of a session of its own on a new pseudo-terminal, and so with job control and a
// Ctrl-C that goes to the job in the foreground.
func terminal(ctx context.Context, s Streams, args []string) error {
	if len(args) == 0 {
		return Usagef("usage: tcplab host terminal COMMAND... (standard input is JSON, see agent.TerminalInput)")
	}
	input := json.NewDecoder(s.Stdin)
	var first TerminalInput
	if err := input.Decode(&first); err != nil {
		return Usagef("the first JSON value on standard input: %v", err)
	}
	master, tty, err := openTerminal()
	if err != nil {
		return fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	defer master.Close()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Dir = append(os.Environ(), first.Env...), first.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	if first.WholeEnv {
		cmd.Env = first.Env
		if cmd.Path, err = lab.FindProgramFrom(args[0], first.Dir, first.Env); err != nil {
			return errors.Join(err, tty.Close())
		}
	}
	OwnNames{first.Hosts, s.Resolver}.Give(cmd)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Pdeathsig: unix.SIGKILL}
	err = errors.Join(act(master, first), s.Namespace.Do(cmd.Start), tty.Close())
	if err != nil {
		return err
	}
	return converse(ctx, cmd, master, input, s.Stdout)
}

// openTerminal opens a pseudo-terminal whose master the poller watches, so that a read of it can be ended. As package pty
// hands it out, it blocks; so does it after each of that package's own calls.
func openTerminal() (master, tty *os.File, err error) {
	blocking, tty, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	defer blocking.Close()
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		return nil, nil, errors.Join(err, tty.Close())
	}
	return os.NewFile(uintptr(fd), "terminal"), tty, nil
}

// act does what an input says.
func act(master *os.File, in TerminalInput) error {
	if in.Rows != 0 && in.Cols != 0 {
		if err := resize(master, in.Rows, in.Cols); err != nil {
			return fmt.Errorf("set the size of the terminal: %w", err)
		}
	}
	_, err := master.Write(in.Keys)
	return err
}

func resize(master *os.File, rows, cols uint16) error {
	conn, err := master.SyscallConn()
	if err != nil {
		return err
	}
	failed := conn.Control(func(fd uintptr) {
		err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	})
	return errors.Join(failed, err)
}

// converse passes on what is typed and what is shown until the command has ended. When ctx or the input ends before it,
// the terminal is hung up.
func converse(ctx context.Context, cmd *exec.Cmd, master *os.File, input *json.Decoder, out io.Writer) error {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	go func() {
		defer hangUp()
		var in TerminalInput
		for input.Decode(&in) == nil && act(master, in) == nil {
			in = TerminalInput{}
		}
	}()
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		_, _ = io.Copy(out, master) // ends with EIO when nobody has the terminal open any more
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	select {
	case <-ended:
		_ = master.SetReadDeadline(time.Now().Add(lastWords))
	case <-ctx.Done():
		end(cmd, master, ended)
	}
	<-shown
	if code := ExitCode(cmd.ProcessState); code != 0 {
		return exitStatus(code)
	}
	return nil
}

// end hangs up the terminal, by which the kernel sends SIGHUP to the session, and kills a command that stays.
func end(cmd *exec.Cmd, master *os.File, ended chan struct{}) {
	_ = master.Close()
	patience := time.NewTimer(hangUpPatience)
	defer patience.Stop()
	select {
	case <-ended:
	case <-patience.C:
		_ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL)
		<-ended
	}
}
