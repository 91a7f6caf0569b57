package agent_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

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

// A run that takes longer than 15 s must not have packets that only Go's default made.
func TestNobodyAsksForKeepAlivesUnlessTold(t *testing.T) {
	for alive, timer := range map[string]string{"0s": "", "1s": "keepalive"} {
		t.Run(alive, func(t *testing.T) {
			t.Parallel()
			port := agenttest.FreePort(t)
			argv, told := lab.Service{Port: port}.Command()
			s := agenttest.Start(t, port, told, argv[2:]...)
			felt := make(chan string, 1)
			go func() {
				_, out, errs := agenttest.Run("dial", "--timeout", "1m", "--idle", "3s", "--keep-alive", alive, s.Address())
				felt <- out + errs
			}()
			require.Eventually(t, func() bool { // the reply has come, and both wait for what comes next
				client, server := socketsOf(t, port)
				return len(client) == 1 && len(server) == 1 && client[0].Timer == timer && server[0].Timer == ""
			}, time.Minute, time.Millisecond)
			assert.Contains(t, <-felt, `"error":""`)
			s.End(t)
		})
	}
}

// socketsOf are the sockets in state ESTAB of a service's two ends on this machine.
func socketsOf(t *testing.T, port int) (client, server []lab.Socket) {
	t.Helper()
	code, out, errs := agenttest.Run("sockets")
	require.Zero(t, code, errs)
	var all []lab.Socket
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	for _, s := range all {
		switch {
		case s.State != "ESTAB":
		case int(s.Remote.Port()) == port:
			client = append(client, s)
		case int(s.Local.Port()) == port:
			server = append(server, s)
		}
	}
	return client, server
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
