//go:build unix

package standing

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The folder of the sockets is checked in one way, whoever names it.
func TestFolderIsTheUsersOwn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	make := func(name string, mode os.FileMode) string {
		made := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(made, 0o755))
		require.NoError(t, os.Chmod(made, mode))
		return made
	}
	closed := make("closed", 0o700)
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(closed, link))
	for _, variable := range []string{folderVariable, "XDG_RUNTIME_DIR"} {
		t.Setenv(folderVariable, "")
		t.Setenv("XDG_RUNTIME_DIR", "")
		set := func(labs string) (string, error) {
			if variable == folderVariable {
				t.Setenv(variable, labs)
			} else {
				t.Setenv(variable, filepath.Dir(labs))
			}
			return folder()
		}
		good := filepath.Join(closed, "tcplab")
		require.NoError(t, os.MkdirAll(good, 0o700))
		got, err := set(good)
		require.NoError(t, err, variable)
		assert.Equal(t, good, got)

		for _, mode := range []os.FileMode{0o755, 0o710, 0o702} {
			require.NoError(t, os.Chmod(good, mode))
			_, err = set(good)
			assert.ErrorContains(t, err, "is not a folder of yours that is closed to others", "%s %o", variable, mode)
		}
		require.NoError(t, os.Chmod(good, 0o700))

		// Others could rename it, and put one of their own there.
		open := make("open", 0o777)
		below := make("open/tcplab", 0o700)
		_, err = set(below)
		assert.ErrorContains(t, err, "others can write to "+open+": set XDG_RUNTIME_DIR to another place", variable)
		require.NoError(t, os.Chmod(open, 0o777|os.ModeSticky))
		_, err = set(below)
		assert.NoError(t, err, variable)
	}
	t.Setenv(folderVariable, "")
	runtime := make("runtime", 0o700)
	require.NoError(t, os.Symlink(closed, filepath.Join(runtime, "tcplab")))
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	_, err := folder()
	assert.ErrorContains(t, err, "is not a folder of yours that is closed to others", "a link")
}

// Where nothing names a folder, it is below the user's home: in /tmp another user could take its name first.
func TestFolderWithoutARuntimeFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv(folderVariable, "")
	t.Setenv("XDG_RUNTIME_DIR", "/nonexistent")
	t.Setenv("HOME", home)
	dir, err := place()
	require.NoError(t, err)
	assert.NotContains(t, dir, filepath.Join(os.TempDir(), "tcplab"))
	if _, err := os.Stat("/run/user"); err != nil {
		assert.Equal(t, filepath.Join(home, ".cache", "tcplab", "labs"), dir)
	}
}

func TestSocketIsClosedToOthers(t *testing.T) {
	listener := claimed(t)
	info, err := os.Stat(listener.Addr().String())
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.ErrorContains(t, checkUser(os.Geteuid()+1), "and not to you")
}
