package docker

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutPrograms leaves in PATH all but those programs, and gives the test a cache of its own.
func withoutPrograms(t *testing.T, names ...string) {
	t.Helper()
	bin := t.TempDir()
	for _, folder := range []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin"} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, entry := range entries {
			if slices.Contains(names, entry.Name()) {
				continue
			}
			if err := os.Symlink(filepath.Join(folder, entry.Name()), filepath.Join(bin, entry.Name())); !errors.Is(err, fs.ErrExist) {
				require.NoError(t, err)
			}
		}
	}
	t.Setenv("PATH", bin)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

// Where neither debootstrap nor wget is installed, both are had without installing anything.
func TestDebootstrapIsFetchedAndUnpacked(t *testing.T) {
	if os.Geteuid() != 0 || testing.Short() {
		t.Skip("it loads the machine's lists of packages, as root")
	}
	withoutPrograms(t, "debootstrap", "wget")
	b, err := findBootstrapper(t.Context(), runtime.GOARCH)
	if err != nil {
		t.Skipf("apt has no packages here: %v", err)
	}
	assert.FileExists(t, b.program)
	assert.FileExists(t, b.keyring)
	assert.FileExists(t, filepath.Join(b.path, "wget"))
	again, err := fetchBootstrapper(t.Context())
	require.NoError(t, err)
	assert.Equal(t, b.program, again.program)
}
