package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"syscall"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent/serve"
	"golang.org/x/crypto/ssh"
)

// apart are the verbs that run as programs of their own. Some start any program, whose children are found by a mark in their environment
// alone. Others need a process for themselves: Go's resolver, for one, reads resolv.conf only every few seconds.
var apart = []string{"browse", "dial-name", "init", "serve", "terminal", "time"}

// isServed reports whether the host's server of verbs runs the command: a verb that needs nothing of a process.
func isServed(c *lab.Cmd) bool {
	return isVerb(c.Argv) && !slices.Contains(apart, c.Argv[len(lab.Verb())]) && len(c.Env) == 0 && c.Dir == ""
}

// isVerb reports whether a command line is that of a verb.
func isVerb(argv []string) bool {
	verb := lab.Verb()
	return len(argv) > len(verb) && slices.Equal(argv[:len(verb)], verb)
}

// verb is a verb that the host's server of verbs runs.
type verb struct {
	process
	server  *verbServer
	channel ssh.Channel
	closed  chan struct{} // when the verb has ended, or its server
	exit    *exitStatus   // nil: it has not told; valid once closed is closed
}

// exitStatus is what comes with [serve.Exit].
type exitStatus struct{ Code uint32 }

func (h *host) startVerb(ctx context.Context, c *lab.Cmd) (lab.Process, error) {
	started, err := h.newProcess()
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	v := &verb{process: started, closed: make(chan struct{})}
	args, err := json.Marshal(c.Argv[len(lab.Verb()):])
	if err != nil {
		return nil, err
	}
	requests, err := v.open(ctx, args)
	if err != nil {
		return nil, err
	}
	go v.listen(requests)
	go v.feed(c.Stdin)
	go v.copyOutput(orDiscard(c.Stdout), orDiscard(c.Stderr))
	go v.follow(ctx, v.result, v.kill)
	return v, nil
}

// open has the verb started, by another server where the one at hand turns out to have ended.
func (v *verb) open(ctx context.Context, args []byte) (requests <-chan *ssh.Request, err error) {
	for range 2 {
		if v.server, err = v.host.verbServer(ctx); err != nil {
			return nil, err
		}
		if requests, err = v.openChannel(ctx, args); !errors.Is(err, errServerEnded) {
			return requests, err
		}
	}
	return nil, v.server.explain(ctx, v.server.lost)
}

var errServerEnded = errors.New("the server of verbs has ended")

// openChannel opens a channel for the verb. On a connection that is just ending, that may wait for ever.
func (v *verb) openChannel(ctx context.Context, args []byte) (<-chan *ssh.Request, error) {
	type opened struct {
		channel  ssh.Channel
		requests <-chan *ssh.Request
		err      error
	}
	result := make(chan opened, 1)
	go func() {
		channel, requests, err := v.server.conn.OpenChannel(serve.Channel, args)
		result <- opened{channel, requests, err}
	}()
	select {
	case o := <-result:
		if o.err == nil {
			v.channel = o.channel
			return o.requests, nil
		}
		if rejected, ok := errors.AsType[*ssh.OpenChannelError](o.err); ok {
			return nil, fmt.Errorf("docker: %s: %w", v.host.name, rejected)
		}
		<-v.server.ended // it could not be asked
		return nil, errServerEnded
	case <-v.server.ended:
		return nil, errServerEnded
	case <-ctx.Done():
		go func() { // it must not stay
			if o := <-result; o.err == nil {
				_ = o.channel.Close()
				ssh.DiscardRequests(o.requests)
			}
		}()
		return nil, ctx.Err()
	}
}

// listen takes what the verb's side tells, until it closes the channel.
func (v *verb) listen(requests <-chan *ssh.Request) {
	defer close(v.closed)
	for r := range requests {
		var exit exitStatus
		if r.Type == serve.Exit && ssh.Unmarshal(r.Payload, &exit) == nil {
			v.exit = &exit
		}
	}
}

// feed gives the verb its standard input. Like that of os/exec, it goes on until the reader returns, be it after the
// verb's end.
func (v *verb) feed(stdin io.Reader) {
	if stdin != nil {
		_, _ = io.Copy(v.channel, stdin) // a verb may leave its input unread
	}
	_ = v.channel.CloseWrite()
}

// copyOutput copies both streams. They take turns: they may go to one writer.
func (v *verb) copyOutput(stdout, stderr io.Writer) {
	defer close(v.copied)
	var (
		turn sync.Mutex
		both sync.WaitGroup
		errs [2]error
	)
	both.Go(func() { errs[0] = v.copyStream(lockedWriter{&turn, stdout}, v.channel) })
	both.Go(func() { errs[1] = v.copyStream(lockedWriter{&turn, stderr}, v.channel.Stderr()) })
	both.Wait()
	v.copyErr = errors.Join(errs[:]...)
}

// copyStream copies one stream. A verb whose output nobody takes is killed.
func (v *verb) copyStream(to io.Writer, from io.Reader) error {
	_, err := io.Copy(to, from)
	if err != nil {
		v.request(serve.Kill)
		_, _ = io.Copy(io.Discard, from)
	}
	return err
}

// lockedWriter lets one at a time write.
type lockedWriter struct {
	turn *sync.Mutex
	w    io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	return l.w.Write(p)
}

// request tells the verb's side something. It does not wait for a connection on which nothing moves.
func (v *verb) request(what string) {
	go func() { _, _ = v.channel.SendRequest(what, false, nil) }() // it fails where the verb has ended
}

// result is how a verb ended whose output has ended.
func (v *verb) result(ctx context.Context) (int, error) {
	select {
	case <-v.closed:
	case <-ctx.Done():
		v.kill()
		return 0, ctx.Err()
	}
	if err := v.failedCopy(); err != nil {
		return 0, err
	}
	if v.exit != nil {
		return int(v.exit.Code), nil
	}
	<-v.server.ended // a verb that has not told how it ended has ended with its server
	err := v.server.explain(ctx, v.server.lost)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return 0, err
}

// kill ends the verb, also where it waits for somebody to read its output, and waits until it has ended: who takes its
// place finds its port free.
func (v *verb) kill() {
	v.request(serve.Kill)
	if !within(v.closed, killTimeout) {
		go func() { _ = v.channel.Close() }()
	}
	v.drain(drainTimeout)
}

// Signal implements [lab.Signaler]. A verb takes every signal as Ctrl-C.
func (v *verb) Signal(syscall.Signal) error {
	v.request(serve.Interrupt)
	return nil
}
