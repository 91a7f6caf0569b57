package agent

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// A program that is just being started has copies of all descriptors. What has ended must not listen in them: its place
// is taken at once.
func TestWhatHasEndedDoesNotListenInACopyOfItsSocket(t *testing.T) {
	for name, start := range map[string]func(t *testing.T, port int) *standing{
		"service": func(t *testing.T, port int) *standing {
			return startStanding(t, port, harness.Serve, harness.ToldVerb(port)[2:]...)
		},
		"service that hangs": func(t *testing.T, port int) *standing {
			return startStanding(t, port, harness.Hang, harness.ToldVerb(port)[2:]...)
		},
		"proxy of requests": func(t *testing.T, port int) *standing {
			return startStanding(t, port, "", "proxy", "--port", strconv.Itoa(port), "192.0.2.1:80")
		},
		"proxy of connections": func(t *testing.T, port int) *standing {
			return startStanding(t, port, "", "proxy", "--port", strconv.Itoa(port), "--layer", "4", "192.0.2.1:80")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, freePort(t))
			defer unix.Close(copyOfListener(t, s.port))
			s.end(t)
			l, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(s.port)))
			require.NoError(t, err)
			assert.NoError(t, l.Close())
		})
	}
}

// copyOfListener duplicates the descriptor of this process that listens on the port, as fork(2) does.
func copyOfListener(t *testing.T, port int) int {
	t.Helper()
	folders, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, folder := range folders {
		fd, err := strconv.Atoi(filepath.Base(folder))
		require.NoError(t, err)
		address, err := unix.Getsockname(fd)
		if err != nil {
			continue // not a socket
		}
		if in, ok := address.(*unix.SockaddrInet6); ok && in.Port == port {
			duplicate, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
			require.NoError(t, os.NewSyscallError("fcntl", err))
			return duplicate
		}
	}
	t.Fatalf("no descriptor of this process listens on port %d", port)
	return -1
}
