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
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// execEnv is the variable by which "tcplab host kill" finds a command and all that it started.
const execEnv = "TCPLAB_EXEC"

// killRepeat is how long a command may take to end before it is killed again: the first time it may not have been
// started yet.
const killRepeat = 250 * time.Millisecond

// StartCommand starts a command: a program or a verb of the lab in the container, or another container beside it.
func (h *host) StartCommand(ctx context.Context, c *lab.Cmd) (lab.Process, error) {
	switch {
	case c.Image != "":
		return h.startGuest(ctx, c)
	case isServed(c):
		return h.startVerb(ctx, c)
	}
	return h.startProgram(ctx, c)
}

// program is a command that the engine executes in the container. The API's exec is used rather than Exec of
// testcontainers-go, which reads all the output before it returns and so can neither stream a capture nor feed standard
// input.
type program struct {
	process
	mark   string // the value of execEnv
	execID string
	stream client.HijackedResponse
	stdout *runtimeFilter
}

func (h *host) startProgram(ctx context.Context, c *lab.Cmd) (lab.Process, error) {
	if c.Contained || c.Server {
		return nil, fmt.Errorf("a program of this machine: %w by this engine: give it in an image", lab.ErrUnsupported)
	}
	started, err := h.newProcess()
	if err != nil {
		return nil, err
	}
	if err := h.useNames(ctx, c.Hosts); err != nil {
		return nil, err
	}
	p := &program{process: started, mark: randomID(), stdout: &runtimeFilter{w: orDiscard(c.Stdout)}}
	p.execID, p.stream, err = h.exec(ctx, client.ExecCreateOptions{
		Cmd:          marked(p.mark, c.Argv),
		WorkingDir:   c.Dir,
		Env:          append(c.Env[:len(c.Env):len(c.Env)], execEnv+"="+p.mark),
		AttachStdin:  c.Stdin != nil,
		AttachStdout: true,
		AttachStderr: true,
	})
	if err != nil {
		return nil, err
	}
	if c.Stdin != nil {
		go p.feed(c.Stdin)
	}
	go p.copyOutput(orDiscard(c.Stderr))
	go func() {
		defer p.stream.Close()
		p.follow(ctx, p.result, p.kill)
	}()
	return p, nil
}

// useNames gives the container an /etc/hosts with this content, unless it is empty. When a container is started again, the engine
// writes its own.
func (h *host) useNames(ctx context.Context, hosts string) error {
	if hosts == "" {
		return nil
	}
	cmd := h.Command(agent.NamesVerb("hosts")...)
	cmd.Stdin = strings.NewReader(hosts)
	_, err := cmd.Output(ctx)
	return err
}

// marked is the command line by which a program is found again, whatever it does to its environment. A verb does nothing to that.
func marked(mark string, argv []string) []string {
	if isVerb(argv) {
		return argv
	}
	return agent.StartVerb(mark, argv...)
}

// exec lets the engine execute a command in the container, and attaches to its streams.
func (h *host) exec(ctx context.Context, options client.ExecCreateOptions) (id string, stream client.HijackedResponse, err error) {
	api := h.daemon.api
	exec, err := api.ExecCreate(ctx, h.container, options)
	if err != nil {
		return "", stream, h.explainExec(ctx, err)
	}
	attached, err := api.ExecAttach(ctx, exec.ID, client.ExecAttachOptions{})
	if err != nil {
		return "", stream, h.explainExec(ctx, err)
	}
	return exec.ID, attached.HijackedResponse, nil
}

// feed gives the command its standard input. Like that of os/exec, it goes on until the reader returns, be it after
// the command's end.
func (p *program) feed(stdin io.Reader) {
	_, _ = io.Copy(p.stream.Conn, stdin) // a command may leave its input unread
	_ = p.stream.CloseWrite()
}

func (p *program) copyOutput(stderr io.Writer) {
	defer close(p.copied)
	_, p.copyErr = stdcopy.StdCopy(p.stdout, stderr, p.stream.Reader)
}

// result is how a command ended whose output has ended.
func (p *program) result(ctx context.Context) (int, error) {
	if err := p.failedCopy(); err != nil {
		p.kill() // it would block on output that nobody takes
		return 0, err
	}
	code, err := p.host.exitCode(ctx, p.power, p.execID)
	if (code == killed || err != nil) && p.host.died(ctx, p.power) {
		return 0, p.host.stopped()
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

// kill kills the command and what it started. It works from inside the container, since the engine may be on another
// machine and the command may not be a child of anything that can be reached.
func (p *program) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	for ctx.Err() == nil && p.power.Err() == nil {
		err := p.host.Command(lab.Verb("kill", p.mark)...).Run(ctx)
		if p.drain(killRepeat) || err != nil {
			break
		}
	}
	p.stream.Close()
	p.drain(drainTimeout)
}

// Signal implements [lab.Signaler]. A command that was attached to a moment ago may not have been started yet.
func (p *program) Signal(s syscall.Signal) error {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	for {
		out, err := p.host.Command(lab.Verb("signal", strconv.Itoa(int(s)), p.mark)...).Output(ctx)
		if err != nil {
			return err
		}
		if strings.TrimSpace(string(out)) != "0" || p.drain(killRepeat) {
			return nil
		}
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
		err = errors.Join(lab.ErrHostStopped, err)
	}
	return fmt.Errorf("docker: %s: %w", h.name, err)
}
