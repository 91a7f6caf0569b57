package standingtest

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

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/standing"
)

// upOnDocker starts a lab of containers. It is started in the folder of the module, from which the hosts' binary is built.
func upOnDocker(d *cmdtest.Desk, args ...string) *exec.Cmd {
	cmd := d.Command(append([]string{"up", "--engine", "docker"}, args...)...)
	cmd.Dir = enginetest.Root()
	return cmd
}

// What a person does in a lab of containers, in one lab; then its holder is killed.
func TestStandingDocker(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	out, err := upOnDocker(d, "closed-port", "--name", "healthy").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "healthy: docker, IPv4, healthy: the client gets through to 203.0.113.10:8080\n")
	info := d.Standing("healthy")
	assert.False(t, info.Resident)

	assert.Equal(t, "tcplab: ok\n", d.Must("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/"))
	assert.Contains(t, d.Must("status"), info.Hosts[0].Container)
	name, err := exec.Command("docker", "inspect", "-f", "{{.Config.Hostname}}", info.Hosts[0].Container).CombinedOutput()
	require.NoError(t, err, "%s", name)
	assert.Equal(t, "client\n", string(name))
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "mine"), []byte("#!/bin/sh\necho mine $TCPLAB_ADDR\n"), 0o755))
	assert.Contains(t, d.Must("exec", "client", "getent", "hosts", "server.lab"), "203.0.113.10")
	d.Must("put", "mine", "client:/tmp")
	assert.Equal(t, "mine 203.0.113.10:8080\n", d.Must("exec", "client", "/tmp/mine"))
	assert.Equal(t, "healthy: docker, IPv4, broken: nobody listens on TCP port 8080 of the server\n", d.Must("break"))
	_, code := d.TCPLab("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/")
	assert.Equal(t, 7, code)
	assert.Equal(t, "healthy: docker, IPv4, healthy\n", d.Must("heal"))
	assert.Equal(t, "tcplab: ok\n", d.Must("exec", "client", "curl", "-sm", "3", "http://203.0.113.10:8080/"))

	r := d.Start(d.Command("exec", "server", "sh", "-c", "trap 'kill $! 2>&-; echo caught; exit 9' INT; sleep 1000 <&- >&- 2>&- & echo begin; wait"))
	r.AwaitOutput("begin\n")
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, 9, r.Exit(cmdtest.Deadline))
	assert.Equal(t, "begin\ncaught\n", r.Out.String())
	testShell(d)

	sum := d.Must("exec", "server", "sh", "-c", "head -c 100M /dev/urandom > /tmp/big; sha256sum < /tmp/big")
	assert.Equal(t, strings.Fields(sum)[0], hashOf(t, fetched(d, "server:/tmp/big", "copy")))
	d.Fails("server: /tmp is a folder: name the files in it", "fetch", "server:/tmp", "nothing")
	d.Fails("server: stat /missing: no such file or directory", "fetch", "server:/missing", "nothing")

	testKilledHolder(d, info)
}

// testKilledHolder: as long as the holder lives, its containers are left alone; then they are swept.
func testKilledHolder(d *cmdtest.Desk, info standing.Info) {
	container := strings.TrimSpace(d.Must("exec", "client", "printenv", "TCPLAB_CONTAINER"))
	require.NotEmpty(d, container)
	id := strings.TrimSuffix(strings.TrimPrefix(container, "tcplab-"), "-client")
	assert.Contains(d, d.Must("sweep"), "docker    kept lab "+id+" of process ")
	d.KillHolder(info)
	out, code := d.TCPLab("status")
	assert.Equal(d, 2, code)
	assert.Contains(d, out, "the holder of lab healthy has died, and the lab with it")
	d.Must("sweep") // or another tcplab's, which was sooner with some of it
	names, err := exec.Command("docker", "ps", "-a", "--filter", "name=tcplab-"+id, "--format", "{{.Names}}").Output()
	require.NoError(d, err)
	assert.Empty(d, string(names))
	d.Clean()
}

// Ctrl-C while a lab comes up leaves nothing of it.
func TestStandingInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	r := d.Start(upOnDocker(d, "healthy"))
	require.Eventually(t, func() bool { out, _ := d.TCPLab("status"); return out == "healthy: docker, IPv4, building\n" }, cmdtest.Deadline, cmdtest.Poll)
	holder := d.Standing("healthy").Process
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, cmdtest.EndedBy+int(unix.SIGINT), r.Exit(cmdtest.Deadline))
	assert.Regexp(t, `(?m)^tcplab: interrupted\n\z`, r.Out.String())
	assert.True(t, cmdtest.Ended(holder))
	d.Clean()

	// So does "down".
	r = d.Start(upOnDocker(d, "healthy"))
	require.Eventually(t, func() bool { out, _ := d.TCPLab("status"); return out == "healthy: docker, IPv4, building\n" }, cmdtest.Deadline, cmdtest.Poll)
	assert.Equal(t, "healthy: down\n", d.Must("down"))
	assert.Equal(t, 2, r.Exit(cmdtest.Deadline))
	assert.Contains(t, r.Out.String(), "the lab was taken down")
	d.Clean()
}

// A holder that does nothing any more is not waited for without end.
func TestStandingStuckHolder(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	if testing.Short() {
		t.Skip("a deadline in real time is not for -short")
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	holder := d.Standing("healthy").Process
	require.NoError(t, unix.Kill(holder, unix.SIGSTOP))
	start := time.Now()
	out, code := d.TCPLab("status")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "the holder of lab healthy does not answer within 10s: kill it (pkill -9 -f 'tcplab hold healthy$'), then \"tcplab sweep\"\n")
	assert.Less(t, time.Since(start), 20*time.Second)
	require.NoError(t, errors.Join(unix.Kill(holder, unix.SIGKILL), unix.Kill(holder, unix.SIGCONT)))
}
