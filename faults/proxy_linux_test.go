package faults

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

func TestProxyWrongUse(t *testing.T) {
	for name, args := range map[string]string{
		"no server": "", "a name as server": "server:80", "two servers": "192.0.2.1:80 192.0.2.2:80",
		"no such layer": "--layer 3 192.0.2.1:80", "no time to rest": "--idle 0s 192.0.2.1:80",
		"no such action": "--waf frown 192.0.2.1:80", "a WAF that cannot read": "--layer 4 --waf block 192.0.2.1:80",
		"nothing to enforce": "--enforce 192.0.2.1:80", "no such program": "--program nginx 192.0.2.1:80",
		"what HAProxy cannot do": "--program haproxy --waf reset 192.0.2.1:80", "no such flag": "--loud 192.0.2.1:80",
	} {
		code, stdout, stderr := agenttest.Run(append([]string{"proxy"}, strings.Fields(args)...)...)
		assert.Equal(t, 2, code, name)
		assert.Empty(t, stdout, name)
		assert.NotEmpty(t, stderr, name)
	}
}

func TestInjected(t *testing.T) {
	for path, want := range map[string]bool{
		Injection: true,
		"/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--": true,
		"/?%3Cscript%3E=1":   true,
		"/%3Cscript%3E/x":    true,
		"/":                  false,
		"/?q=select+a+union": false,
		"/?q=a%3Cb":          false,
	} {
		u, err := url.ParseRequestURI(path)
		require.NoError(t, err)
		assert.Equal(t, want, injected(u), path)
	}
}

// startProxy starts the proxy in the network of this process.
func startProxy(t *testing.T, server string, args ...string) *agenttest.Verb {
	t.Helper()
	port := agenttest.FreePort(t)
	return agenttest.Start(t, port, "", append(append([]string{"proxy", "--port", strconv.Itoa(port)}, args...), server)...)
}

// get asks a verb that serves for a path on a connection of its own.
func get(t *testing.T, s *agenttest.Verb, path string) (int, error) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	response, err := client.Get("http://" + s.Address() + path)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// programs are those that a test can give to the verb: its own, and HAProxy where it is installed.
func programs(t *testing.T, test func(t *testing.T, program string)) {
	t.Run("own", func(t *testing.T) { test(t, "") })
	t.Run("haproxy", func(t *testing.T) {
		if _, err := exec.LookPath("haproxy"); err != nil {
			t.Skip("haproxy is not installed: apt-get install haproxy")
		}
		test(t, "haproxy")
	})
}

func TestProxyPassesOnAndEnds(t *testing.T) {
	programs(t, func(t *testing.T, program string) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
		p := startProxy(t, server.Listener.Addr().String(), "--program", program)
		status, err := get(t, p, "/")
		require.NoError(t, err)
		assert.Equal(t, http.StatusTeapot, status)
		server.Close()
		status, err = get(t, p, "/")
		require.NoError(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, status)
		p.End(t)
	})
}

func TestProxyClosesWhatRests(t *testing.T) {
	programs(t, func(t *testing.T, program string) {
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		defer server.Close()
		p := startProxy(t, server.Listener.Addr().String(), "--program", program, "--idle", "200ms")
		conn, err := net.Dial("tcp", p.Address())
		require.NoError(t, err)
		defer conn.Close()
		require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		start := time.Now()
		reply, err := io.ReadAll(conn) // to the proxy's FIN
		require.NoError(t, err)
		assert.Contains(t, string(reply), " 200 OK")
		assert.Greater(t, time.Since(start), 150*time.Millisecond)
		p.End(t)
	})
}

