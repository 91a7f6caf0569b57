package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab"
)

// guest is a container of somebody's image while it runs. It has the network of a host, its names too; all else is its own, as with
// "docker run --network container:HOST".
type guest struct {
	process
	*attached
	server     bool   // kept when it ends, for the next start
	stopSignal string // by which the image wants to be asked to end
	asked      atomic.Bool
}

// FindImage implements [lab.Imager].
func (e *Engine) FindImage(ctx context.Context, image string) error {
	d, err := e.connect(ctx)
	if err != nil {
		return err
	}
	id, _, err := d.inspectImage(ctx, image)
	if err == nil && id == "" {
		err = fmt.Errorf("docker: there is no image %s on the engine, and none is fetched: get it with \"docker pull %s\", or build it", image, image)
	}
	return err
}

func (h *host) startGuest(ctx context.Context, c *lab.Cmd) (lab.Process, error) {
	started, err := h.newProcess()
	if err != nil {
		return nil, err
	}
	if err := h.useNames(ctx, c.Hosts); err != nil {
		return nil, err
	}
	whole, cancel, err := detached(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	g := &guest{process: started, server: c.Server}
	id, err := h.guestContainer(whole, c)
	if err != nil {
		return nil, fmt.Errorf("docker: %s: %w", h.name, err)
	}
	if err := g.start(whole, id, c); err != nil {
		_, gone := h.daemon.api.ContainerRemove(whole, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		h.forgetServer(id)
		return nil, errors.Join(fmt.Errorf("docker: image %s: %w", c.Image, err), gone)
	}
	go g.follow(ctx)
	return g, nil
}

// guestContainer returns the container for a command: a new one, or that of a server which has run before.
func (h *host) guestContainer(ctx context.Context, c *lab.Cmd) (id string, err error) {
	h.mu.Lock()
	known := h.servers[c.String()]
	h.mu.Unlock()
	if c.Server && known != "" {
		return known, nil
	}
	created, err := h.daemon.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: h.container + "-" + randomID(),
		Config: &container.Config{
			Image: c.Image, Entrypoint: c.Entrypoint, Cmd: c.Argv, Env: c.Env, WorkingDir: c.Dir, Labels: h.labels,
			AttachStdin: c.Stdin != nil, OpenStdin: c.Stdin != nil, StdinOnce: c.Stdin != nil, AttachStdout: true, AttachStderr: true,
		},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode("container:" + h.handle.GetContainerID())},
	})
	if err != nil {
		return "", err
	}
	if c.Server {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.servers == nil {
			h.servers = map[string]string{}
		}
		h.servers[c.String()] = created.ID
	}
	return created.ID, nil
}

func (h *host) forgetServer(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for command, known := range h.servers {
		if known == id {
			delete(h.servers, command)
		}
	}
}

// start starts the container with its streams.
func (g *guest) start(ctx context.Context, id string, c *lab.Cmd) error {
	inspected, err := g.host.daemon.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	g.stopSignal = cmp.Or(inspected.Container.Config.StopSignal, "SIGTERM")
	if g.attached, err = g.host.daemon.startAttached(ctx, id, c.Stdin != nil); err != nil {
		return explainStart(err)
	}
	go g.copyOutput(orDiscard(c.Stdout), orDiscard(c.Stderr))
	if c.Stdin != nil {
		go g.feed(c.Stdin)
	}
	g.host.admit(g)
	return nil
}

// missingProgram is what the runtime says about a program that the image does not have.
var missingProgram = regexp.MustCompile(`exec: "([^"]*)": (executable file not found|stat)`)

func explainStart(err error) error {
	if m := missingProgram.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("it has no program %s", m[1])
	}
	if strings.Contains(err.Error(), "No command specified") {
		return errors.New("it has no command of its own: give one")
	}
	return err
}

func (g *guest) copyOutput(stdout, stderr io.Writer) {
	defer close(g.copied)
	_, g.copyErr = stdcopy.StdCopy(stdout, stderr, g.stream.Reader)
}

// feed gives the container its standard input, as with a program.
func (g *guest) feed(stdin io.Reader) {
	_, _ = io.Copy(g.stream.Conn, stdin) // it may leave its input unread
	_ = g.stream.CloseWrite()
}

// follow stays with the container to its end, whichever of the three it is.
func (g *guest) follow(ctx context.Context) {
	defer close(g.ended)
	defer g.stream.Close()
	select {
	case <-g.dead:
	case <-ctx.Done():
		g.kill()
	case <-g.power.Done():
		<-g.dead // the host kills it
	}
	within(g.copied, drainTimeout)
	switch {
	case g.power.Err() != nil:
		g.err = g.host.stopped()
	case ctx.Err() != nil:
		g.err = ctx.Err()
	default:
		g.code, g.err = g.status, errors.Join(g.unknown, g.failedCopy())
	}
	g.host.part(g)
	if !g.server {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
		defer cancel()
		// What is left is removed with the lab.
		_, _ = g.host.daemon.api.ContainerRemove(ctx, g.id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	}
}

// kill ends the container, and returns when that has ended.
func (g *guest) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	_, _ = g.host.daemon.api.ContainerKill(ctx, g.id, client.ContainerKillOptions{Signal: "SIGKILL"}) // it may have ended
	select {
	case <-g.dead:
	case <-ctx.Done():
	}
}

// Signal implements [lab.Signaler]. A server is asked to end as its image wants that, and is frozen with all of its processes. A client
// that is asked to end a second time is killed: the kernel keeps from a container's first process what that has not asked for, such as
// the SIGINT of Ctrl-C.
func (g *guest) Signal(s syscall.Signal) error {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	api, name := g.host.daemon.api, fmt.Sprint(int(s))
	var err error
	switch {
	case g.server && s == lab.SIGTSTP:
		_, err = api.ContainerPause(ctx, g.id, client.ContainerPauseOptions{})
	case g.server && s == lab.SIGCONT:
		_, err = api.ContainerUnpause(ctx, g.id, client.ContainerUnpauseOptions{})
	case g.server && s == syscall.SIGTERM:
		name = g.stopSignal
		fallthrough
	default:
		if ends := s == syscall.SIGINT || s == syscall.SIGTERM; ends && g.asked.Swap(true) && !g.server {
			name = "SIGKILL"
		}
		_, err = api.ContainerKill(ctx, g.id, client.ContainerKillOptions{Signal: name})
	}
	if errdefs.IsConflict(err) {
		return nil // it has ended
	}
	return err
}

// admit notes a guest that runs.
func (h *host) admit(g *guest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.guests == nil {
		h.guests = map[*guest]struct{}{}
	}
	h.guests[g] = struct{}{}
}

// part forgets a guest.
func (h *host) part(g *guest) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.guests, g)
}

// killGuests ends all containers that use the host's network, as that has lost its power.
func (h *host) killGuests() {
	h.mu.Lock()
	var all []*guest
	for g := range h.guests {
		all = append(all, g)
	}
	h.mu.Unlock()
	for _, g := range all {
		g.kill()
	}
}
