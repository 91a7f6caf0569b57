package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/docker/dockertest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/trial"
)

// runImages runs tcplab in the folder of the module, from which the hosts' binary is built.
func runImages(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.Command(cmdtest.Program(t), args...)
	cmd.Dir = enginetest.Root()
	text, err := cmd.CombinedOutput()
	if err != nil {
		require.IsType(t, &exec.ExitError{}, err, "%s", text)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// A server of an image on UDP ports, and one on several TCP ports: each fault of the service's port is one of each.
func TestServerOfAnImageOnOtherPorts(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	server := dockertest.Image(t, docker.New(), `ENTRYPOINT ["sh", "-c"]`, nil)
	listen := `for p in $(echo $PORTS | tr , " "); do (echo "{\"proto\":\"$PROTO\",\"port\":$p}"; sleep 1000) | tcplab host listen --told & done; wait`
	asks := map[string]string{
		"udp": `tcplab host datagram --timeout 8s $TCPLAB_HOST:7089 | grep -q '"error": *""'`,
		"tcp": `exec curl -sS --max-time 8 http://$TCPLAB_HOST:7089/`,
	}
	for proto, ask := range asks {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			args := []string{"run", "closed-port", "firewall-drop", "security-group-drop", "service-hangs", "--out", t.TempDir(), "--json", "--within", "1m", "--server-image", server,
				"--server", "PROTO=" + proto + "; " + listen, "--port", "7088/" + proto, "--port", "7089/" + proto, "--", "sh", "-c", ask}
			out, err := exec.Command(cmdtest.Program(t), args...).CombinedOutput()
			require.NoError(t, err, "%s", out)
			assert.Equal(t, 4, strings.Count(string(out), `"verdict":"ok"`), "%s", out)
			assert.Equal(t, proto == "udp", strings.Contains(string(out), `"to_service":1`), "%s", out)
		})
	}
}

// A server and a client of the user's own, each a container of an image: stopped and started, frozen, and without power. The server's
// container is the same after each, with its files.
func TestServerAndClientOfImages(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	dockerfile, files := dockertest.Counting()
	server := dockertest.Image(t, docker.New(), dockerfile, files)
	client := dockertest.Image(t, docker.New(), `ENTRYPOINT ["curl", "-sS", "--fail", "--max-time", "8"]`, nil)
	var said bytes.Buffer
	run := exec.Command(cmdtest.Program(t), "run", "closed-port", "stopped-host", "service-hangs", "firewall-drop", "--out", t.TempDir(), "--json", "--within", "1m",
		"--server-image", server, "--port", "7080", "--ready", "http:/", "--client-image", client, "--", "http://server.lab:{port}/")
	run.Stderr = &said
	out, err := run.Output()
	require.NoError(t, err, "%s%s", out, &said)
	starts := map[string]string{"closed-port": "start 2", "stopped-host": "start 2", "service-hangs": "start 1", "firewall-drop": "start 1"}
	for line := range strings.Lines(string(out)) {
		var r trial.TrialResult
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		assert.Equal(t, trial.OK, r.Verdict, "%s: %s", r.Scenario, r.Sentence)
		assert.Equal(t, "start 1 on 7080 \n", r.Healthy.Stdout, r.Scenario)
		assert.Equal(t, starts[r.Scenario]+" on 7080 \n", r.Healed.Stdout, r.Scenario)
		want := map[string]int{"closed-port": 7}[r.Scenario]
		if want == 0 {
			want = 28 // curl's timeout
		}
		assert.Equal(t, want, r.Broken.Exit, r.Scenario)
		assert.Equal(t, 1, r.Broken.Connections, r.Scenario)
		delete(starts, r.Scenario)
	}
	assert.Empty(t, starts)
	assert.Empty(t, dockertest.Containers(t, server))
	assert.Empty(t, dockertest.Containers(t, client))
}

// A server is asked to end as its image says, and not by SIGTERM, which it may not hear.
func TestServerImageIsStoppedAsItWants(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	dockerfile, files := dockertest.Counting() // with STOPSIGNAL SIGUSR1
	image := dockertest.Image(t, docker.New(), dockerfile, files)
	const server = `exec bash -c 'trap "" TERM; trap "echo asked > /asked; exit 0" USR1; bash /serve.sh $(cat /asked 2>&-) & wait'`
	cmd := exec.Command(cmdtest.Program(t), "run", "closed-port", "--out", t.TempDir(), "--json", "--server-image", image, "--server", server, "--port", "7084",
		"--", "curl", "-sS", "--fail", "--max-time", "8", "{url}")
	cmd.Dir = enginetest.Root()
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	var r trial.TrialResult
	require.NoError(t, json.Unmarshal(out, &r))
	assert.Equal(t, "start 1 on 7084 \n", r.Healthy.Stdout)
	assert.Equal(t, "start 2 on 7084 asked\n", r.Healed.Stdout)
}