func TestWAFDetectsThenBlocks(t *testing.T) {
	programs(t, func(t *testing.T, program string) {
		marks := make(chan string, 1)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { marks <- r.Header.Get("X-WAF") }))
		defer server.Close()
		for _, enforce := range []bool{false, true} {
			args := []string{"--program", program, "--waf", "block"}
			if enforce {
				args = append(args, "--enforce")
			}
			p := startProxy(t, server.Listener.Addr().String(), args...)
			status, err := get(t, p, "/?q=hello")
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status)
			assert.Empty(t, <-marks, "what is harmless is not marked")
			for _, path := range []string{Injection, "/?q=1%27%20UNION%20SELECT%20password%20FROM%20users--"} {
				status, err = get(t, p, path)
				require.NoError(t, err)
				if enforce {
					assert.Equal(t, http.StatusForbidden, status)
					assert.Empty(t, marks, "nothing of it reaches the server")
				} else {
					require.Equal(t, http.StatusOK, status)
					assert.Equal(t, "injection", <-marks)
				}
			}
			p.End(t)
		}
	})
}

func TestWAFResets(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	p := startProxy(t, server.Listener.Addr().String(), "--waf", "reset", "--enforce")
	_, err := get(t, p, Injection)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	status, err := get(t, p, "/")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	p.End(t)
}

func TestProxyOfConnections(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") }))
	p := startProxy(t, server.Listener.Addr().String(), "--layer", "4")
	status, err := get(t, p, "/")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)

	resting, err := net.Dial("tcp", p.Address())
	require.NoError(t, err)
	defer resting.Close()
	server.Close()
	_, err = get(t, p, "/")
	assert.ErrorIs(t, err, syscall.ECONNRESET)
	p.End(t) // also with a connection that nobody has closed
}

func TestHAProxyThatIsNotThereIsAnError(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	code, _, stderr := agenttest.Run("proxy", "--port", strconv.Itoa(agenttest.FreePort(t)), "--program", "haproxy", "192.0.2.1:80")
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "start haproxy: ")
}

func TestHAProxyThatDoesNotStartSaysWhy(t *testing.T) {
	folder := t.TempDir()
	script := "#!/bin/sh\necho 'no such keyword' >&2\nexit 1\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "haproxy"), []byte(script), 0o755))
	t.Setenv("PATH", folder)
	stdin, feed := io.Pipe()
	defer feed.Close()
	var errs bytes.Buffer
	code := agent.Run(t.Context(), agent.Streams{Stdin: stdin, Stdout: io.Discard, Stderr: &errs, Namespace: &agent.Namespace{}},
		[]string{"proxy", "--port", strconv.Itoa(agenttest.FreePort(t)), "--program", "haproxy", "192.0.2.1:80"})
	assert.Equal(t, 1, code)
	assert.Contains(t, errs.String(), "no such keyword")
	assert.NotContains(t, errs.String(), lab.Ready)
}

func TestHAProxyConfig(t *testing.T) {
	for name, c := range map[string]struct {
		proxy  Proxy
		server string
	}{
		"balancer": {Proxy{Layer: 7, Idle: time.Minute}, "203.0.113.10:8080"},
		"detects":  {Proxy{Layer: 7, Idle: 1500 * time.Millisecond, WAF: Block}, "[2001:db8:2::10]:8080"},
		"blocks":   {Proxy{Layer: 7, Idle: time.Minute, WAF: Block, Enforce: true}, "203.0.113.10:8080"},
	} {
		t.Run(name, func(t *testing.T) {
			got := haproxyConfig(c.proxy, netip.MustParseAddrPort(c.server))
			golden := filepath.Join("testdata", "haproxy-"+name+".cfg")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "go test ./faults -update rewrites it")
			checkHAProxy(t, golden)
		})
	}
}

// checkHAProxy lets HAProxy itself read the configuration.
func checkHAProxy(t *testing.T, file string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	require.NoError(t, err)
	defer socket.Close()
	cmd := exec.CommandContext(t.Context(), "haproxy", "-c", "-f", file)
	cmd.ExtraFiles = []*os.File{socket} // it looks whether there is a socket to listen on
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("haproxy is not installed: apt-get install haproxy")
	}
	require.NoError(t, err, "%s", out)
	assert.NotContains(t, string(out), "WARNING")
}
