package docker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sync/errgroup"
)

// The verbs of a host share a process and its connection, and nothing else.
func TestVerbs(t *testing.T) {
	l, ctx := newLab(t)
	router := hostOf(t, l, "router")

	t.Run("several dozens at once", func(t *testing.T) {
		var all errgroup.Group
		for range 60 {
			all.Go(func() error {
				_, err := router.Command(agent.CountersVerb()...).Output(ctx)
				return err
			})
		}
		require.NoError(t, all.Wait())
	})
	t.Run("output that nobody reads holds up no other", func(t *testing.T) {
		stuck := startUnread(t, ctx, router)
		short, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		for range 20 {
			output(t, short, router, agent.SysctlVerb("net.ipv4.tcp_syn_retries")...)
		}
		file := output(t, short, router, agent.FileVerb("/proc/self/exe")...)
		rest, err := io.ReadAll(stuck.out)
		require.NoError(t, err)
		require.NoError(t, <-stuck.ended)
		assert.Equal(t, file, stuck.begun+string(rest))
	})
	t.Run("cancelled while it writes", func(t *testing.T) {
		before := runtime.NumGoroutine()
		for range 3 {
			short, cancel := context.WithCancel(ctx)
			stuck := startUnread(t, short, router)
			cancel()
			start := time.Now()
			require.ErrorIs(t, <-stuck.ended, context.Canceled)
			assert.Less(t, time.Since(start), 15*time.Second, "it is not killed, and given up after 20 s")
			require.NoError(t, stuck.out.Close())
		}
		assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, 20*time.Millisecond,
			"goroutines are left")
	})
	t.Run("output that nobody takes", func(t *testing.T) {
		in, hold := io.Pipe()
		defer hold.Close()
		endless := router.Command(agent.CaptureVerb("to-client")...) // it would go on until its input ends
		endless.Stdin, endless.Stdout = in, failingWriter{}
		require.ErrorContains(t, endless.Run(ctx), "docker: copy the output: full")
	})
	t.Run("input that nobody reads", func(t *testing.T) {
		in, _ := io.Pipe()
		quick := router.Command(agent.ListenersVerb(lab.Port)...)
		quick.Stdin = in
		require.NoError(t, quick.Run(ctx))
	})
	t.Run("one writer for both streams", func(t *testing.T) {
		var both bytes.Buffer
		cmd := router.Command(lab.Verb("no-such-verb")...)
		cmd.Stdout, cmd.Stderr = &both, &both
		require.Error(t, cmd.Run(ctx))
		assert.Contains(t, both.String(), `there is no verb "no-such-verb"`)
	})
	t.Run("with an environment or a folder, as any program", func(t *testing.T) {
		cmd := router.Command(agent.FileVerb("hostname")...)
		cmd.Dir = "/etc"
		out, err := cmd.Output(ctx)
		require.NoError(t, err)
		assert.Equal(t, "router\n", string(out))
		cmd = router.Command(agent.FileVerb("/proc/self/environ")...)
		cmd.Env = []string{"COLOUR=blue"}
		out, err = cmd.Output(ctx)
		require.NoError(t, err)
		assert.Contains(t, string(out), "COLOUR=blue\x00")
	})
	t.Run("no exec is left", func(t *testing.T) {
		assert.Equal(t, 1, execs(t, ctx, router), "besides the one that runs the verbs")
	})
}

// unread is a verb whose output is more than what is sent ahead, and is not read.
type unread struct {
	begun string
	out   *io.PipeReader
	ended chan error
}

func startUnread(t *testing.T, ctx context.Context, h lab.Host) unread {
	t.Helper()
	out, sink := io.Pipe()
	cmd := h.Command(agent.FileVerb("/proc/self/exe")...)
	cmd.Stdout = sink
	require.NoError(t, cmd.Start(ctx))
	begun := make([]byte, 4)
	_, err := io.ReadFull(out, begun)
	require.NoError(t, err)
	u := unread{string(begun), out, make(chan error, 1)}
	go func() {
		u.ended <- cmd.Wait()
		_ = sink.Close()
	}()
	return u
}

// execs is how much the engine executes in the host's container.
func execs(t *testing.T, ctx context.Context, h lab.Host) (running int) {
	t.Helper()
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	inspected, err := api.ContainerInspect(ctx, containerOf(t, ctx, h), client.ContainerInspectOptions{})
	require.NoError(t, err)
	for _, id := range inspected.Container.ExecIDs {
		e, err := api.ExecInspect(ctx, id, client.ExecInspectOptions{})
		require.NoError(t, err)
		if e.Running {
			running++
		}
	}
	return running
}

// Somebody kills the process that runs the verbs: what it ran is told so, and the next verb has a new one.
func TestServerOfVerbsIsKilled(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	server := hostOf(t, l, "server")
	stdin, done := io.Pipe()
	defer done.Close()
	ready := newBuffer()
	service := server.Command(agent.ListenVerb(lab.Port)...)
	service.Stdin, service.Stderr = stdin, ready
	require.NoError(t, service.Start(ctx))
	ready.waitFor(t, lab.Ready)

	output(t, ctx, server, "pkill", "-KILL", "-f", "^tcplab host serve")
	err := service.Wait()
	require.ErrorContains(t, err, "docker: server: tcplab host serve, which runs the lab's verbs, has ended with exit code 137")
	require.ErrorIs(t, err, io.EOF)
	require.NotErrorIs(t, err, lab.ErrHostStopped)

	var listening []string
	require.NoError(t, json.Unmarshal([]byte(output(t, ctx, server, agent.ListenersVerb(lab.Port)...)), &listening))
	assert.Empty(t, listening)

	// Where there is none to be had, the error is the engine's.
	output(t, ctx, server, "sh", "-c", "rm $(command -v tcplab); pkill -KILL -f '^tcplab host serve'")
	err = server.Command(agent.CountersVerb()...).Run(ctx)
	require.ErrorIs(t, err, exec.ErrNotFound)
	require.ErrorContains(t, err, "docker: executable file not found")
}

// A container that was killed behind the lab's back takes its verbs along, and is a host that is off.
func TestContainerIsKilled(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	server := hostOf(t, l, "server")
	ready := newBuffer()
	service := server.Command(agent.ListenVerb(lab.Port)...)
	stdin, done := io.Pipe()
	defer done.Close()
	service.Stdin, service.Stderr = stdin, ready
	require.NoError(t, service.Start(ctx))
	ready.waitFor(t, lab.Ready)

	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	_, err = api.ContainerKill(ctx, containerOf(t, ctx, server), client.ContainerKillOptions{Signal: "KILL"})
	require.NoError(t, err)
	require.ErrorIs(t, service.Wait(), lab.ErrHostStopped)
	require.ErrorIs(t, server.Command(agent.CountersVerb()...).Run(ctx), lab.ErrHostStopped)

	require.NoError(t, server.(lab.Stopper).Start(ctx))
	output(t, ctx, server, agent.CountersVerb()...)
}
