// Package docker is the engine whose hosts are containers: each host a container, each segment a plain bridge network
// that is used as a bare link. Hosts have iptables, tcpdump, curl, ping and a shell, for people who want to work in
// them with "docker exec".
//
// An [Errand] has no hosts of containers: it is a whole command line of tcplab in one container, which builds labs of namespaces there.
//
// The engine may be on another machine (DOCKER_HOST): images, commands and their streams go over its API, and nothing
// is mounted or published. Environment variables:
//
//	TCPLAB_BASE_IMAGE   the image the hosts' tools are installed in, instead of debian:bookworm-slim
//	TCPLAB_HOST_BINARY  the static Linux binary that becomes "tcplab" in the hosts, instead of one built by go build;
//	                    for an Errand, one with the command line
package docker

import (
	"context"
	"sync"

	"golang.org/x/sync/singleflight"

	_ "github.com/tcplab/tcplab/lab/agent/browse" // a verb of its hosts; package lab/agent/serve has the others
)

// Engine builds labs of containers. Its methods may be called at the same time.
type Engine struct {
	// Progress, where set, is told in a few words about the steps that take long: building the hosts' image, which is
	// done once per machine. It is set before the engine is used.
	Progress func(step string)

	mu     sync.Mutex
	daemon *daemon           // nil until it has answered
	made   map[string]string // the images that were found or built, by their role

	images  singleflight.Group
	sweeper sync.Once
}

// New returns the engine. It connects when it is first used.
func New() *Engine { return &Engine{} }

// Name is "docker".
func (e *Engine) Name() string { return "docker" }

// Available reports why no lab can be built here: no engine, no permission, an engine of another system; or one that has no
// image to make hosts of and no way to get one ([ErrNoImage]).
func (e *Engine) Available(ctx context.Context) error {
	d, err := e.connect(ctx)
	if err != nil {
		return err
	}
	if err := d.ping(ctx); err != nil {
		return err
	}
	return d.canMakeHosts(ctx)
}

// connect returns the daemon, which is asked once who it is. A failure is not remembered: the engine may be started.
func (e *Engine) connect(ctx context.Context) (*daemon, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.daemon != nil {
		return e.daemon, nil
	}
	d, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	e.daemon = d
	return d, nil
}

func (e *Engine) progress(step string) {
	if e.Progress != nil {
		e.Progress(step)
	}
}
