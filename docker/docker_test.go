package docker_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Main(m, shared)) }

// testTimeout ends what hangs. It is no measure of speed: on a crowded machine the engine takes a minute for a lab.
const testTimeout = 8 * time.Minute

// shared is the engine of all tests: each engine looks for changes of the tcplab binary once.
var shared = docker.New()

// newEngine returns the engine, or skips the test where there is none.
func newEngine(t *testing.T) (*docker.Engine, context.Context) {
	if testing.Short() {
		t.Skip("labs of containers are not for -short")
	}
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout) // t.Context ends before Cleanup
	t.Cleanup(cancel)
	enginetest.Need(t, shared)
	return shared, ctx
}

// newLab builds the routed topology and removes it at the end of the test.
func newLab(t *testing.T) (lab.Lab, context.Context) {
	t.Helper()
	engine, ctx := newEngine(t)
	return buildLab(t, ctx, engine), ctx
}

func buildLab(t *testing.T, ctx context.Context, engine *docker.Engine) lab.Lab {
	t.Helper()
	l, err := engine.Build(ctx, lab.Routed())
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		defer cancel()
		assert.NoError(t, l.Close(ctx))
	})
	return l
}

func hostOf(t *testing.T, l lab.Lab, name string) lab.Host {
	t.Helper()
	h, err := l.Host(name)
	require.NoError(t, err)
	return h
}

// output runs a command that must succeed.
func output(t *testing.T, ctx context.Context, h lab.Host, argv ...string) string {
	t.Helper()
	out, err := h.Command(argv...).Output(ctx)
	require.NoError(t, err, "%s: %s", h.Name(), out)
	return string(out)
}

// ours lists what on the engine carries the label.
func ours(t *testing.T, ctx context.Context, label string) []string {
	t.Helper()
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	filter := make(client.Filters).Add("label", label)
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filter})
	require.NoError(t, err)
	networks, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	require.NoError(t, err)
	var names []string
	for _, c := range containers.Items {
		names = append(names, c.Names...)
	}
	for _, n := range networks.Items {
		names = append(names, n.Name)
	}
	return names
}

// labID is the id by which a host's lab is labelled, which is a part of its container's name.
func labID(t *testing.T, ctx context.Context, h lab.Host) string {
	t.Helper()
	return strings.Split(containerOf(t, ctx, h), "-")[1] // tcplab-ID-host
}

func containerOf(t *testing.T, ctx context.Context, h lab.Host) string {
	t.Helper()
	return strings.TrimSpace(output(t, ctx, h, "printenv", "TCPLAB_CONTAINER"))
}

// again runs one test of this program in a process of its own, with more in its environment, and returns its output.
func again(t *testing.T, ctx context.Context, test string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, self, "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(append(os.Environ(), "TCPLAB_REQUIRE_ENGINES="), env...) // the child has an engine of its own
	return cmd
}
