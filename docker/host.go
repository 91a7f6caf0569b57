package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/testcontainers/testcontainers-go"
)

// host is a container.
type host struct {
	daemon    *daemon
	name      string
	container string // the container's name
	topology  lab.Topology
	markers   map[string]netip.Addr // by interface, see lab.InterfaceConfig
	handle    *testcontainers.DockerContainer
	labels    map[string]string // those of the lab

	mu        sync.Mutex
	on        context.Context // ends when the host is switched off; nil before the first start
	switchOff context.CancelFunc
	namespace namespace   // of the running container, opened when it is first needed
	verbs     *verbServer // the last one that was started; nil before the first
	guests    map[*guest]struct{}
	servers   map[string]string // by command: the container of a server's image that is kept
}

// Name returns the host's name in the topology.
func (h *host) Name() string { return h.name }

// Addr returns the host's first address of the family.
func (h *host) Addr(f lab.Family) netip.Addr { return h.topology.Addr(h.name, f) }

// Container implements [lab.Contained].
func (h *host) Container() string { return h.container }

// Command prepares a command that runs in the container.
func (h *host) Command(argv ...string) *lab.Cmd { return lab.NewCmd(h, argv...) }

// equipment are the programs of the image that the lab itself makes use of where a host has them.
var equipment = []string{"haproxy"}

// Has implements [lab.Equipped].
func (h *host) Has(program string) bool { return slices.Contains(equipment, program) }

func markers(ends []endpoint) map[string]netip.Addr {
	list := map[string]netip.Addr{}
	for _, e := range ends {
		list[e.end.Interface] = e.segment.addrs[e.end.Host]
	}
	return list
}

// configure puts the lab's own addresses in the place of those that the engine gave out.
func (h *host) configure(ctx context.Context) error {
	config, err := h.topology.Config(h.name)
	if err != nil {
		return err
	}
	for i := range config.Interfaces {
		config.Interfaces[i].Marker = h.markers[config.Interfaces[i].Name]
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	cmd := h.Command(lab.ConfigureVerb()...)
	cmd.Stdin = bytes.NewReader(text)
	if _, err := cmd.Output(ctx); err != nil {
		return fmt.Errorf("configure its network: %w", err)
	}
	resolver := h.topology.ResolvConf(h.name)
	if resolver == "" {
		return nil
	}
	cmd = h.Command(agent.NamesVerb("resolver")...)
	cmd.Stdin = strings.NewReader(resolver)
	if _, err := cmd.Output(ctx); err != nil {
		return fmt.Errorf("configure its resolver: %w", err)
	}
	return nil
}

// stopPatience is how long the container's first process has to leave after SIGTERM, which it does at once.
const stopPatience = time.Second

// Stop switches the host off. Its links go down first: a kernel that ends a process says farewell on its connections
// (FIN or RST), and a machine that loses its power does not.
func (h *host) Stop(ctx context.Context) error {
	for _, e := range h.topology.EndsOf(h.name) {
		_, err := h.Command(agent.LinkVerb("down", e.Interface)...).Output(ctx)
		if errors.Is(err, lab.ErrHostStopped) {
			break
		}
		if err != nil {
			return fmt.Errorf("docker: stop %s: %w", h.name, err)
		}
	}
	h.switchedOff()
	defer h.dismiss()
	h.killGuests()
	patience := stopPatience
	if err := h.handle.Stop(ctx, &patience); err != nil {
		return fmt.Errorf("docker: stop %s: %w", h.name, err)
	}
	return nil
}

// Start switches the host on again. Its network namespace is a new one, and is configured as the first was.
func (h *host) Start(ctx context.Context) error {
	if err := h.handle.Start(ctx); err != nil {
		return fmt.Errorf("docker: start %s: %w", h.name, err)
	}
	h.switchedOn()
	if err := h.configure(ctx); err != nil {
		return fmt.Errorf("docker: start %s: %w", h.name, err)
	}
	return nil
}

// switchedOn notes that the container runs, unless that is known: to start a running container changes nothing.
func (h *host) switchedOn() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.on == nil || h.on.Err() != nil {
		h.on, h.switchOff = context.WithCancel(context.Background())
	}
}

// switchedOff notes that the container is being stopped, before its commands end by that.
func (h *host) switchedOff() {
	h.leave() // an open namespace would outlive the container
	h.mu.Lock()
	defer h.mu.Unlock()
	h.switchOff()
}

// power returns the context that ends when the host is switched off.
func (h *host) power() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.on
}

// leave closes the container's network namespace, if this process has opened it.
func (h *host) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.namespace.close()
}

// dismiss ends the host's server of verbs, which by then has no container to run in: what is left of it is in this process.
func (h *host) dismiss() {
	h.mu.Lock()
	s := h.verbs
	h.verbs = nil
	h.mu.Unlock()
	if s != nil {
		s.close()
	}
}
