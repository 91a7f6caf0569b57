package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/standing"
)

// upOnDocker starts a lab of containers. It is started in the folder of the module, from which the hosts' binary is built.
func (d *desk) upOnDocker(args ...string) *exec.Cmd {
	cmd := d.command(append([]string{"up", "--engine", "docker"}, args...)...)
	cmd.Dir = root
	return cmd
}

// What a person does in a lab of containers, in one lab; then its holder is killed.
func TestStandingDocker(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	needEngine(t, "docker")
	t.Parallel()
	d := newDesk(t)
	out, err := d.upOnDocker("closed-port", "--name", "healthy").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "healthy: docker, IPv4, healthy: the client gets through to 203.0.113.10:8080\n")
	info := d.lab("healthy")
	assert.False(t, info.Resident)

	assert.Equal(t, "tcplab: ok\n", d.must("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/"))
	assert.Contains(t, d.must("status"), info.Hosts[0].Container)
	name, err := exec.Command("docker", "inspect", "-f", "{{.Config.Hostname}}", info.Hosts[0].Container).CombinedOutput()
	require.NoError(t, err, "%s", name)
	assert.Equal(t, "client\n", string(name))
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "mine"), []byte("#!/bin/sh\necho mine $TCPLAB_ADDR\n"), 0o755))
	assert.Contains(t, d.must("exec", "client", "getent", "hosts", "server.lab"), "203.0.113.10")
	d.must("put", "mine", "client:/tmp")
	assert.Equal(t, "mine 203.0.113.10:8080\n", d.must("exec", "client", "/tmp/mine"))
	assert.Equal(t, "healthy: docker, IPv4, broken: nobody listens on TCP port 8080 of the server\n", d.must("break"))
	_, code := d.tcplab("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/")
	assert.Equal(t, 7, code)
	assert.Equal(t, "healthy: docker, IPv4, healthy\n", d.must("heal"))
	assert.Equal(t, "tcplab: ok\n", d.must("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/"))

	r := d.start(d.command("exec", "server", "sh", "-c", "trap 'kill $! 2>&-; echo caught; exit 9' INT; sleep 1000 & echo begin; wait"))
	r.awaitOutput("begin\n")
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, 9, r.exit(deadline))
	assert.Equal(t, "begin\ncaught\n", r.out.String())
	testShell(d)

	sum := d.must("exec", "server", "sh", "-c", "head -c 100M /dev/urandom > /tmp/big; sha256sum < /tmp/big")
	assert.Equal(t, strings.Fields(sum)[0], hashOf(t, fetched(d, "server:/tmp/big", "copy")))
	d.fails("server: /tmp is a folder: name the files in it", "fetch", "server:/tmp", "nothing")
	d.fails("server: stat /missing: no such file or directory", "fetch", "server:/missing", "nothing")

	testKilledHolder(d, info)
}

// testKilledHolder: as long as the holder lives, its containers are left alone; then they are swept.
func testKilledHolder(d *desk, info standing.Info) {
	container := strings.TrimSpace(d.must("exec", "client", "printenv", "TCPLAB_CONTAINER"))
	require.NotEmpty(d, container)
	id := strings.TrimSuffix(strings.TrimPrefix(container, "tcplab-"), "-client")
	assert.Contains(d, d.must("sweep"), "docker    kept lab "+id+" of process ")
	d.killHolder(info)
	out, code := d.tcplab("status")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, "the holder of lab healthy has died, and the lab with it")
	assert.Contains(d, d.must("sweep"), "docker    removed container "+container+"\n")
	d.clean()
}

// Ctrl-C while a lab comes up leaves nothing of it.
func TestStandingInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	needEngine(t, "docker")
	t.Parallel()
	d := newDesk(t)
	r := d.start(d.upOnDocker("healthy"))
	require.Eventually(t, func() bool { out, _ := d.tcplab("status"); return out == "healthy: docker, IPv4, building\n" }, deadline, poll)
	holder := d.lab("healthy").Process
	require.NoError(t, r.cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, exitSignal+int(unix.SIGINT), r.exit(deadline))
	assert.Regexp(t, `(?m)^tcplab: interrupted\n\z`, r.out.String())
	assert.True(t, ended(holder))
	d.clean()

	// So does "down".
	r = d.start(d.upOnDocker("healthy"))
	require.Eventually(t, func() bool { out, _ := d.tcplab("status"); return out == "healthy: docker, IPv4, building\n" }, deadline, poll)
	assert.Equal(t, "healthy: down\n", d.must("down"))
	assert.Equal(t, 2, r.exit(deadline))
	assert.Contains(t, r.out.String(), "the lab was taken down")
	d.clean()
}

// A holder that does nothing any more is not waited for without end.
func TestStandingStuckHolder(t *testing.T) {
	needEngine(t, "netns")
	if testing.Short() {
		t.Skip("a deadline in real time is not for -short")
	}
	t.Parallel()
	d := newDesk(t)
	d.must("up", "healthy", "--engine", "netns")
	holder := d.lab("healthy").Process
	require.NoError(t, unix.Kill(holder, unix.SIGSTOP))
	start := time.Now()
	out, code := d.tcplab("status")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "the holder of lab healthy does not answer within 10s: kill it (pkill -9 -f 'tcplab hold healthy$'), then \"tcplab sweep\"\n")
	assert.Less(t, time.Since(start), 20*time.Second)
	require.NoError(t, errors.Join(unix.Kill(holder, unix.SIGKILL), unix.Kill(holder, unix.SIGCONT)))
}
