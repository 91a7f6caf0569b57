package serve

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
	"golang.org/x/crypto/ssh"
)

// server is "serve" at the other end of a connection.
type server struct {
	*testing.T
	ssh.Conn
	code chan int
}

// startServer starts it; at the end of the test it has ended, and left no goroutine.
func startServer(t *testing.T) *server {
	t.Helper()
	before := runtime.NumGoroutine()
	stdin, feed, err := os.Pipe()
	require.NoError(t, err)
	out, stdout, err := os.Pipe()
	require.NoError(t, err)
	s := &server{T: t, code: make(chan int, 1)}
	go func() {
		s.code <- agent.Run(t.Context(), agent.Streams{Stdin: stdin, Stdout: stdout, Stderr: io.Discard, Namespace: &agent.Namespace{}}, []string{"serve"})
	}()
	conn, channels, requests, err := ssh.NewClientConn(streamConn{out, feed}, "", &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	require.NoError(t, err)
	go ssh.DiscardRequests(requests)
	s.Conn = conn
	t.Cleanup(func() {
		_ = conn.Close() // once, and again by the connection itself
		assert.Empty(t, channels, "it opens no channels itself")
		assert.Equal(t, 0, <-s.code)
		assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 10*time.Millisecond,
			"goroutines are left besides the one that counts them")
	})
	return s
}

// start starts a verb.
func (s *server) start(args ...string) *remoteVerb {
	s.Helper()
	text, err := json.Marshal(args)
	require.NoError(s, err)
	channel, requests, err := s.OpenChannel(Channel, text)
	require.NoError(s, err)
	v := &remoteVerb{Channel: channel, exit: make(chan int, 1)}
	go func() {
		code := -1
		for r := range requests {
			var exit struct{ Code uint32 }
			if r.Type == Exit && ssh.Unmarshal(r.Payload, &exit) == nil {
				code = int(exit.Code)
			}
		}
		v.exit <- code
	}()
	return v
}

type remoteVerb struct {
	ssh.Channel
	exit chan int
}

// end is the exit code, and what was printed.
func (v *remoteVerb) end(t *testing.T) (code int, stdout, stderr string) {
	t.Helper()
	out, err := io.ReadAll(v)
	require.NoError(t, err)
	errs, err := io.ReadAll(v.Stderr())
	require.NoError(t, err)
	return v.ended(t), string(out), string(errs)
}

func (v *remoteVerb) ended(t *testing.T) int {
	t.Helper()
	select {
	case code := <-v.exit:
		return code
	case <-time.After(20 * time.Second):
		require.Fail(t, "the verb goes on")
		return 0
	}
}

func (v *remoteVerb) request(t *testing.T, what string) {
	t.Helper()
	_, err := v.SendRequest(what, false, nil)
	require.NoError(t, err)
}

func TestServe(t *testing.T) {
	s := startServer(t)
	code, out, errs := s.start("sysctl", "kernel.ostype").end(t)
	assert.Equal(t, 0, code)
	assert.JSONEq(t, `{"kernel.ostype":"Linux"}`, out)
	assert.Empty(t, errs)

	code, out, errs = s.start("file", "/no such/file").end(t)
	assert.Equal(t, 1, code)
	assert.Empty(t, out)
	assert.Equal(t, "tcplab host file: stat /no such/file: no such file or directory\n", errs)

	code, _, errs = s.start("no-such-verb").end(t)
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "\n  tcplab host serve: run verbs ")

	_, _, err := s.OpenChannel("session", nil)
	require.ErrorContains(t, err, "not a verb of the lab")
}

// The exit code comes after the output, however much there is.
func TestServeLargeOutput(t *testing.T) {
	s := startServer(t)
	self, err := os.ReadFile("/proc/self/exe")
	require.NoError(t, err)
	code, out, _ := s.start("file", "/proc/self/exe").end(t)
	assert.Equal(t, 0, code)
	assert.True(t, bytes.Equal(self, []byte(out)), "%d bytes of %d", len(out), len(self))
}

func TestServeOutputThatNobodyReads(t *testing.T) {
	s := startServer(t)
	stuck := s.start("file", "/proc/self/exe") // it is larger than what is sent ahead
	_, err := io.ReadFull(stuck, make([]byte, 1))
	require.NoError(t, err)
	for range 100 {
		code, _, _ := s.start("sysctl", "kernel.ostype").end(t)
		require.Equal(t, 0, code)
	}
	assert.Empty(t, stuck.exit)
	stuck.request(t, Kill)
	stuck.ended(t)
}

// A verb that waits for its input, and would do so for ever, can be killed.
func TestServeKill(t *testing.T) {
	s := startServer(t)
	waits := s.start("configure")
	waits.request(t, Kill)
	code, _, errs := waits.end(t)
	assert.NotZero(t, code)
	assert.NotContains(t, errs, "EOF", "its input had not ended")
}

func TestServeInterrupt(t *testing.T) {
	s := startServer(t)
	service := s.listen("0")
	service.request(t, Interrupt)
	code, _, errs := service.end(t)
	assert.Equal(t, 0, code)
	assert.Empty(t, errs)
}

// A verb whose channel is given up ends, and with a connection all of its verbs: startServer looks for what is left of them.
func TestServeUntilTheOtherEndIsGone(t *testing.T) {
	s := startServer(t)
	kept := s.listen("0")
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	given := s.start("dial", "--timeout", "1m", mute.Addr().String())
	conn, err := mute.Accept()
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.ReadFull(conn, make([]byte, len("GET ")))
	require.NoError(t, err)
	require.NoError(t, given.Close())
	_, err = io.Copy(io.Discard, conn)
	require.NoError(t, err, "it waits on for its reply")
	assert.Empty(t, kept.exit)
}

// listen starts the service, and returns when it is ready.
func (s *server) listen(port string) *remoteVerb {
	s.Helper()
	v := s.start("listen", "--port", port)
	line := make([]byte, len(lab.Ready)+1)
	_, err := io.ReadFull(v.Stderr(), line)
	require.NoError(s, err)
	require.Equal(s, lab.Ready+"\n", string(line))
	return v
}

func TestServeWithoutSSH(t *testing.T) {
	code, _, errs := agenttest.Run("serve")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "tcplab host serve: standard input and output: ")
	code, _, _ = agenttest.Run("serve", "more")
	assert.Equal(t, 2, code)
}
