package docker

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
	gomodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A module that uses this one as a library has no sums of what the command line imports: the hosts get the verbs all the same.
func TestTheHostsBinaryInAnotherModule(t *testing.T) {
	needEngine(t)
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
	err = goTool{arch: runtime.GOARCH}.build(t.Context(), os.DevNull, binaryPackage)
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

// needEngine skips a test that compiles the hosts' program anew, for minutes on a busy machine, where no engine would take it.
func needEngine(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it compiles the program anew")
	}
	enginetest.Need(t, New())
}

// A tcplab that "go install" has made builds its own version for the hosts, where no clone is.
func TestTheHostsBinaryOfAnInstalledVersion(t *testing.T) {
	needEngine(t)
	const version = "v0.0.1"
	dir := t.TempDir()
	at := filepath.Join(dir, "proxy", modulePath, "@v")
	require.NoError(t, os.MkdirAll(at, 0o755))
	module, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(at, version+".mod"), module, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(at, version+".info"), []byte(`{"Version":"`+version+`"}`), 0o644))
	packed, err := os.Create(filepath.Join(at, version+".zip"))
	require.NoError(t, err)
	require.NoError(t, errors.Join(zip.CreateFromDir(packed, gomodule.Version{Path: modulePath, Version: version}, ".."), packed.Close()))

	downloaded, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	require.NoError(t, err)
	caches := strings.Fields(string(downloaded))
	t.Setenv("GOCACHE", caches[1]) // it would move with the user's
	t.Setenv("GOMODCACHE", filepath.Join(dir, "modules"))
	t.Setenv("GOFLAGS", "-modcacherw") // so that it can be removed
	t.Setenv("GOPROXY", "file://"+filepath.Join(dir, "proxy")+",file://"+filepath.Join(caches[0], "cache", "download"))
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOWORK", "off")
	path, err := buildVersion(t.Context(), runtime.GOARCH, filepath.Join(dir, "cache"), version)
	require.NoError(t, err)
	require.NoError(t, checkBinary(path, runtime.GOARCH))
	out, err := exec.Command(path, "list", "--group", "names").CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "captive-portal")
	assert.Empty(t, installedVersion(), "this program is a test")
}
