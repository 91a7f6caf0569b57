package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// testTerminal: a person can work on a host.
func testTerminal(t *testing.T, built *bench) {
	t.Run("size and environment", func(t *testing.T) {
		s := openTerminal(built.on(t), agent.TerminalInput{Rows: 30, Cols: 100, Env: []string{"COLOUR=blue"}, Dir: "/usr"},
			"sh", "-c", "stty size; echo $COLOUR; pwd; read x; stty size; tty -s; exit $?")
		s.awaitScreen("30 100\r\nblue\r\n/usr\r\n")
		s.send(agent.TerminalInput{Rows: 10, Cols: 40})
		s.send(agent.TerminalInput{Keys: []byte("go\r")})
		s.awaitScreen("go\r\n10 40\r\n")
		assert.Zero(t, s.exit())
	})
	t.Run("job control", func(t *testing.T) {
		s := openTerminal(built.on(t), agent.TerminalInput{Rows: 24, Cols: 80, Env: []string{"PS1=ready> ", "ENV="}}, "sh", "-i")
		s.awaitScreen("ready> ")
		// What begins says so itself: a shell that has not yet handed over the terminal may lose the Ctrl-C.
		s.send(agent.TerminalInput{Keys: []byte(`sh -c "echo begin; exec sleep 1000"` + "\r")})
		s.awaitScreen("begin\r\n")
		s.send(agent.TerminalInput{Keys: []byte{3}}) // Ctrl-C: it ends what is in the foreground, not the shell
		s.awaitScreen("ready> ")
		s.send(agent.TerminalInput{Keys: []byte("exit 5\r")})
		assert.Equal(t, 5, s.exit())
	})
	t.Run("a command that has left a job behind ends", func(t *testing.T) {
		s := openTerminal(built.on(t), agent.TerminalInput{}, "sh", "-c", "trap '' HUP; sleep 20 & echo last")
		s.awaitScreen("last\r\n")
		start := time.Now()
		assert.Zero(t, s.exit())
		assert.Less(t, time.Since(start), 10*time.Second)
	})
	t.Run("hung up", func(t *testing.T) {
		for _, script := range []string{"echo begin; sleep 1000", "trap '' HUP; echo begin; sleep 1000; sleep 1000"} {
			s := openTerminal(built.on(t), agent.TerminalInput{}, "sh", "-c", script)
			s.awaitScreen("begin\r\n")
			require.NoError(t, s.keys.Close())
			assert.NotZero(t, s.exit(), script)
		}
	})
}

// session is a command on a terminal.
type session struct {
	b      *bench
	keys   *io.PipeWriter
	screen chan string
	seen   string
	ended  chan error
}

func openTerminal(b *bench, first agent.TerminalInput, argv ...string) *session {
	b.Helper()
	in, keys := io.Pipe()
	s := &session{b: b, keys: keys, screen: make(chan string, 100), ended: make(chan error, 1)}
	cmd := b.host("server").Command(agent.TerminalVerb(argv...)...)
	cmd.Stdin, cmd.Stdout = in, s
	ctx, cancel := context.WithCancel(b.context())
	b.Cleanup(cancel)
	require.NoError(b, cmd.Start(ctx))
	go func() {
		s.ended <- cmd.Wait()
		_ = in.Close()
	}()
	s.send(first)
	return s
}

func (s *session) Write(p []byte) (int, error) {
	s.screen <- string(p)
	return len(p), nil
}

func (s *session) send(in agent.TerminalInput) {
	s.b.Helper()
	require.NoError(s.b, json.NewEncoder(s.keys).Encode(in))
}

// awaitScreen waits until the text is shown, and forgets what was shown up to its end.
func (s *session) awaitScreen(text string) {
	s.b.Helper()
	late := time.NewTimer(deadline)
	defer late.Stop()
	for {
		if _, rest, ok := strings.Cut(s.seen, text); ok {
			s.seen = rest
			return
		}
		select {
		case more := <-s.screen:
			s.seen += more
		case <-late.C:
			require.Fail(s.b, "it was not shown", "%q in %q", text, s.seen)
		}
	}
}

func (s *session) exit() int {
	s.b.Helper()
	err := <-s.ended
	if exit, ok := errors.AsType[*lab.ExitError](err); ok {
		return exit.Code
	}
	require.NoError(s.b, err)
	return 0
}
