package agent

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A program that is being started has a copy of a socket after it was closed: the port is not free until that is closed, too.
func TestAPortIsFreeWhenNoCopyIsBoundToIt(t *testing.T) {
	socket, err := net.ListenUDP("udp", nil)
	require.NoError(t, err)
	port := socket.LocalAddr().(*net.UDPAddr).Port
	raw, err := socket.SyscallConn()
	require.NoError(t, err)
	duplicate := -1
	require.NoError(t, raw.Control(func(fd uintptr) { duplicate, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }))
	require.NoError(t, err)
	require.NoError(t, socket.Close())
	free := make(chan struct{})
	go func() {
		defer close(free)
		awaitUnbound(&Namespace{}, port)
	}()
	select {
	case <-free:
		assert.Fail(t, "a copy is bound to the port")
	case <-time.After(20 * time.Millisecond): // it looks every millisecond
	}
	require.NoError(t, unix.Close(duplicate))
	<-free
	again, err := net.ListenUDP("udp", &net.UDPAddr{Port: port})
	require.NoError(t, err)
	assert.NoError(t, again.Close())
}
