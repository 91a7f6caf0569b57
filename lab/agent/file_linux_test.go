package agent

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	full, pipe := filepath.Join(dir, "full"), filepath.Join(dir, "pipe")
	require.NoError(t, os.WriteFile(full, []byte("content"), 0o600))
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	for path, want := range map[string]string{
		dir:                           dir + " is a folder: name the files in it",
		pipe:                          pipe + " is not a file",
		filepath.Join(dir, "missing"): "stat " + filepath.Join(dir, "missing") + ": no such file or directory",
	} {
		var out bytes.Buffer
		assert.EqualError(t, file(context.Background(), Streams{Stdout: &out}, []string{path}), want)
		assert.Empty(t, out.String())
	}
	var out bytes.Buffer
	require.NoError(t, file(context.Background(), Streams{Stdout: &out}, []string{full}))
	assert.Equal(t, "content", out.String())
}
