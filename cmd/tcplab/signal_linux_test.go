package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What is promised: Ctrl-C ends a run within the first, and after kill -9 nothing is left when the second has passed.
const (
	interruptedWithin = 3 * time.Second
	goneWithin        = 2 * time.Second
)

// The run that is ended: its client waits for 8.5 s.
const longRun = "firewall-drop-netns-ipv4"

func TestInterrupt(t *testing.T) {
	needEngine(t, "netns")
	for _, signal := range []syscall.Signal{unix.SIGINT, unix.SIGTERM} {
		t.Run(unix.SignalName(signal), func(t *testing.T) {
			t.Parallel()
			r := start(t, "run", "firewall-drop", "--engine", "netns")
			r.awaitSYN(longRun)
			helper, namespaces := r.helper()
			require.NoError(t, r.cmd.Process.Signal(signal))
			assert.Equal(t, exitSignal+int(signal), r.exit(interruptedWithin))
			assert.Equal(t, "removing the labs (Ctrl-C once more to quit at once)\n"+
				"firewall-drop         interrupted\n\n"+
				"tcplab: interrupted\n", r.out.String())
			requireGone(t, goneWithin, helper, namespaces)
			left, err := os.ReadDir(filepath.Join(r.dir, "artifacts"))
			require.NoError(t, err)
			assert.Empty(t, left, "half a capture was left")
		})
	}
}

// A helper that does nothing any more cannot take its labs down, so that the first signal alone would end nothing.
func TestInterruptTwice(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	r := start(t, "run", "firewall-drop", "--engine", "netns")
	r.awaitSYN(longRun)
	helper, namespaces := r.helper()
	require.NoError(t, unix.Kill(helper, unix.SIGSTOP))
	require.Eventually(t, func() bool { return strings.HasPrefix(status(helper, "State"), "T") }, deadline, poll)
	t.Cleanup(func() { _ = unix.Kill(helper, unix.SIGCONT) })
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	r.awaitOutput(interruptNote)
	select {
	case <-r.done:
		require.FailNow(t, "it has ended at the first signal", r.out.String())
	default:
	}
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, exitSignal+int(unix.SIGINT), r.exit(interruptedWithin))
	assert.Equal(t, interruptNote+"\n"+
		"tcplab: quit; what is left is removed by the next run, or by \"tcplab sweep\"\n", r.out.String())
	require.NoError(t, unix.Kill(helper, unix.SIGCONT))
	requireGone(t, goneWithin, helper, namespaces)
}

func TestKill(t *testing.T) {
	needEngine(t, "netns")
	t.Parallel()
	r := start(t, "run", "firewall-drop", "--engine", "netns")
	r.awaitSYN(longRun)
	helper, namespaces := r.helper()
	require.NoError(t, r.cmd.Process.Kill())
	r.exit(goneWithin)
	requireGone(t, goneWithin, helper, namespaces)
}
