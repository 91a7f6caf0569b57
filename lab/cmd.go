package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
)

// Cmd is a command on a host, used as [os/exec.Cmd] is: set the streams, then Run, or Start and Wait.
//
// A verb of the lab that runs for long ("tcplab host listen", "tcplab host capture") ends in good order when its
// standard input ends. Any command is killed when the context given to Start ends.
type Cmd struct {
	Argv []string
	// Env is added to the host's environment, each entry as "KEY=value".
	Env []string
	// WholeEnv says that Env is the whole environment, by which the program is found, too (PATH): for hosts with the programs of this
	// machine ([Resident]).
	WholeEnv bool
	// Dir is the folder in which it runs; empty: the one that the host has for that. The lab's own verbs have none.
	Dir string
	// Hosts is what the command reads in its /etc/hosts, hosts(5), in place of what stands there; it has no name server then.
	// Empty: its names are those of the host. Where a host has an /etc/hosts of its own, it is the host's from then on.
	Hosts string
	// Contained says that every process that the command starts ends with it, whatever that process does. Without it, what the command
	// leaves in the background lives on, and ends with its host. An engine without that power fails with [ErrUnsupported].
	Contained bool
	// Server says that the command is a server: contained, and lasting as long as any of its processes, because a server may go into
	// the background. Its environment has in DIR a folder of the lab's own, which goes with the lab. SIGTSTP stops all of its processes,
	// and SIGCONT lets them go on.
	Server bool
	// Image is a container image of somebody's: the command runs in a container of that image, which has the network and the names of
	// the host, and nothing of its files. Argv is what stands behind the image's entry point, and may be empty. The container ends with
	// the command. That of a Server is kept, with its files, and is started again by the next such command on the host. An engine without
	// containers fails with [ErrUnsupported].
	Image string
	// Entrypoint is in the place of the image's entry point; empty: that of the image.
	Entrypoint []string
	Stdin      io.Reader // nil: empty
	Stdout     io.Writer // nil: discarded
	Stderr     io.Writer // nil: discarded

	starter Starter
	process Process
}

// Starter starts commands on one host: the engine's half of [Cmd].
//
// An *os.File among the streams of a Cmd may be handed to the command as it is. The process is killed when ctx ends.
type Starter interface {
	StartCommand(ctx context.Context, c *Cmd) (Process, error)
}

// Process is a command that was started: the engine's half of [Cmd].
type Process interface {
	// Wait returns the exit code once the command has ended and its output has been written. The error is for what
	// kept the command from being run or followed to its end, such as [ErrHostStopped] or a cancelled context; a
	// command killed by a signal has exit code 128 plus its number.
	Wait() (int, error)
}

// Signaler is a [Process] that can be sent signals.
type Signaler interface {
	// Signal sends a signal to the command and its children, as a terminal does at Ctrl-C. The lab's own verbs take
	// every signal as that.
	Signal(s syscall.Signal) error
}

// NewCmd is called by engines to make what Host.Command returns.
func NewCmd(s Starter, argv ...string) *Cmd { return &Cmd{Argv: argv, starter: s} }

// Start starts the command; it is killed when ctx ends.
func (c *Cmd) Start(ctx context.Context) error {
	if len(c.Argv) == 0 && c.Image == "" {
		return errors.New("lab: a command needs a name")
	}
	if c.process != nil {
		return fmt.Errorf("lab: %s was started already", c)
	}
	p, err := c.starter.StartCommand(ctx, c)
	if err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	c.process = p
	return nil
}

// Wait waits for the command to end. An exit code other than 0 is an [*ExitError].
func (c *Cmd) Wait() error {
	if c.process == nil {
		return fmt.Errorf("lab: %s was not started", c)
	}
	code, err := c.process.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	if code != 0 {
		return &ExitError{Argv: c.Argv, Code: code}
	}
	return nil
}

// Signal sends a signal to the command, which has been started.
func (c *Cmd) Signal(s syscall.Signal) error {
	if c.process == nil {
		return fmt.Errorf("lab: %s was not started", c)
	}
	signaler, ok := c.process.(Signaler)
	if !ok {
		return fmt.Errorf("send %s to %s: %w by this engine", s, c, ErrUnsupported)
	}
	if err := signaler.Signal(s); err != nil {
		return fmt.Errorf("send %s to %s: %w", s, c, err)
	}
	return nil
}

// Run starts the command and waits for it.
func (c *Cmd) Run(ctx context.Context) error {
	if err := c.Start(ctx); err != nil {
		return err
	}
	return c.Wait()
}

// Output runs the command and returns what it printed. What it wrote to standard error is in the error, unless
// Stderr was set.
func (c *Cmd) Output(ctx context.Context) ([]byte, error) {
	var out, errs bytes.Buffer
	c.Stdout = &out
	if c.Stderr == nil {
		c.Stderr = &errs
	}
	err := c.Run(ctx)
	if exit, ok := errors.AsType[*ExitError](err); ok {
		exit.Stderr = strings.TrimSpace(errs.String())
	}
	return out.Bytes(), err
}

func (c *Cmd) String() string {
	words := append(c.Entrypoint[:len(c.Entrypoint):len(c.Entrypoint)], c.Argv...)
	if c.Image != "" {
		words = append([]string{"image", c.Image}, words...)
	}
	return strings.Join(words, " ")
}

// ExitError is the error of a command that ended with an exit code other than 0.
type ExitError struct {
	Argv   []string
	Code   int
	Stderr string // what the command said, where it was kept
}

func (e *ExitError) Error() string {
	if e.Stderr != "" {
		return e.Stderr
	}
	return fmt.Sprintf("%s: exit code %d", strings.Join(e.Argv, " "), e.Code)
}
