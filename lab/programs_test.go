package lab

import (
	"os"
	"path/filepath"
	"strings"
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

// What the kernel would refuse with a word or two is told before a lab is built.
func TestAProgramThatCannotBeRunIsToldWhy(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	tests := map[string]string{
		"":                                  "the name of the program is empty",
		write("no-x", "#!/bin/sh\n", 0o644): "PATH is not executable for this user: chmod +x PATH",
		write("moved", "#!/nowhere/python\n", 0o755):  "PATH is for the interpreter /nowhere/python, which is not on this machine",
		write("crlf", "#!/bin/sh\r\ntrue\r\n", 0o755): `the first line of PATH ends in CR LF, so that its interpreter is not found: convert it, as by sed -i 's/\r$//' PATH`,
		write("text", "import os\n", 0o755):           `PATH is a text without #! in its first line: name its interpreter, as in "python3 PATH"`,
		dir:                                           "PATH is a folder, and no program",
		filepath.Join(dir, "not-there"):               "there is no program PATH on this machine",
	}
	for path, want := range tests {
		_, err := FindProgram(path)
		require.ErrorIs(t, err, ErrUnsupported, path)
		assert.EqualError(t, err, strings.ReplaceAll(want, "PATH", path))
	}
	for _, path := range []string{write("script", "#! /bin/sh -e\n", 0o755), write("binary", "\x7fELF\x02\x01", 0o755)} {
		found, err := FindProgram(path)
		require.NoError(t, err)
		assert.Equal(t, path, found)
	}
}

// A command is found from the folder in which it is to run, and by the PATH that it is to have.
func TestAProgramIsFoundFromItsFolderAndItsPath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "mine")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755))
	for _, test := range []struct{ name, dir, path string }{{"./mine", dir, ""}, {"mine", "", "/nowhere:" + dir}, {path, "/", ""}} {
		found, err := FindProgramFrom(test.name, test.dir, []string{"PATH=/other", "PATH=" + test.path})
		require.NoError(t, err)
		assert.Equal(t, path, found)
	}
	_, err := FindProgramFrom("mine", dir, []string{"PATH=."})
	assert.Error(t, err, "the current folder is not searched")
}
