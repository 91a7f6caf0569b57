package documenttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/engines.md: all labs in one container of Podman. That container has no network, so that Podman makes none.
func TestContainerOnPodman(t *testing.T) {
	if testing.Short() {
		t.Skip("an engine of its own is not for -short")
	}
	if _, err := exec.LookPath("podman"); err != nil {
		t.Skip("podman is not installed (Debian: apt-get install podman)")
	}
	if os.Geteuid() != 0 {
		t.Skip("Podman's socket is tried as root")
	}
	t.Parallel()
	bin, dir := installed(t), t.TempDir()
	// Its default limits are more than root may have on some machines; crun refuses cgroups of both versions.
	config := "[containers]\ndefault_ulimits = [\"nofile=16384:16384\", \"nproc=16384:16384\"]\n"
	if _, err := exec.LookPath("runc"); err == nil {
		config += "[engine]\nruntime = \"runc\"\n"
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "containers.conf"), []byte(config), 0o644))
	socket := filepath.Join(dir, "podman.sock")
	service := exec.Command("podman", "system", "service", "--time", "0", "unix://"+socket)
	service.Env = append(os.Environ(), "CONTAINERS_CONF="+filepath.Join(dir, "containers.conf"))
	require.NoError(t, service.Start())
	t.Cleanup(func() {
		_ = service.Process.Signal(os.Interrupt)
		_ = service.Wait() // it was interrupted
	})
	require.Eventually(t, func() bool {
		_, err := os.Stat(socket)
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	run := exec.Command(filepath.Join(bin, "tcplab"), "run", "closed-port", "--engine", "container")
	run.Dir, run.Env = dir, append(os.Environ(), "DOCKER_HOST=unix://"+socket)
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "match     closed-port/netns/ipv4")
	assert.FileExists(t, filepath.Join(dir, "artifacts", "latest", "closed-port-netns-ipv4", "report.html"))
}
