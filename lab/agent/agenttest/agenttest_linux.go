package agenttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Run runs a verb in the network of this process.
func Run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = agent.Run(context.Background(), agent.Streams{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Namespace: &agent.Namespace{}}, args)
	return code, out.String(), errs.String()
}

// Verb is a long-running verb that serves on a port of this machine.
type Verb struct {
	Port   int
	Stdin  *io.PipeWriter
	Code   chan int
	Stderr *bytes.Buffer
}

// FreePort is a port that nobody uses.
func FreePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// readySignal is standard error, up to the first line.
type readySignal struct {
	bytes.Buffer
	line chan struct{}
}

func (r *readySignal) Write(p []byte) (int, error) {
	n, err := r.Buffer.Write(p)
	if bytes.Contains(p, []byte(lab.Ready+"\n")) {
		close(r.line)
	}
	return n, err
}

// Start starts a verb, which reads something first, and returns when it has said that it is ready.
func Start(t *testing.T, port int, told string, argv ...string) *Verb {
	t.Helper()
	stdin, feed := io.Pipe()
	errs := &readySignal{line: make(chan struct{})}
	s := &Verb{Port: port, Stdin: feed, Code: make(chan int, 1), Stderr: &errs.Buffer}
	go func() {
		s.Code <- agent.Run(t.Context(), agent.Streams{Stdin: stdin, Stdout: io.Discard, Stderr: errs, Namespace: &agent.Namespace{}}, argv)
	}()
	if told != "" {
		_, err := io.WriteString(feed, told)
		require.NoError(t, err)
	}
	select {
	case <-errs.line:
	case code := <-s.Code:
		t.Fatalf("it has ended with exit code %d: %s", code, errs)
	case <-time.After(time.Minute):
		t.Fatal("it is not ready")
	}
	t.Cleanup(func() { _ = feed.Close() })
	return s
}

// End ends it in good order.
func (s *Verb) End(t *testing.T) {
	t.Helper()
	require.NoError(t, s.Stdin.Close())
	select {
	case code := <-s.Code:
		assert.Zero(t, code, "%s", s.Stderr)
	case <-time.After(time.Minute):
		t.Fatal("it does not end with its standard input")
	}
	_, err := net.Dial("tcp", s.Address())
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// Address is where it serves.
func (s *Verb) Address() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }
