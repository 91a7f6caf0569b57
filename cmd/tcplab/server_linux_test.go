package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

// What is wrong with a server is told in one sentence, with what it has printed, and nothing of it is left.
func TestServersThatCannotBe(t *testing.T) {
	if err := cmdtest.Missing("netns"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	user := cmdtest.NewOrdinary(t)
	tests := map[string]struct {
		server string
		flags  []string
		says   []string
	}{
		"not there":       {"no-such-program --x", nil, []string{"the shell did not find its program", "no-such-program: not found"}},
		"dies at once":    {"echo my last words; exit 3", nil, []string{"ended by itself with exit code 3", "my last words"}},
		"ends well":       {"true", nil, []string{"ended by itself with exit code 0; it printed nothing"}},
		"never ready":     {"echo wait; exec sleep 98701", []string{"--ready-within", "1s"}, []string{"is not ready after 1s: it does not listen on TCP port 7001", "wait"}},
		"daemon, unready": {"setsid sh -c 'sleep 98702; true' & exit 0", []string{"--ready-within", "1s"}, []string{"is not ready after 1s"}},
		"says nothing":    {"exec tcplab-never; exec sleep 98703", []string{"--ready", "log:up"}, []string{"the shell did not find its program"}},
		"log":             {"echo down; exec sleep 98704", []string{"--ready", "log:up", "--ready-within", "1s"}, []string{`it has printed nothing that matches "up"`, "down"}},
		"no port":         {"true", []string{"--port", "0"}, []string{"--port is between 1 and 65535, not 0"}},
		"no such ready":   {"true", []string{"--ready", "soon"}, []string{`--ready is tcp, http:/PATH or log:REGEXP, not "soon"`}},
		"no such RE":      {"true", []string{"--ready", "log:("}, []string{"not followed by a regular expression"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"run", "closed-port", "--engine", "netns", "--port", "7001", "--out", name, "--server", test.server}, test.flags...)
			out, err := user.Command(args...).CombinedOutput()
			assert.EqualError(t, err, "exit status 2", string(out))
			for _, says := range test.says {
				assert.Contains(t, string(out), says)
			}
			assert.Equal(t, 1, strings.Count(string(out), "tcplab: "), string(out))
		})
	}
	t.Cleanup(func() { user.NothingLeft("sleep 9870") })
}

// A server that listens elsewhere is told where, and what it should listen on.
func TestServersElsewhere(t *testing.T) {
	if err := cmdtest.Missing("netns"); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("/usr/bin/python3"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	user := cmdtest.NewOrdinary(t)
	for name, test := range map[string]struct{ server, says string }{
		"address": {"exec python3 -m http.server --bind 127.0.0.1 $PORT", "listens on 127.0.0.1:7002, and not on 203.0.113.10:7002, where clients ask it"},
		"port":    {"exec python3 -m http.server 7003", "listens on 0.0.0.0:7003, and not on 203.0.113.10:7002, where clients ask it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := user.Command("run", "closed-port", "--engine", "netns", "--port", "7002", "--out", name, "--server", test.server).CombinedOutput()
			assert.EqualError(t, err, "exit status 2", string(out))
			assert.Contains(t, string(out), test.says)
		})
	}
}

// A daemon that has left its session, and a lab that is killed: the kernel ends what the server has started.
func TestServersEndWithTheirLab(t *testing.T) {
	if err := cmdtest.Missing("netns"); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("/usr/bin/python3"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	user := cmdtest.NewOrdinary(t)
	const daemon = "setsid setsid python3 -m http.server --directory $DIR 7004 & touch $DIR/mine; setsid sleep 98711 & exit 0"
	args := []string{"run", "closed-port", "service-hangs", "--engine", "netns", "--port", "7004", "--within", "3s", "--server", daemon,
		"--", "curl", "-sS", "--fail", "--max-time", "2", "{url}mine"}
	out, err := user.Command(args...).CombinedOutput()
	require.NoError(t, err, string(out))
	user.NothingLeft("98711")
	user.NothingLeft("http.server --directory")

	killed := user.Command("run", "closed-port", "--engine", "netns", "--port", "7004", "--server", daemon, "--", "sh", "-c", "echo >here; exec sleep 98712")
	require.NoError(t, killed.Start())
	require.Eventually(t, func() bool { return len(cmdtest.Mentioning(t, "98712")) > 0 }, cmdtest.Deadline, cmdtest.Poll)
	assert.NotEmpty(t, cmdtest.Mentioning(t, "98711"))
	require.NoError(t, killed.Process.Kill())
	_ = killed.Wait()
	require.Eventually(t, func() bool {
		return len(cmdtest.Mentioning(t, "98711")) == 0 && len(cmdtest.Mentioning(t, "98712")) == 0
	}, cmdtest.Deadline, cmdtest.Poll)
	require.Eventually(t, func() bool {
		left, err := filepath.Glob(filepath.Join(user.Dir, "tmp", "tcplab-server-*"))
		return err == nil && len(left) == 0
	}, cmdtest.Deadline, cmdtest.Poll)
}
