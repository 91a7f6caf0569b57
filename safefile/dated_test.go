package safefile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Folders made at the same instant are two, and the link leads to the one that was closed last and holds something.
func TestDatedFolders(t *testing.T) {
	dir, now := filepath.Join(t.TempDir(), "out"), time.Date(2026, 11, 29, 21, 35, 19, 0, time.UTC)
	var made []string
	for range 3 {
		folder, err := NewDated(dir, now)
		require.NoError(t, err)
		made = append(made, filepath.Base(folder))
		assert.True(t, IsDated(made[len(made)-1]))
	}
	assert.Equal(t, []string{"2026-11-29-213519", "2026-11-29-213519-2", "2026-11-29-213519-3"}, made)

	for _, name := range made[:2] {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "kept"), []byte(name), 0o644))
		require.NoError(t, CloseDated(filepath.Join(dir, name)))
		assert.Equal(t, name, read(t, filepath.Join(dir, "latest", "kept")))
	}
	require.NoError(t, CloseDated(filepath.Join(dir, made[2])))
	assert.Equal(t, []string{made[0], made[1], "latest"}, names(t, dir), "the third was empty: it is gone, and the link stays")
	assert.Equal(t, made[1], read(t, filepath.Join(dir, "latest", "kept")))
}

// What somebody else has put in the place of the link stays.
func TestLatestIsTaken(t *testing.T) {
	for what, put := range map[string]func(string) error{
		"a file":           func(name string) error { return os.WriteFile(name, []byte("mine"), 0o644) },
		"a folder":         func(name string) error { return os.Mkdir(name, 0o755) },
		"a link elsewhere": func(name string) error { return os.Symlink("..", name) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, put(filepath.Join(dir, "latest")))
			before, err := os.Lstat(filepath.Join(dir, "latest"))
			require.NoError(t, err)
			folder, err := NewDated(dir, time.Now())
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, "kept"), nil, 0o644))
			var taken *TakenError
			require.ErrorAs(t, CloseDated(folder), &taken)
			after, err := os.Lstat(filepath.Join(dir, "latest"))
			require.NoError(t, err)
			assert.True(t, os.SameFile(before, after))
			assert.FileExists(t, filepath.Join(folder, "kept"))
		})
	}
}