// With "with", streams and exit code are those of the container, and --server is run by the image's own shell.
func TestWithImages(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	dockerfile, files := dockertest.Counting()
	server := dockertest.Image(t, docker.New(), dockerfile, files)
	client := dockertest.Image(t, docker.New(), `ENTRYPOINT ["bash", "-c"]`, nil)
	cmd := exec.Command(cmdtest.Program(t), "with", "firewall-drop", "--server-image", server, "--server", "exec bash /serve.sh $PORT$HOST", "--port", "7081",
		"--client-image", client, "--", "read line; echo \"$line of {addr}\"; echo wrong >&2; curl -sS --max-time 1 {url} || exit 9")
	cmd.Stdin = strings.NewReader("said\n")
	var stdout, stderr strings.Builder
	cmd.Dir, cmd.Stdout, cmd.Stderr = enginetest.Root(), &stdout, &stderr
	require.Error(t, cmd.Run())
	assert.Equal(t, 9, cmd.ProcessState.ExitCode(), stderr.String())
	assert.Equal(t, "said of 203.0.113.10:7081\n", stdout.String())
	assert.Contains(t, stderr.String(), "wrong\ncurl: (28)")
	assert.Empty(t, dockertest.Containers(t, server))

	out, code := runImages(t, "with", "healthy", "--server-image", server, "--server", "exec bash /serve.sh $PORT$HOST", "--port", "7081", "--", "curl", "-sS", "{url}")
	assert.Equal(t, "start 1 on 7081 7081203.0.113.10\n", out)
	assert.Zero(t, code)
}

// Ctrl-C goes to a container; one whose first process does not hear it is killed by the second.
func TestClientImageIsInterrupted(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	image := dockertest.Image(t, docker.New(), `ENTRYPOINT ["bash", "-c"]`, nil)
	start := func(script string) (*exec.Cmd, *bufio.Reader) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		t.Cleanup(cancel)
		cmd := exec.CommandContext(ctx, cmdtest.Program(t), "with", "healthy", "--client-image", image, "--", script)
		cmd.Dir, cmd.Stderr = enginetest.Root(), os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewReader(out)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "runs\n", line)
		return cmd, lines
	}
	hears, lines := start("trap 'echo heard; exit 5' INT; echo runs; while :; do read -t 0.1 <> <(:); done")
	require.NoError(t, hears.Process.Signal(os.Interrupt))
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "heard\n", line)
	require.Error(t, hears.Wait())
	assert.Equal(t, 5, hears.ProcessState.ExitCode())

	deaf, _ := start("echo runs; exec sleep 98802")
	require.NoError(t, deaf.Process.Signal(os.Interrupt))
	require.NoError(t, deaf.Process.Signal(syscall.SIGTERM))
	require.Error(t, deaf.Wait())
	assert.Equal(t, 128+9, deaf.ProcessState.ExitCode())
	assert.Empty(t, dockertest.Containers(t, image))
}

// What is wrong with an image is one sentence, and nothing of it is left.
func TestImagesThatCannotServe(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	image := dockertest.Image(t, docker.New(), "CMD [\"sh\", \"-c\", \"echo my last words; exit 3\"]\nENTRYPOINT []\n", nil)
	base := []string{"run", "closed-port", "--out", t.TempDir(), "--port", "7082"}
	for name, test := range map[string]struct {
		flags []string
		says  string
	}{
		"not there":        {[]string{"--server-image", "localhost/nobody/has-this"}, "there is no image localhost/nobody/has-this on the engine, and none is fetched: get it with \"docker pull localhost/nobody/has-this\", or build it"},
		"client not there": {[]string{"--client-image", "localhost/nobody/has-this", "--server-image", image}, "there is no image localhost/nobody/has-this on the engine"},
		"dies":             {[]string{"--server-image", image}, "the server (image " + image + ") ended by itself with exit code 3; it printed:\nmy last words"},
		"never listens":    {[]string{"--server-image", image, "--server", "echo wait; exec sleep 98801", "--ready-within", "1s"}, "is not ready after 1s: it does not listen on TCP port 7082; it printed:\nwait"},
		"elsewhere":        {[]string{"--server-image", image, "--server", "exec tcplab host init", "--ready", "log:up", "--ready-within", "1s"}, `it has printed nothing that matches "up"`},
		"no program":       {[]string{"--server-image", image, "--client-image", image, "--server", "no-such-program"}, "ended at once: the shell did not find its program (exit code 127)"},
		"netns":            {[]string{"--server-image", image, "--engine", "netns"}, "an image is for --engine docker; with --engine netns, give the command itself"},
		"netns client":     {[]string{"--client-image", image, "--engine", "netns", "--server", "true"}, "an image is for --engine docker"},
		"a command":        {[]string{"--server", "true", "--engine", "docker"}, "give the server in an image with --server-image"},
		"empty":            {[]string{"--server-image", ""}, "--server-image is empty: give it the name of an image"},
		"empty client":     {[]string{"--client-image", "", "--server-image", image}, "--client-image is empty: give it the name of an image"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, code := runImages(t, append(base[:len(base):len(base)], test.flags...)...)
			assert.Equal(t, 2, code, out)
			assert.Contains(t, out, test.says)
			assert.Equal(t, 1, strings.Count(out, "tcplab: "), out)
		})
	}
	t.Cleanup(func() { assert.Empty(t, dockertest.Containers(t, image)) })
}

// A client's image whose program is missing is told by name.
func TestClientImageWithoutItsProgram(t *testing.T) {
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	image := dockertest.Image(t, docker.New(), "ENTRYPOINT [\"/no/such/client\"]\n", nil)
	out, code := runImages(t, "with", "closed-port", "--client-image", image)
	assert.Equal(t, 2, code, out)
	assert.Contains(t, out, "docker: image "+image+": it has no program /no/such/client")
	assert.Empty(t, dockertest.Containers(t, image))
}
