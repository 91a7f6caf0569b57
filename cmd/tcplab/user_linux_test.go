package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"golang.org/x/sys/unix"
)

// An ordinary user can run the lab wherever the system allows user namespaces.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test that uses the netns engine runs as an ordinary user already")
	}
	t.Parallel()
	dir := cmdtest.PublicDir(t)
	home := filepath.Join(dir, "home")
	require.NoError(t, os.Mkdir(home, 0o755))
	require.NoError(t, os.Chown(home, cmdtest.Nobody, cmdtest.Nobody))
	cmdtest.CopyFile(t, cmdtest.Program(t), filepath.Join(dir, "tcplab"))
	asNobody := func(args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(dir, "tcplab"), args...)
		cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: cmdtest.Nobody, Gid: cmdtest.Nobody}}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	cmdtest.RequireUserNamespaces(t, asNobody)
	out, err := asNobody("run", "closed-port", "healthy", "--engine", "netns")
	require.NoError(t, err, out)
	assert.Contains(t, out, "match     closed-port/netns/ipv4 ")
	assert.Contains(t, out, "match     healthy/netns/ipv4 ")
	info, err := os.Stat(filepath.Join(home, "artifacts", "latest", "closed-port-netns-ipv4", "client.pcapng"))
	require.NoError(t, err)
	assert.Equal(t, uint32(cmdtest.Nobody), info.Sys().(*syscall.Stat_t).Uid)
}

// A program that is copied can be executed at once: nothing was started that could hold it open for writing. Into a pipe the
// copy is held up in its middle.
func TestNothingIsStartedWhileAProgramIsCopied(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o700))
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		cmdtest.CopyFile(t, cmdtest.Program(t), pipe)
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
