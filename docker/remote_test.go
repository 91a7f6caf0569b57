package docker_test

import (
	"io"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

const remoteEnv = "TCPLAB_TEST_REMOTE"

// TestRemoteChild is what TestRemoteEngine runs with DOCKER_HOST set to TCP.
func TestRemoteChild(t *testing.T) {
	if os.Getenv(remoteEnv) == "" {
		t.Skip("run by TestRemoteEngine")
	}
	l, ctx := newLab(t)
	assert.Contains(t, output(t, ctx, hostOf(t, l, "client"), "ping", "-c", "1", "203.0.113.10"), " 0% packet loss")
	err := hostOf(t, l, "client").(lab.Controller).Control("tcp4", "203.0.113.10:8080", nil)
	require.ErrorIs(t, err, lab.ErrUnsupported)
	require.ErrorContains(t, err, "run the client in the host with Command instead")
}

// An engine that is reached by TCP does all that one on a socket does: here it is behind a proxy, since
// testcontainers-go looks for the engine once per process, in processes of their own.
func TestRemoteEngine(t *testing.T) {
	t.Parallel()
	_, ctx := newEngine(t)
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	target, err := client.ParseHostURL(api.DaemonHost())
	require.NoError(t, err)
	if target.Scheme != "unix" {
		t.Skip("the engine is reached by " + target.Scheme)
	}
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer proxy.Close()
	go serveProxy(proxy, target.Host)

	for _, test := range []string{"TestRemoteChild", "TestStreams", "TestVerbs", "TestErrandAsAnOrdinaryUser"} {
		child := again(t, ctx, test, remoteEnv+"=1", "DOCKER_HOST=tcp://"+proxy.Addr().String())
		out, err := child.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), "--- PASS: "+test)
	}
}

// serveProxy passes connections on to a Unix socket, each direction with its end.
func serveProxy(l net.Listener, socket string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer from.Close()
			to, err := net.Dial("unix", socket)
			if err != nil {
				return
			}
			defer to.Close()
			var both sync.WaitGroup
			both.Go(func() {
				_, _ = io.Copy(to, from)
				_ = to.(*net.UnixConn).CloseWrite()
			})
			both.Go(func() {
				_, _ = io.Copy(from, to)
				_ = from.(*net.TCPConn).CloseWrite()
			})
			both.Wait()
		}()
	}
}
