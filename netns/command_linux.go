package netns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// StartCommand implements [lab.Starter].
func (h *host) StartCommand(ctx context.Context, c *lab.Cmd) (lab.Process, error) {
	if c.Image != "" {
		return nil, fmt.Errorf("netns: a container of an image (%s): %w by this engine", c.Image, lab.ErrUnsupported)
	}
	if err := agent.Lacks(c.Argv); err != nil {
		return nil, fmt.Errorf("netns: host %s: %w", h.name, err)
	}
	p := &process{ctx: ctx, verb: isVerb(c.Argv)}
	files, err := p.streams(c)
	defer closeAll(p.theirs)
	if err != nil {
		return nil, errors.Join(err, closeAll(p.ours))
	}
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd()) // which makes it blocking, as programs expect of their streams
	}
	p.call, err = h.lab.engine.call(ctx, request{Op: opCommand, Lab: h.lab.number, Host: h.name, Argv: c.Argv, Env: c.Env, Dir: c.Dir, Hosts: c.Hosts,
		WholeEnv: c.WholeEnv, Contained: c.Contained, Server: c.Server}, fds...)
	if err != nil {
		return nil, errors.Join(err, closeAll(p.ours))
	}
	if err := answer(p.call, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("netns: host %s: %w", h.name, err), closeAll(p.ours), p.call.Close())
	}
	p.copyStreams()
	p.stop = context.AfterFunc(ctx, func() { _ = p.call.send(request{Op: opKill}) })
	return p, nil
}

// process is a command that the helper runs.
type process struct {
	ctx    context.Context
	verb   bool
	call   channel
	stop   func() bool
	ours   []*os.File // our ends of the pipes
	theirs []*os.File // the command's ends, closed here once it has them
	copies []func() error
	input  func()
	output sync.WaitGroup
	errs   [2]error
}

// streams returns the three descriptors for the command: the caller's own files as they are, pipes for the rest. A verb
// has pipes in any case: it makes its descriptors nonblocking, and a file, such as a terminal, may be in use elsewhere.
func (p *process) streams(c *lab.Cmd) ([]*os.File, error) {
	stdin, err := p.inputFile(c.Stdin)
	if err != nil {
		return nil, err
	}
	stdout, err := p.outputFile(c.Stdout)
	if err != nil {
		return nil, err
	}
	stderr, err := p.outputFile(c.Stderr)
	if err != nil {
		return nil, err
	}
	return []*os.File{stdin, stdout, stderr}, nil
}

func (p *process) inputFile(r io.Reader) (*os.File, error) {
	if f, ok := r.(*os.File); ok && !p.verb {
		return f, nil
	}
	if r == nil {
		return p.null(os.O_RDONLY)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.ours, p.theirs = append(p.ours, ours), append(p.theirs, theirs)
	p.input = func() {
		_, _ = io.Copy(ours, r) // it fails when the command ends before its input does, which is its right
		_ = ours.Close()
	}
	return theirs, nil
}

func (p *process) outputFile(w io.Writer) (*os.File, error) {
	if f, ok := w.(*os.File); ok && !p.verb {
		return f, nil
	}
	if w == nil {
		return p.null(os.O_WRONLY)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.ours, p.theirs = append(p.ours, ours), append(p.theirs, theirs)
	p.copies = append(p.copies, func() error {
		_, err := io.Copy(w, ours)
		return errors.Join(err, ours.Close())
	})
	return theirs, nil
}

func (p *process) null(flag int) (*os.File, error) {
	f, err := os.OpenFile(os.DevNull, flag, 0)
	if err == nil {
		p.theirs = append(p.theirs, f)
	}
	return f, err
}

func (p *process) copyStreams() {
	if p.input != nil {
		go p.input()
	}
	for i, copy := range p.copies {
		p.output.Go(func() { p.errs[i] = copy() })
	}
}

// Signal implements [lab.Signaler].
func (p *process) Signal(s syscall.Signal) error {
	return p.call.send(request{Op: opSignal, Signal: int(s)})
}

// Wait waits for the exit code, then for the output to be written. A command that was killed because its context
// ended may have left a child that holds the pipe: its output is cut.
func (p *process) Wait() (int, error) {
	defer p.call.Close()
	var end reply
	err := answer(p.call, &end)
	p.stop()
	if p.ctx.Err() != nil {
		return 0, errors.Join(context.Cause(p.ctx), closeAll(p.ours))
	}
	p.output.Wait()
	if err := errors.Join(err, p.errs[0], p.errs[1]); err != nil {
		return 0, errors.Join(err, closeAll(p.ours))
	}
	return end.Exit, nil
}

// closeAll closes files; those that are closed already are not an error.
func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		if err := f.Close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
