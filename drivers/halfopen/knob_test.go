package halfopen

import (
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What the page says of Go's defaults is what Go does.
func TestDefaultsOfGo(t *testing.T) {
	assert.Equal(t, 90*time.Second, http.DefaultTransport.(*http.Transport).IdleConnTimeout)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	conn, err := (&net.Dialer{}).Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		for _, option := range []struct{ level, name, want int }{
			{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1}, {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15}, {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15},
			{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9}, {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 0},
		} {
			got, err := unix.GetsockoptInt(int(fd), option.level, option.name)
			assert.NoError(t, err)
			assert.Equal(t, option.want, got, "option %d", option.name)
		}
	}))
}
