package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab/agent/serve"
	"golang.org/x/crypto/ssh"
)

// verbServer is the process in a container that runs the lab's verbs ([serve.Verb]). Without it each of them would be
// an exec of its own, which costs the engine more than most verbs do, and which "docker events" would show to a student who
// is to find out what a verb has broken.
type verbServer struct {
	host    *host
	power   context.Context // that of the host when it was started
	started chan struct{}   // closed when conn or failed is set
	failed  error
	conn    ssh.Conn

	execID string
	stream client.HijackedResponse
	stdout *runtimeFilter
	said   tail          // its standard error
	copied chan struct{} // closed when the stream has ended
	ended  chan struct{} // closed when lost is set
	lost   error         // how the connection has ended
}

// verbServer returns the host's server of verbs, and starts one where there is none: after the start of the host, and where
// the last one has ended by itself.
func (h *host) verbServer(ctx context.Context) (*verbServer, error) {
	h.mu.Lock()
	if h.verbs == nil || h.verbs.over() {
		h.verbs = &verbServer{host: h, power: h.on, started: make(chan struct{}), copied: make(chan struct{}), ended: make(chan struct{})}
		go h.verbs.begin()
	}
	s := h.verbs
	h.mu.Unlock()
	select {
	case <-s.started:
		return s, s.failed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// over reports whether the server runs no verb any more, or never has.
func (s *verbServer) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return s.power.Err() != nil
	}
}

// begin starts the server. Who waits for it may lose patience; the next one has it then.
func (s *verbServer) begin() {
	defer close(s.started)
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	if s.failed = s.connect(ctx); s.failed != nil {
		close(s.ended)
		return
	}
	go func() {
		defer close(s.ended)
		s.lost = s.conn.Wait()
		s.stream.Close()
	}()
}

// connect lets the engine execute the program, and connects to it over its standard input and output.
func (s *verbServer) connect(ctx context.Context) (err error) {
	s.execID, s.stream, err = s.host.exec(ctx, client.ExecCreateOptions{
		Cmd: serve.Verb(), AttachStdin: true, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, s.stream.Close)()
	from, to := io.Pipe()
	s.stdout = &runtimeFilter{w: to}
	go func() {
		defer close(s.copied)
		_, err := stdcopy.StdCopy(s.stdout, &s.said, s.stream.Reader)
		_ = to.CloseWithError(err)
	}()
	// There is nobody to be told apart by a key: what is at the other end of the stream, the engine has started.
	config := &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	conn, channels, requests, err := ssh.NewClientConn(execConn{s.stream.Conn, from}, s.host.container, config)
	if err != nil {
		defer s.stream.Close()
		return s.explain(ctx, err)
	}
	s.conn = conn
	go ssh.DiscardRequests(requests)
	go func() {
		for c := range channels {
			_ = c.Reject(ssh.Prohibited, "only the host runs verbs")
		}
	}()
	return nil
}

// explain says why there is no connection, or none any more: the host is off, or the process has ended, in its own words.
func (s *verbServer) explain(ctx context.Context, lost error) error {
	if s.host.died(ctx, s.power) {
		return s.host.stopped()
	}
	if !within(s.copied, drainTimeout) {
		return fmt.Errorf("docker: %s: connection to %s: %w", s.host.name, strings.Join(serve.Verb(), " "), lost)
	}
	code, err := s.host.exitCode(ctx, s.power, s.execID)
	if err != nil {
		return err
	}
	if code == notExecutable || code == notFound {
		if err := s.stdout.failure(); err != nil {
			return err
		}
	}
	return &serverError{host: s.host.name, code: code, said: s.said.String(), lost: lost}
}

// close ends the server, if it still runs.
func (s *verbServer) close() {
	<-s.started
	if s.failed == nil {
		_ = s.conn.Close()
	}
}

// serverError is the end of a server of verbs that nobody has asked for.
type serverError struct {
	host string
	code int
	said string
	lost error
}

func (e *serverError) Error() string {
	text := fmt.Sprintf("docker: %s: %s, which runs the lab's verbs, has ended with exit code %d", e.host, strings.Join(serve.Verb(), " "), e.code)
	if e.said != "" {
		text += ": " + e.said
	}
	return text
}

func (e *serverError) Unwrap() error { return e.lost }

// execConn is the connection of an exec as that of a network: what comes is the standard output alone.
type execConn struct {
	net.Conn
	stdout *io.PipeReader
}

func (c execConn) Read(p []byte) (int, error) { return c.stdout.Read(p) }

// Close closes both directions: what is still read from the engine goes nowhere.
func (c execConn) Close() error { return errors.Join(c.stdout.Close(), c.Conn.Close()) }

// tailSize is enough for an error, and for where a program has panicked.
const tailSize = 4 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
