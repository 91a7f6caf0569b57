// Package dockertest makes images for tests of what runs in images of somebody's own, out of the hosts' image: no registry is asked.
package dockertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// Image builds an image on top of the hosts' image, and removes it when the test ends. The test is skipped where there is no engine.
func Image(t testing.TB, e *docker.Engine, dockerfile string, files map[string]string) (name string) {
	t.Helper()
	if testing.Short() {
		t.Skip("images are not for -short")
	}
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip(err)
	}
	enginetest.Need(t, e)
	require.NoError(t, e.Prepare(t.Context(), lab.Routed()))
	hosts := run(t, "images", "--quiet", "--filter", "label=tcplab.role=host")
	dir := t.TempDir()
	name = "localhost/tcplab-test/" + strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())) + ":" + time.Now().Format("150405.000000000")
	// Without the label of a hosts' image, because one that nobody uses may be removed at any time; and with one of its own, because two
	// tests with the same image would see each other's containers.
	text := "FROM " + strings.Fields(hosts)[0] + "\nLABEL tcplab=test tcplab.role=test tcplab.test=" + name + "\n" + dockerfile
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(text), 0o644))
	for file, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(content), 0o755))
	}
	run(t, "build", "--quiet", "--tag", name, dir)
	t.Cleanup(func() { run(t, "rmi", name) })
	return name
}

// Containers are the containers of an image, also those that do not run.
func Containers(t testing.TB, image string) []string {
	t.Helper()
	return strings.Fields(run(t, "ps", "--all", "--quiet", "--filter", "ancestor="+image))
}

func run(t testing.TB, args ...string) string {
	t.Helper()
	// Not t.Context, which has ended when a test cleans up.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "docker", args...).CombinedOutput()
	require.NoError(t, err, "docker %v: %s", args, out)
	return string(out)
}

// Counting is a web server's image in two parts: the Dockerfile, and its files. It counts its starts in a file of its own, serves the
// number and its PORT, takes SIGUSR1 for the end, as haproxy does, and has no shell as its first process.
func Counting() (dockerfile string, files map[string]string) {
	return "COPY serve.sh /serve.sh\nSTOPSIGNAL SIGUSR1\nENTRYPOINT [\"bash\", \"/serve.sh\"]\n", map[string]string{"serve.sh": `
echo start >> /starts
cat > /haproxy.cfg <<END
defaults
  mode http
  timeout client 1m
  timeout connect 1s
  timeout server 1m
frontend here
  bind :::$PORT v4v6
  http-request return status 200 content-type text/plain string "start $(wc -l < /starts) on $PORT $1\n"
END
exec haproxy -f /haproxy.cfg
`}
}
