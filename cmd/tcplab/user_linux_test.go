package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// nobody is the ordinary user's number.
const nobody = 65534

// An ordinary user can run the lab wherever the system allows user namespaces.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test that uses the netns engine runs as an ordinary user already")
	}
	t.Parallel()
	dir := publicDir(t)
	home := filepath.Join(dir, "home")
	require.NoError(t, os.Mkdir(home, 0o755))
	require.NoError(t, os.Chown(home, nobody, nobody))
	copyFile(t, program(t), filepath.Join(dir, "tcplab"))
	asNobody := func(args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(dir, "tcplab"), args...)
		cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	requireUserNamespaces(t, asNobody)
	out, err := asNobody("run", "closed-port", "healthy", "--engine", "netns")
	require.NoError(t, err, out)
	assert.Contains(t, out, "match     closed-port/netns/ipv4 ")
	assert.Contains(t, out, "match     healthy/netns/ipv4 ")
	info, err := os.Stat(filepath.Join(home, "artifacts", "latest", "closed-port-netns-ipv4", "client.pcapng"))
	require.NoError(t, err)
	assert.Equal(t, uint32(nobody), info.Sys().(*syscall.Stat_t).Uid)
}

// requireUserNamespaces skips the test where the system forbids user namespaces to that user, which is not for tcplab
// to say: another program is asked.
func requireUserNamespaces(t *testing.T, asNobody func(...string) (string, error)) {
	t.Helper()
	probe := exec.Command("unshare", "--user", "true")
	probe.Dir = "/"
	probe.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	text, err := probe.CombinedOutput()
	if err == nil {
		return
	}
	// Where it is forbidden, tcplab says so.
	out, _ := asNobody("engines")
	assert.True(t, strings.Contains(out, "netns     not available: netns: "), out)
	t.Skipf("user namespaces are forbidden to ordinary users here: %s", text)
}

// A program that is copied can be executed at once: nothing was started that could hold it open for writing. Into a pipe the
// copy is held up in its middle.
func TestNothingIsStartedWhileAProgramIsCopied(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o700))
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		copyFile(t, program(t), pipe)
	}()
	f, err := os.Open(pipe) // returns when it is open for writing
	require.NoError(t, err)
	if !assert.False(t, syscall.ForkLock.TryLock(), "something could be started now") {
		syscall.ForkLock.Unlock()
	}
	_, err = io.Copy(io.Discard, f)
	assert.NoError(t, errors.Join(err, f.Close()))
	<-copied
}
