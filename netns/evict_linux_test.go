package netns

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// TestDaemonsEndWithTheirHost: a daemon has left its command, and goes with its host all the same.
func TestDaemonsEndWithTheirHost(t *testing.T) {
	for name, end := range map[string]func(lab.Lab) error{
		"removed":      func(l lab.Lab) error { return l.Close(t.Context()) },
		"switched off": func(l lab.Lab) error { return stopperOf(t, l).Stop(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			built, err := newEngine(t).Build(t.Context(), lab.Routed())
			require.NoError(t, err)
			defer built.Close(t.Context())
			here, other := startDaemon(t, built, "server"), startDaemon(t, built, "client")
			require.NoError(t, end(built))
			assert.False(t, lives(here), "the daemon is still there")
			assert.Equal(t, name != "removed", lives(other), "another host's daemon")
		})
	}
}

// lives reports whether there is such a process. One that its new parent has not asked after yet is a mere number.
func lives(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func stopperOf(t *testing.T, l lab.Lab) lab.Stopper {
	server, err := l.Host("server")
	require.NoError(t, err)
	return server.(lab.Stopper)
}

// startDaemon starts a daemon and returns its number once the command that started it has ended.
func startDaemon(t *testing.T, l lab.Lab, host string) int {
	file := filepath.Join(t.TempDir(), "pid")
	h, err := l.Host(host)
	require.NoError(t, err)
	require.NoError(t, unix.Mkfifo(file, 0o600))
	script := fmt.Sprintf(`setsid sh -c 'echo $$ > %s; exec sleep 1000 >/dev/null 2>&1' & cat %s`, file, file)
	text, err := h.Command("sh", "-c", script).Output(t.Context())
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(t, err)
	require.True(t, lives(pid))
	return pid
}
