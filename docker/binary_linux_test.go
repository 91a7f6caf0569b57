package docker

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A module that uses this one as a library has no sums of what the command line imports: the hosts get the verbs all the same.
func TestTheHostsBinaryInAnotherModule(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	flags := regexp.MustCompile(`(?m)^\s*github\.com/(spf13|inconshreveable)/.*\n`)
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		text = flags.ReplaceAll(text, nil)
		if name == "go.mod" {
			text = regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(text, []byte("module example.com/user\n\nrequire github.com/tcplab/tcplab v0.0.0\n\nreplace github.com/tcplab/tcplab => "+root))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
	}
	t.Chdir(dir)
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	t.Setenv("GOCACHE", strings.TrimSpace(string(cache))) // it would move with the next
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err = goTool(t.Context(), runtime.GOARCH, "build", "-o", os.DevNull, binaryPackage)
	require.ErrorContains(t, err, "cobra", "the command itself can be built here: the test tests nothing")

	path, err := New().goBuild(t.Context(), runtime.GOARCH, []string{binaryPackage, verbsPackage})
	require.NoError(t, err)
	require.NoError(t, checkBinary(path, runtime.GOARCH))
	cmd := exec.Command(path)
	cmd.Args = []string{"tcplab", "host", "sysctl", "net.ipv4.ip_forward"}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "net.ipv4.ip_forward")
}
