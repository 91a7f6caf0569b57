package safefile

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// fullDisk is the folder in which the test, started anew in namespaces of its own, mounts a small disk.
const fullDisk = "TCPLAB_TEST_FULL_DISK"

// TestFullDisk: on a disk that is full a file is written whole or not at all, and the older one stays as it was.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv(fullDisk); dir != "" {
		testFullDisk(t, dir)
		return
	}
	t.Parallel()
	self := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	self.Env = append(os.Environ(), fullDisk+"="+t.TempDir())
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		self.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		self.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		self.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := self.CombinedOutput()
	if os.Geteuid() != 0 && bytes.Contains(out, []byte("operation not permitted")) || errIsNotPermitted(err) {
		t.Skip("an ordinary user may not mount anything here, not even in a user namespace")
	}
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: TestFullDisk")
}

func errIsNotPermitted(err error) bool {
	start, failed := err.(*os.PathError)
	return failed && start.Err == unix.EPERM
}

func testFullDisk(t *testing.T, dir string) {
	require.NoError(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"))
	page := filepath.Join(dir, "page.html")
	require.NoError(t, Write(page, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, "older"); return err }))
	long := func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<20)); return err }
	assert.ErrorIs(t, Write(page, 0o644, long), unix.ENOSPC)
	assert.ErrorIs(t, Write(filepath.Join(dir, "new.html"), 0o644, long), unix.ENOSPC)
	assert.ErrorIs(t, WriteNew(filepath.Join(dir, "exclusive.html"), 0o644, make([]byte, 1<<20)), unix.ENOSPC)

	left, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, "older", string(left))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing is left behind")
	assert.NoError(t, Write(page, 0o644, func(w io.Writer) error { _, err := io.WriteString(w, "newer"); return err }), "the room is free again")
}
