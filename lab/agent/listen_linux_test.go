package agent_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
	"golang.org/x/sys/unix"
)

// A program that is just being started has copies of all descriptors. What has ended must not listen in them: its place
// is taken at once.
func TestWhatHasEndedDoesNotListenInACopyOfItsSocket(t *testing.T) {
	for name, behaviour := range map[string]lab.Behaviour{
		"service":             lab.Serve,
		"service that hangs":  lab.Hang,
		"service that resets": lab.ResetAfterRequest,
	} {
		t.Run(name, func(t *testing.T) {
			port := agenttest.FreePort(t)
			argv, told := lab.Service{Port: port, Behaviour: behaviour}.Command()
			s := agenttest.Start(t, port, told, argv[2:]...)
			defer unix.Close(copyOfListener(t, s.Port))
			s.End(t)
			l, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(s.Port)))
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
