package docker_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/docker"
)

// available asks a new engine with this DOCKER_HOST, and requires a quick answer.
func available(t *testing.T, host string) string {
	t.Helper()
	t.Setenv("DOCKER_HOST", host)
	start := time.Now()
	err := docker.New().Available(t.Context())
	assert.Less(t, time.Since(start), 15*time.Second)
	require.Error(t, err)
	return err.Error()
}

func TestAvailableGivesAdvice(t *testing.T) {
	t.Run("no socket", func(t *testing.T) {
		host := "unix://" + filepath.Join(t.TempDir(), "none.sock")
		assert.Contains(t, available(t, host),
			"docker: no engine answers at "+host+": install and start Docker, or set DOCKER_HOST to where one is")
	})
	t.Run("nobody listens", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		assert.Contains(t, available(t, "tcp://"+l.Addr().String()), "docker: no engine answers at tcp://127.0.0.1:")
	})
	t.Run("a server that is no engine", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
		defer server.Close()
		assert.Contains(t, available(t, strings.Replace(server.URL, "http", "tcp", 1)),
			"does not answer as a Docker engine: check DOCKER_HOST")
	})
	t.Run("a server that says nothing", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		assert.Contains(t, available(t, "tcp://"+l.Addr().String()), "does not answer in time")
	})
	t.Run("ssh", func(t *testing.T) {
		assert.Contains(t, available(t, "ssh://user@example.invalid"), "is not supported: forward the socket with ssh")
	})
}

const deniedEnv = "TCPLAB_TEST_DENIED"

// TestDeniedChild is what TestNoPermission runs as another user.
func TestDeniedChild(t *testing.T) {
	if os.Getenv(deniedEnv) == "" {
		t.Skip("run by TestNoPermission")
	}
	err := docker.New().Available(t.Context())
	require.ErrorContains(t, err, "docker: no permission on the socket "+os.Getenv(deniedEnv)+": add your user to the group docker")
}
