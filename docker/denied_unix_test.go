//go:build unix

package docker_test

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoPermission(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become a user without permission")
	}
	dir, err := os.MkdirTemp("", "tcplab-denied-")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "docker.sock")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Chmod(socket, 0o600))

	child := again(t, t.Context(), "TestDeniedChild", deniedEnv+"="+socket, "DOCKER_HOST=unix://"+socket)
	// The test binary lies where only root may read: the other user is given an open descriptor of it.
	program, err := os.Open(child.Path)
	require.NoError(t, err)
	defer program.Close()
	child.ExtraFiles = []*os.File{program}
	child.Path, child.Dir = "/proc/self/fd/3", "/"
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := child.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestDeniedChild")
}
