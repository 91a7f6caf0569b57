package enginetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// testCommands: a host can run a command and give back its streams.
func testCommands(t *testing.T, built *bench) {
	t.Run("streams carry any bytes, and apart", func(t *testing.T) {
		b := built.on(t)
		sent := make([]byte, 1<<20)
		_, _ = rand.Read(sent)
		var out, errs bytes.Buffer
		cmd := b.host("client").Command("sh", "-c", "cat; echo done >&2")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(sent), &out, &errs
		require.NoError(t, cmd.Run(b.context()))
		assert.True(t, bytes.Equal(sent, out.Bytes()), "%d bytes came back of %d, or others", out.Len(), len(sent))
		assert.Equal(t, "done\n", errs.String())
	})
	t.Run("output comes while the command runs", func(t *testing.T) {
		b := built.on(t)
		in, feed := io.Pipe()
		out, sink := io.Pipe()
		cmd := b.host("server").Command("cat")
		cmd.Stdin, cmd.Stdout = in, sink
		require.NoError(t, cmd.Start(b.context()))
		_, err := io.WriteString(feed, "echo")
		require.NoError(t, err)
		answer := make([]byte, 4)
		_, err = io.ReadFull(out, answer)
		require.NoError(t, err)
		assert.Equal(t, "echo", string(answer))
		require.NoError(t, feed.Close())
		require.NoError(t, cmd.Wait())
	})
	t.Run("exit code", func(t *testing.T) {
		b := built.on(t)
		_, err := b.host("router").Command("sh", "-c", "echo no >&2; exit 7").Output(b.context())
		exit, ok := errors.AsType[*lab.ExitError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 7, exit.Code)
		assert.Equal(t, "no", exit.Stderr)
	})
	t.Run("environment", func(t *testing.T) {
		b := built.on(t)
		cmd := b.host("client").Command("sh", "-c", "echo $COLOUR")
		cmd.Env = []string{"COLOUR=blue"}
		out, err := cmd.Output(b.context())
		require.NoError(t, err)
		assert.Equal(t, "blue\n", string(out))
	})
	t.Run("folder", func(t *testing.T) {
		b := built.on(t)
		cmd := b.host("client").Command("pwd")
		cmd.Dir = "/usr/bin"
		out, err := cmd.Output(b.context())
		require.NoError(t, err)
		assert.Equal(t, "/usr/bin\n", string(out))
	})
	t.Run("a signal reaches a command", func(t *testing.T) { testSignal(built.on(t)) })
	t.Run("a signal ends a verb in good order", func(t *testing.T) {
		b := built.on(t)
		cmd := b.host("server").Command(agent.ListenVerb(lab.Port)...)
		in, feed := io.Pipe()
		defer feed.Close()
		said := &readiness{ready: make(chan struct{})}
		cmd.Stdin, cmd.Stderr = in, said
		require.NoError(t, cmd.Start(b.context()))
		<-said.ready
		require.NoError(t, cmd.Signal(syscall.SIGTERM))
		assert.NoError(t, cmd.Wait())
	})
	t.Run("a command without input reads an empty one", func(t *testing.T) {
		assert.Empty(t, built.on(t).output("client", "cat"))
	})
	t.Run("unknown command", func(t *testing.T) {
		b := built.on(t)
		assert.Error(t, b.host("client").Command("no-such-program").Run(b.context()))
	})
	t.Run("unknown verb", func(t *testing.T) {
		b := built.on(t)
		_, err := b.host("client").Command(lab.Verb("no-such-verb")...).Output(b.context())
		exit, ok := errors.AsType[*lab.ExitError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 2, exit.Code)
	})
	t.Run("the end of its context kills a command and its children", func(t *testing.T) {
		b := built.on(t)
		ctx, cancel := context.WithCancel(b.context())
		out, sink := io.Pipe()
		cmd := b.host("client").Command("sh", "-c", "sleep 1000 & echo started; wait")
		cmd.Stdout = sink
		require.NoError(t, cmd.Start(ctx))
		_, err := io.ReadFull(out, make([]byte, len("started\n")))
		require.NoError(t, err)
		cancel()
		start := time.Now()
		assert.ErrorIs(t, cmd.Wait(), context.Canceled)
		assert.Less(t, time.Since(start), 10*time.Second)
	})
	t.Run("the end of its context ends a verb whose output nobody takes", func(t *testing.T) {
		b := built.on(t)
		ctx, cancel := context.WithCancel(b.context())
		out, sink := io.Pipe()
		cmd := b.host("client").Command(agent.FileVerb("/proc/self/exe")...)
		cmd.Stdout = sink
		require.NoError(t, cmd.Start(ctx))
		_, err := io.ReadFull(out, make([]byte, 4))
		require.NoError(t, err)
		cancel()
		start := time.Now()
		assert.ErrorIs(t, cmd.Wait(), context.Canceled)
		assert.Less(t, time.Since(start), 10*time.Second)
		require.NoError(t, out.Close())
	})
	t.Run("a context that has ended starts nothing", func(t *testing.T) {
		b := built.on(t)
		ctx, cancel := context.WithCancel(b.context())
		cancel()
		assert.ErrorIs(t, b.host("client").Command("true").Run(ctx), context.Canceled)
	})
	t.Run("a host that the topology lacks", func(t *testing.T) {
		_, err := built.lab.Host("nobody")
		assert.ErrorContains(t, err, "nobody")
	})
}

// testSignal: a command decides for itself how it ends, as tcpdump writes its file.
func testSignal(b *bench) {
	out, sink := io.Pipe()
	cmd := b.host("client").Command("sh", "-c", "trap 'kill $! 2>&-; echo caught; exit 3' INT; sleep 1000 & echo started; wait")
	cmd.Stdout = sink
	require.Error(b, cmd.Signal(syscall.SIGINT), "before it was started")
	require.NoError(b, cmd.Start(b.context()))
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		_ = sink.Close()
	}()
	_, err := io.ReadFull(out, make([]byte, len("started\n")))
	require.NoError(b, err)
	require.NoError(b, cmd.Signal(syscall.SIGINT))
	rest, err := io.ReadAll(out)
	require.NoError(b, err)
	assert.Equal(b, "caught\n", string(rest))
	exit, ok := errors.AsType[*lab.ExitError](<-ended)
	require.True(b, ok)
	assert.Equal(b, 3, exit.Code)
}
