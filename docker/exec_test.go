package docker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

// buffer is written by a command while a test reads it.
type buffer struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newBuffer() *buffer { return &buffer{changed: make(chan struct{}, 1)} }

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *buffer) waitFor(t *testing.T, text string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !strings.Contains(b.String(), text) {
		select {
		case <-b.changed:
		case <-deadline:
			t.Fatalf("no %q in %q", text, b.String())
		}
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	client := hostOf(t, l, "client")

	t.Run("binary both ways", func(t *testing.T) {
		in := make([]byte, 1<<20)
		_, _ = rand.Read(in)
		var out bytes.Buffer
		cat := client.Command("cat")
		cat.Stdin, cat.Stdout = bytes.NewReader(in), &out
		require.NoError(t, cat.Run(ctx))
		assert.True(t, bytes.Equal(in, out.Bytes()), "got %d bytes", out.Len())
	})
	t.Run("output before the end", func(t *testing.T) {
		in, done := io.Pipe()
		out := newBuffer()
		cat := client.Command("cat")
		cat.Stdin, cat.Stdout = in, out
		require.NoError(t, cat.Start(ctx))
		_, err := io.WriteString(done, "first\n")
		require.NoError(t, err)
		out.waitFor(t, "first\n")
		require.NoError(t, done.Close())
		require.NoError(t, cat.Wait())
	})
	t.Run("standard error apart, exit code and environment", func(t *testing.T) {
		var out, errs bytes.Buffer
		sh := client.Command("sh", "-c", "echo out; echo $WORD >&2; exit 7")
		sh.Env, sh.Stdout, sh.Stderr = []string{"WORD=err"}, &out, &errs
		exit, ok := errors.AsType[*lab.ExitError](sh.Run(ctx))
		require.True(t, ok)
		assert.Equal(t, 7, exit.Code)
		assert.Equal(t, "out\n", out.String())
		assert.Equal(t, "err\n", errs.String())
	})
	t.Run("no standard input is an empty one", func(t *testing.T) {
		assert.Empty(t, output(t, ctx, client, "cat"))
	})
	t.Run("input that nobody reads", func(t *testing.T) {
		in, _ := io.Pipe()
		quick := client.Command("true")
		quick.Stdin = in
		require.NoError(t, quick.Run(ctx))
	})
	t.Run("killed by a signal", func(t *testing.T) {
		exit, ok := errors.AsType[*lab.ExitError](client.Command("sh", "-c", "kill -KILL $$").Run(ctx))
		require.True(t, ok)
		assert.Equal(t, 137, exit.Code)
	})
	t.Run("output that nobody takes", func(t *testing.T) {
		yes := client.Command("yes")
		yes.Stdout = failingWriter{}
		require.ErrorContains(t, yes.Run(ctx), "docker: copy the output: full")
		// A zombie (Z) is dead: it is listed until whoever started it, outside the container, has looked after it.
		assert.Empty(t, output(t, ctx, client, "sh", "-c", "pgrep -x --runstates D,I,R,S,T,t yes || true"), "it still runs")
	})
	t.Run("no such program", func(t *testing.T) {
		out, err := client.Command("no-such-program").Output(ctx)
		require.ErrorContains(t, err, "no-such-program")
		assert.Empty(t, string(out))
	})
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

// A command that writes over its environment, as redis, nginx and PostgreSQL do, is found all the same: by a signal, and by the end of its
// context.
func TestProgramsThatOverwriteTheirEnvironment(t *testing.T) {
	l, ctx := newLab(t)
	client := hostOf(t, l, "client")
	const program = `$0 = "y" x 4000; $SIG{INT} = sub { print "caught\n"; exit 3 }; $| = 1;
		open my $e, "<", "/proc/self/environ"; print "env ", (grep { /TCPLAB_EXEC/ } <$e>) ? "kept" : "lost", "\n"; sleep 1 while 1`
	start := func(ctx context.Context) (*lab.Cmd, *buffer) {
		cmd, out := client.Command("perl", "-e", program), newBuffer()
		cmd.Stdout = out
		require.NoError(t, cmd.Start(ctx))
		out.waitFor(t, "env lost\n")
		return cmd, out
	}
	cmd, out := start(ctx)
	require.NoError(t, cmd.Signal(syscall.SIGINT))
	err := cmd.Wait()
	exit, ok := errors.AsType[*lab.ExitError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 3, exit.Code)
	out.waitFor(t, "caught\n")
	short, cancel := context.WithCancel(ctx)
	cmd, _ = start(short)
	cancel()
	require.ErrorIs(t, cmd.Wait(), context.Canceled)
	assert.Empty(t, output(t, ctx, client, "sh", "-c", "pgrep -x --runstates D,I,R,S,T,t 'perl|y+' || true"), "it still runs")
}

// A cancelled command is killed in the container with all that it started, and leaves no goroutine behind.
func TestCancelKills(t *testing.T) {
	l, ctx := newLab(t)
	client := hostOf(t, l, "client")
	output(t, ctx, client, "true")
	before := runtime.NumGoroutine()

	short, cancel := context.WithCancel(ctx)
	started := newBuffer()
	cmd := client.Command("bash", "-c", "sleep 4321 & sleep 1234 & echo started; wait")
	cmd.Stdout = started
	require.NoError(t, cmd.Start(short))
	started.waitFor(t, "started")
	cancel()
	start := time.Now()
	require.ErrorIs(t, cmd.Wait(), context.Canceled)
	assert.Less(t, time.Since(start), 15*time.Second, "it is not killed, and given up after 20 s")
	assert.Empty(t, output(t, ctx, client, "sh", "-c", "pgrep -x sleep || true"))

	// So is one that became another user's, as Debian's tcpdump would.
	short, cancel = context.WithCancel(ctx)
	dump := client.Command("tcpdump", "-i", "any", "-w", "/tmp/all.pcap")
	said := newBuffer()
	dump.Stderr = said
	require.NoError(t, dump.Start(short))
	said.waitFor(t, "listening on")
	cancel()
	require.ErrorIs(t, dump.Wait(), context.Canceled)
	assert.Empty(t, output(t, ctx, client, "sh", "-c", "pgrep tcpdump || true"))

	// And one that is cancelled at once, perhaps before the engine has started it.
	short, cancel = context.WithCancel(ctx)
	cmd = client.Command("sleep", "1000")
	require.NoError(t, cmd.Start(short))
	cancel()
	require.ErrorIs(t, cmd.Wait(), context.Canceled)
	assert.Empty(t, output(t, ctx, client, "sh", "-c", "pgrep -x sleep || true"))

	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, 20*time.Millisecond,
		"goroutines: %d before, %d after", before, runtime.NumGoroutine())
}
