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
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"golang.org/x/sys/unix"
)

// interruptedWithin is what is promised of Ctrl-C.
const interruptedWithin = 3 * time.Second

// The run that is ended: its client waits for 8.5 s.
const longRun = "firewall-drop-netns-ipv4"

func TestInterrupt(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	for _, signal := range []syscall.Signal{unix.SIGINT, unix.SIGTERM} {
		t.Run(unix.SignalName(signal), func(t *testing.T) {
			t.Parallel()
			r := cmdtest.Start(t, "run", "firewall-drop", "--engine", "netns")
			r.AwaitSYN(longRun)
			helper, namespaces := r.HelperProcess()
			require.NoError(t, r.Cmd.Process.Signal(signal))
			assert.Equal(t, exitSignal+int(signal), r.Exit(interruptedWithin))
			assert.Equal(t, "removing the labs (Ctrl-C once more to quit at once)\n"+
				"firewall-drop         interrupted\n\n"+
				"tcplab: interrupted\n", r.Out.String())
			cmdtest.RequireGone(t, cmdtest.GoneWithin, helper, namespaces)
			left, err := os.ReadDir(filepath.Join(r.Dir, "artifacts"))
			require.NoError(t, err)
			assert.Empty(t, left, "half a capture was left")
		})
	}
}

// A helper that does nothing any more cannot take its labs down, so that the first signal alone would end nothing.
func TestInterruptTwice(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	r := cmdtest.Start(t, "run", "firewall-drop", "--engine", "netns")
	r.AwaitSYN(longRun)
	helper, namespaces := r.HelperProcess()
	require.NoError(t, unix.Kill(helper, unix.SIGSTOP))
	require.Eventually(t, func() bool { return strings.HasPrefix(cmdtest.Status(helper, "State"), "T") }, cmdtest.Deadline, cmdtest.Poll)
	t.Cleanup(func() { _ = unix.Kill(helper, unix.SIGCONT) })
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	r.AwaitOutput(interruptNote.English)
	select {
	case <-r.Done:
		require.FailNow(t, "it has ended at the first signal", r.Out.String())
	default:
	}
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, exitSignal+int(unix.SIGINT), r.Exit(interruptedWithin))
	assert.Equal(t, interruptNote.English+"\n"+
		"tcplab: quit; what is left is removed by the next run, or by \"tcplab sweep\"\n", r.Out.String())
	require.NoError(t, unix.Kill(helper, unix.SIGCONT))
	cmdtest.RequireGone(t, cmdtest.GoneWithin, helper, namespaces)
}

func TestKill(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	r := cmdtest.Start(t, "run", "firewall-drop", "--engine", "netns")
	r.AwaitSYN(longRun)
	helper, namespaces := r.HelperProcess()
	require.NoError(t, r.Cmd.Process.Kill())
	r.Exit(cmdtest.GoneWithin)
	cmdtest.RequireGone(t, cmdtest.GoneWithin, helper, namespaces)
}
