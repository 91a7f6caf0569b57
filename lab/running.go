package lab

import (
	"bytes"
	"cmp"
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
	if err := r.ready(ctx); err != nil {
		if ctx.Err() != nil {
			kill()
			<-r.Ended
		}
		return nil, err
	}
	return r, nil
}

// ready returns when the verb says [Ready].
func (r *Running) ready(ctx context.Context) error {
	select {
	case <-r.said.ready:
		return nil
	case <-r.Ended:
		return cmp.Or(r.failure(), fmt.Errorf("%s has ended", r.cmd))
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// tell gives the verb a line on its standard input, and returns when it has said that it has done what that asks for.
func (r *Running) tell(ctx context.Context, line string) error {
	go func() { _, _ = io.WriteString(r.stdin, line+"\n") }() // one that has ended says why below
	return r.ready(ctx)
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

// readyWriter takes a verb's standard error, and sends on ready for each line [Ready] in it.
type readyWriter struct {
	ready chan struct{}
	mutex sync.Mutex
	said  bytes.Buffer // all lines but those
	line  []byte       // the one that has not ended
}

func newReadyWriter() *readyWriter { return &readyWriter{ready: make(chan struct{}, 1)} }

func (w *readyWriter) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.line = append(w.line, p...)
	for {
		line, rest, ok := bytes.Cut(w.line, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		if string(line) == Ready {
			select {
			case w.ready <- struct{}{}:
			default: // nobody has waited for the one before
			}
		} else {
			w.said.Write(w.line[:len(line)+1])
		}
		w.line = rest
	}
}

func (w *readyWriter) text() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.said.String() + string(w.line)
}
