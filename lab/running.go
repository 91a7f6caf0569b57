package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Running is a long-running verb that has said that it is ready.
type Running struct {
	cmd   *Cmd
	stdin *io.PipeWriter
	said  *readyWriter
	Ended chan struct{}
	err   error // valid once ended is closed
	kill  context.CancelFunc
}

// Start starts a long-running verb and waits until it is ready. It goes on when ctx ends: stop ends it, or the removal
// of the lab.
func Start(ctx context.Context, cmd *Cmd) (*Running, error) { return startTold(ctx, cmd, "") }

// startTold starts a verb that is told something first, over its standard input.
func startTold(ctx context.Context, cmd *Cmd, told string) (*Running, error) {
	stdin, feed := io.Pipe()
	r := &Running{cmd: cmd, stdin: feed, said: newReadyWriter(), Ended: make(chan struct{})}
	cmd.Stdin, cmd.Stderr = stdin, r.said
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	r.kill = kill
	if err := cmd.Start(life); err != nil {
		kill()
		return nil, err
	}
	go func() {
		defer kill()
		r.err = cmd.Wait()
		_ = stdin.Close()
		close(r.Ended)
	}()
	if told != "" {
		go func() { _, _ = io.WriteString(feed, told) }() // a verb that has ended says why below
	}
	select {
	case <-r.said.ready:
		return r, nil
	case <-r.Ended:
		return nil, r.failure()
	case <-ctx.Done():
		kill()
		<-r.Ended
		return nil, context.Cause(ctx)
	}
}

// Stop ends the verb in good order and waits until it has ended; when ctx ends first, it is killed.
func (r *Running) Stop(ctx context.Context) error {
	_ = r.stdin.Close()
	select {
	case <-r.Ended:
		return r.failure()
	case <-ctx.Done():
		r.kill()
		<-r.Ended
		return fmt.Errorf("%s did not end when asked to: %w", r.cmd, context.Cause(ctx))
	}
}

// failure is how the verb failed, in its own words where it has said something.
func (r *Running) failure() error {
	exit, ok := errors.AsType[*ExitError](r.err)
	if ok {
		exit.Stderr = strings.TrimSpace(r.said.text())
	}
	return r.err
}

// readyWriter takes a verb's standard error and closes ready at the line [Ready].
type readyWriter struct {
	ready chan struct{}
	mutex sync.Mutex
	lines bytes.Buffer
	seen  bool
}

func newReadyWriter() *readyWriter { return &readyWriter{ready: make(chan struct{})} }

func (w *readyWriter) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.lines.Write(p)
	line, rest, ok := bytes.Cut(w.lines.Bytes(), []byte("\n"))
	if ok && !w.seen && string(line) == Ready {
		w.seen = true
		close(w.ready)
		w.lines = *bytes.NewBuffer(bytes.Clone(rest))
	}
	return len(p), nil
}

func (w *readyWriter) text() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.lines.String()
}
