package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/tcplab/tcplab/harness"
)

// execEnv is the variable by which "tcplab host kill" finds a command and all that it started.
const execEnv = "TCPLAB_EXEC"

const (
	// killTimeout bounds how long a cancelled command is waited for.
	killTimeout = 5 * time.Second
	// killRepeat is how long a command may take to end before it is killed again: the first time it may not have
	// been started yet.
	killRepeat = 250 * time.Millisecond
	// drainTimeout is how long the output of a host that was switched off may take to arrive.
	drainTimeout = 2 * time.Second
)

// process is a command in a container. The API's exec is used rather than Exec of testcontainers-go, which reads all
// the output before it returns and so can neither stream a capture nor feed standard input.
type process struct {
	host   *host
	mark   string // the value of execEnv
	execID string
	stream client.HijackedResponse
	power  context.Context

	stdout  *runtimeFilter
	copied  chan struct{} // closed when the output has ended
	copyErr error         // of the writers that the output goes to
	ended   chan struct{} // closed when code and err are known
	code    int
	err     error
}

// StartCommand starts a command in the container.
func (h *host) StartCommand(ctx context.Context, c *harness.Cmd) (harness.Process, error) {
	p := &process{
		host: h, mark: randomID(), power: h.power(),
		copied: make(chan struct{}), ended: make(chan struct{}),
	}
	if p.power.Err() != nil {
		return nil, fmt.Errorf("docker: %s: %w", h.name, harness.ErrHostStopped)
	}
	api := h.daemon.api
	exec, err := api.ExecCreate(ctx, h.container, client.ExecCreateOptions{
		Cmd:          c.Argv,
		WorkingDir:   c.Dir,
		Env:          append(c.Env[:len(c.Env):len(c.Env)], execEnv+"="+p.mark),
		AttachStdin:  c.Stdin != nil,
		AttachStdout: true,
		AttachStderr: true,
	})
	if err != nil {
		return nil, h.explainExec(ctx, err)
	}
	attached, err := api.ExecAttach(ctx, exec.ID, client.ExecAttachOptions{})
	if err != nil {
		return nil, h.explainExec(ctx, err)
	}
	p.execID, p.stream = exec.ID, attached.HijackedResponse
	if c.Stdin != nil {
		go p.feed(c.Stdin)
	}
	p.stdout = &runtimeFilter{w: orDiscard(c.Stdout)}
	go p.copyOutput(orDiscard(c.Stderr))
	go p.follow(ctx)
	return p, nil
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// feed gives the command its standard input. Like that of os/exec, it goes on until the reader returns, be it after
// the command's end.
func (p *process) feed(stdin io.Reader) {
	_, _ = io.Copy(p.stream.Conn, stdin) // a command may leave its input unread
	_ = p.stream.CloseWrite()
}

func (p *process) copyOutput(stderr io.Writer) {
	defer close(p.copied)
	_, p.copyErr = stdcopy.StdCopy(p.stdout, stderr, p.stream.Reader)
}

// Wait waits for the end of the command and of its output.
func (p *process) Wait() (int, error) {
	<-p.ended
	return p.code, p.err
}

// follow stays with the command to its end, whichever of the three it is.
func (p *process) follow(ctx context.Context) {
	defer close(p.ended)
	defer p.stream.Close()
	select {
	case <-p.copied:
		p.code, p.err = p.result(ctx)
	case <-ctx.Done():
		p.kill()
		p.err = ctx.Err()
	case <-p.power.Done():
		p.drain(drainTimeout)
		p.err = p.stopped()
	}
}

// result is how a command ended whose output has ended.
func (p *process) result(ctx context.Context) (int, error) {
	if p.copyErr != nil && p.power.Err() == nil {
		p.kill() // it would block on output that nobody takes
		return 0, fmt.Errorf("docker: copy the output: %w", p.copyErr)
	}
	code, err := p.exitCode(ctx)
	if (code == killed || err != nil) && p.hostDied(ctx) {
		return 0, p.stopped()
	}
	if err == nil && (code == notExecutable || code == notFound) {
		err = p.stdout.failure()
	}
	return code, err
}

// Exit codes that the engine and shells agree on.
const (
	notExecutable = 126
	notFound      = 127
	killed        = 128 + 9
)

// hostDied reports whether a command was killed with its host, by somebody else than this process ("docker kill"). The
// engine learns of a command's end before that of its container.
func (p *process) hostDied(ctx context.Context) bool {
	for range 4 {
		if !p.host.running(ctx) {
			return true
		}
		p.wait(ctx, 50*time.Millisecond)
	}
	return false
}

func (p *process) stopped() error {
	return fmt.Errorf("docker: %s: %w", p.host.name, harness.ErrHostStopped)
}

// exitCode asks the engine for the exit code, which it may know a moment after the end of the output.
func (p *process) exitCode(ctx context.Context) (int, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		exec, err := p.host.daemon.api.ExecInspect(ctx, p.execID, client.ExecInspectOptions{})
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			return 0, fmt.Errorf("docker: ask for the exit code: %w", err)
		}
		if !exec.Running {
			return exec.ExitCode, nil
		}
		if p.power.Err() != nil {
			return 0, p.stopped()
		}
		p.wait(ctx, pause)
	}
}

// wait waits for the time to pass, or for one of the events that end all waiting.
func (p *process) wait(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-p.power.Done():
	case <-timer.C:
	}
}

// kill kills the command and what it started. It works through the engine, since the engine may be on another machine
// and the command may not be a child of anything that can be reached.
func (p *process) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	api := p.host.daemon.api
	for ctx.Err() == nil && p.power.Err() == nil {
		exec, err := api.ExecCreate(ctx, p.host.container, client.ExecCreateOptions{Cmd: harness.Verb("kill", p.mark)})
		if err == nil {
			_, err = api.ExecStart(ctx, exec.ID, client.ExecStartOptions{Detach: true})
		}
		if p.drain(killRepeat) || err != nil {
			break
		}
	}
	p.stream.Close()
	p.drain(drainTimeout)
}

// Signal implements [harness.Signaler]. A command that was attached to a moment ago may not have been started yet.
func (p *process) Signal(s syscall.Signal) error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	for {
		out, err := p.host.Command(harness.Verb("signal", strconv.Itoa(int(s)), p.mark)...).Output(ctx)
		if err != nil {
			return err
		}
		if strings.TrimSpace(string(out)) != "0" || p.drain(killRepeat) {
			return nil
		}
	}
}

// drain waits for the end of the output and reports whether it came in time.
func (p *process) drain(timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-p.copied:
		return true
	case <-timer.C:
		return false
	}
}

// running reports whether the container runs, as far as can be told.
func (h *host) running(ctx context.Context) bool {
	if h.power().Err() != nil {
		return false
	}
	inspected, err := h.daemon.api.ContainerInspect(ctx, h.container, client.ContainerInspectOptions{})
	if err != nil {
		return !errdefs.IsNotFound(err)
	}
	return inspected.Container.State.Running
}

// explainExec tells a host that is switched off from other reasons why a command was not started.
func (h *host) explainExec(ctx context.Context, err error) error {
	if ctx.Err() == nil && !h.running(ctx) {
		err = errors.Join(harness.ErrHostStopped, err)
	}
	return fmt.Errorf("docker: %s: %w", h.name, err)
}
