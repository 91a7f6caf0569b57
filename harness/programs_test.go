package harness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAMissingProgramIsNamedWithItsPackage(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	defer func(all []string) { systemFolders = all }(systemFolders)
	systemFolders = []string{t.TempDir()}

	err := RequirePrograms([]string{"ping", "no-such-program"})
	require.ErrorIs(t, err, ErrUnsupported)
	assert.EqualError(t, err, "ping is not installed on this machine: apt-get install iputils-ping\n"+
		"there is no program no-such-program on this machine")

	for _, file := range []string{filepath.Join(folder, "ping"), filepath.Join(systemFolders[0], "no-such-program")} {
		require.NoError(t, os.WriteFile(file, nil, 0o755))
	}
	assert.NoError(t, RequirePrograms([]string{"ping", "no-such-program"}), "one is in PATH, one is where root's are")
	path, err := FindProgram("no-such-program")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(systemFolders[0], "no-such-program"), path)
}
