package docker

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"golang.org/x/sync/semaphore"
)

// daemon is a Docker engine that has answered.
type daemon struct {
	api *testcontainers.DockerClient
	// id is the engine's own.
	id string
	// arch is the architecture of its machine, in Go's words.
	arch string
	// kernel is the release of the kernel that the containers share.
	kernel string
	// security are what it can confine containers with: "name=seccomp,profile=default", "name=apparmor".
	security []string
	// podman is whether it is Podman, which answers by the same API, with security options of its own.
	podman bool
	// turns are the locks of which a lab holds one while it is made or removed.
	turns []string
	// inOrder lets this process's labs take those turns in the order in which they came.
	inOrder *semaphore.Weighted
}

const (
	// pingTimeout bounds the wait for an engine's first answer, which costs it nothing.
	pingTimeout = 10 * time.Second
	// answerTimeout bounds what is asked next of an engine that has answered: who it is. testcontainers-go asks several times,
	// and an engine starts programs to tell its version: one that makes labs for others at the time takes seconds each time.
	answerTimeout = 2 * time.Minute
)

// testcontainersLock guards the settings of testcontainers-go, which are global to the process.
var testcontainersLock sync.Mutex

// connect finds the engine, in the order of testcontainers-go, and asks it what it is.
func connect(ctx context.Context) (*daemon, error) {
	// testcontainers-go remembers for the life of the process that it found no engine, and passes over a DOCKER_HOST
	// that does not answer to try others. So DOCKER_HOST is tried first, and by itself.
	host, named := os.Getenv(client.EnvOverrideHost), true
	if host == "" {
		host, named = client.DefaultDockerHost, false
	}
	probed := probe(ctx, host)
	if probed != nil && named {
		return nil, explain(host, probed)
	}
	patience := pingTimeout
	if probed == nil {
		patience = answerTimeout
	}
	// An impatient caller must not make testcontainers-go remember a failure.
	patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	api, err := newClient(patient)
	if err != nil {
		return nil, explain(host, cmp.Or(probed, err))
	}
	ctx, cancel = context.WithTimeout(ctx, patience)
	defer cancel()
	return identify(ctx, api)
}

// probe asks the engine at one address whether it is there.
func probe(ctx context.Context, host string) error {
	c, err := client.New(client.FromEnv, client.WithHost(host))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := ping(ctx, c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	_, err = c.Info(ctx, client.InfoOptions{})
	return err
}

// ping waits for an engine's first answer.
func ping(ctx context.Context, c interface {
	Ping(context.Context, client.PingOptions) (client.PingResult, error)
}) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	_, err := c.Ping(ctx, client.PingOptions{})
	return err
}

// newClient is a client of testcontainers-go without its reaper, whose image would have to be pulled (package docker
// sweeps instead), and without the banner that it logs on its first connection.
func newClient(ctx context.Context) (api *testcontainers.DockerClient, err error) {
	defer func() { // it panics where the engine stops to answer
		if failed := recover(); failed != nil {
			err = fmt.Errorf("%v", failed)
		}
	}()
	testcontainersLock.Lock()
	defer testcontainersLock.Unlock()
	const reaperOff = "TESTCONTAINERS_RYUK_DISABLED"
	if _, set := os.LookupEnv(reaperOff); !set {
		if err := os.Setenv(reaperOff, "true"); err != nil {
			return nil, err
		}
	}
	users := log.Default()
	log.SetDefault(log.NewNoopLogger())
	defer log.SetDefault(users)
	return testcontainers.NewDockerClientWithOpts(ctx)
}

func newTurns(engine string, processors int) (turns []string, inOrder *semaphore.Weighted) {
	turns = turnsOf(engine, processors)
	return turns, semaphore.NewWeighted(int64(len(turns)))
}

func identify(ctx context.Context, api *testcontainers.DockerClient) (*daemon, error) {
	version, err := api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return nil, explain(api.DaemonHost(), err)
	}
	if version.Os != "linux" {
		return nil, fmt.Errorf("docker: the engine at %s runs %s containers: switch it to Linux containers",
			api.DaemonHost(), version.Os)
	}
	info, err := api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return nil, explain(api.DaemonHost(), err)
	}
	d := &daemon{api: api, id: info.Info.ID, arch: version.Arch, kernel: info.Info.KernelVersion, security: info.Info.SecurityOptions}
	d.podman = slices.ContainsFunc(version.Components, func(c system.ComponentVersion) bool { return c.Name == "Podman Engine" })
	d.turns, d.inOrder = newTurns(d.id, info.Info.NCPU)
	return d, nil
}

// confinesBy reports whether the engine has a way to confine containers: "seccomp", "apparmor".
func (d *daemon) confinesBy(way string) bool {
	return slices.ContainsFunc(d.security, func(option string) bool {
		name, _, _ := strings.Cut(option, ",")
		return name == "name="+way
	})
}

// turnsOf names the locks of an engine whose machine has so many processors. Its work for a lab keeps one of them busy for
// seconds: if more labs were made at once, by one process or by several, its answers would come too late for all of them.
func turnsOf(engine string, processors int) []string {
	sum := sha256.Sum256([]byte(engine)) // an id has characters that a file's name may not have
	names := make([]string, 1+max(processors, 1))
	for i := range names {
		names[i] = fmt.Sprintf("labs-%x-%d.lock", sum[:8], i)
	}
	return names
}

// inTurn does something that is much work for the engine.
func (d *daemon) inTurn(ctx context.Context, do func() error) error {
	var done func()
	err := lab.InLine(ctx, func() (err error) {
		if err := d.inOrder.Acquire(ctx, 1); err != nil {
			return fmt.Errorf("docker: wait for another lab to be made or removed: %w", err)
		}
		if done, err = lockFile(ctx, d.turns...); err != nil {
			d.inOrder.Release(1)
		}
		return err
	})
	if err != nil {
		return err
	}
	defer d.inOrder.Release(1)
	defer done()
	return do()
}

func (d *daemon) ping(ctx context.Context) error {
	if err := ping(ctx, d.api); err != nil {
		return explain(d.api.DaemonHost(), err)
	}
	return nil
}

// explain says what the user can do about an engine that does not answer as it should.
func explain(host string, err error) error {
	switch {
	case strings.HasPrefix(host, "ssh://"):
		return fmt.Errorf("docker: DOCKER_HOST=%s is not supported: forward the socket with ssh -nNT -L "+
			"/tmp/docker.sock:/var/run/docker.sock and set DOCKER_HOST=unix:///tmp/docker.sock (%w)", host, err)
	case strings.Contains(err.Error(), "permission denied"): // the client hides os.ErrPermission
		return fmt.Errorf("docker: no permission on the socket %s: add your user to the group docker "+
			"(sudo usermod -aG docker $USER) and log in again, or run as root (%w)", strings.TrimPrefix(host, "unix://"), err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("docker: the engine at %s does not answer in time: check that it is well (docker info) (%w)", host, err)
	case strings.Contains(err.Error(), "malformed HTTP"), !client.IsErrConnectionFailed(err):
		return fmt.Errorf("docker: what answers at %s does not answer as a Docker engine: check DOCKER_HOST (%w)", host, err)
	}
	return fmt.Errorf("docker: no engine answers at %s: install and start Docker, or set DOCKER_HOST to where one is (%w)", host, err)
}
