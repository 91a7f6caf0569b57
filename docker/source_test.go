package docker_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
)

// bareEngine is a Docker engine that answers and has nothing: no image, and no registry.
type bareEngine struct {
	host          string // as in DOCKER_HOST
	images        map[string]bool
	registry      bool
	asked, pulled atomic.Int32
}

func startBareEngine(t *testing.T) *bareEngine {
	t.Helper()
	dir, err := os.MkdirTemp("", "tcplab-engine-") // the path of a socket must be short
	require.NoError(t, err)
	socket := filepath.Join(dir, "docker.sock")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	e := &bareEngine{host: "unix://" + socket, images: map[string]bool{}}
	server := &http.Server{Handler: e}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		assert.NoError(t, server.Close())
		assert.NoError(t, os.RemoveAll(dir))
	})
	return e
}

func (e *bareEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.41")
	path := r.URL.Path
	if strings.HasPrefix(path, "/v1.") {
		_, path, _ = strings.Cut(path[1:], "/")
		path = "/" + path
	}
	answer := func(status int, value any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(value)
	}
	name, isImage := strings.CutSuffix(strings.TrimPrefix(path, "/images/"), "/json")
	switch {
	case path == "/_ping":
		answer(http.StatusOK, "OK")
	case path == "/version":
		answer(http.StatusOK, map[string]string{"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", "Arch": runtime.GOARCH})
	case path == "/info":
		answer(http.StatusOK, map[string]string{"OSType": "linux", "ServerVersion": "20.10.24"})
	case strings.HasPrefix(path, "/distribution/"):
		e.asked.Add(1)
		if e.registry {
			answer(http.StatusOK, map[string]any{"Descriptor": map[string]string{"digest": "sha256:" + strings.Repeat("0", 64)}})
			return
		}
		answer(http.StatusInternalServerError, map[string]string{"message": "lookup registry.example: no such host"})
	case path == "/images/create":
		e.pulled.Add(1)
		answer(http.StatusInternalServerError, map[string]string{"message": "lookup registry.example: no such host"})
	case isImage && e.images[name]:
		answer(http.StatusOK, map[string]string{"Id": "sha256:" + strings.Repeat("1", 64)})
	default:
		answer(http.StatusNotFound, map[string]string{"message": "no such thing: " + path})
	}
}

const childEnv = "TCPLAB_TEST_AVAILABLE"

// TestAvailableChild says on standard output what engines answer. It runs in processes of its own: testcontainers-go remembers
// for the life of a process where its engine is.
func TestAvailableChild(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		t.Skip("run by other tests")
	}
	for range 3 { // each command and each test asks an engine of its own
		fmt.Printf("available: %v\n", docker.New().Available(t.Context()))
	}
	if os.Getenv(childEnv) == "build" {
		_, err := docker.New().Build(t.Context(), lab.Routed())
		fmt.Printf("build: %v\n", err)
	}
}

// ask runs it on a machine without debootstrap, apt and wget, and returns what it said, without repetitions.
func (e *bareEngine) ask(t *testing.T, env ...string) []string {
	t.Helper()
	cmd := again(t, t.Context(), "TestAvailableChild", append([]string{"DOCKER_HOST=" + e.host, childEnv + "=1",
		"PATH=" + t.TempDir(), "XDG_CACHE_HOME=" + t.TempDir(), "TCPLAB_BASE_IMAGE="}, env...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var said []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if (strings.HasPrefix(line, "available: ") || strings.HasPrefix(line, "build: ")) && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return said
}

func TestAnEngineThatHasNothingIsNotAvailable(t *testing.T) {
	bare := startBareEngine(t)
	start := time.Now()
	said := bare.ask(t, childEnv+"=build")
	assert.Less(t, time.Since(start), 10*time.Second)
	require.Len(t, said, 2, "the same answer each time: %q", said)
	assert.Contains(t, said[0], "available: docker: the engine has no image to make hosts of, no registry answers, and ")
	if os.Geteuid() == 0 && runtime.GOOS == "linux" {
		assert.Contains(t, said[0], "this machine has neither debootstrap nor apt to build one from Debian's packages; "+
			"what helps: docker pull debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716, where a registry answers")
	} else {
		assert.Contains(t, said[0], "; what helps: ")
	}
	assert.NotEqual(t, "build: <nil>", said[1])
	assert.Equal(t, int32(1), bare.asked.Load(), "what a registry has answered is remembered")
	assert.Zero(t, bare.pulled.Load(), "nothing is pulled from a registry that does not answer")
}

func TestAnEngineIsAvailableWithAnImageOrARegistry(t *testing.T) {
	t.Run("the base is there", func(t *testing.T) {
		bare := startBareEngine(t)
		bare.images["debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716"] = true
		assert.Equal(t, []string{"available: <nil>"}, bare.ask(t))
		assert.Zero(t, bare.asked.Load(), "what is there need not be asked for")
	})
	t.Run("a registry answers", func(t *testing.T) {
		bare := startBareEngine(t)
		bare.registry = true
		assert.Equal(t, []string{"available: <nil>"}, bare.ask(t))
		assert.Zero(t, bare.pulled.Load(), "whoever asks whether it is available pulls nothing")
	})
	t.Run("an image of one's own that is not there", func(t *testing.T) {
		said := startBareEngine(t).ask(t, "TCPLAB_BASE_IMAGE=example.org/mine:1")
		require.Len(t, said, 1)
		assert.Contains(t, said[0], "the base image example.org/mine:1 (TCPLAB_BASE_IMAGE) is not on the engine and cannot be pulled: load it")
	})
}
