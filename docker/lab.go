package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sync/errgroup"
)

// closeTimeout bounds the removal of what a failed Build has made.
const closeTimeout = 4 * time.Minute

// containerLab is a topology of containers.
type containerLab struct {
	daemon   *daemon
	id       string
	topology lab.Topology
	hosts    map[string]*host
}

// plan is what the parts of a lab need to know of each other while it is built.
type plan struct {
	id       string
	image    string
	owner    owner
	topology lab.Topology
	segments map[string]segment
}

func (p plan) labels() map[string]string {
	return map[string]string{labelOurs: "1", labelLab: p.id, labelOwner: p.owner.String()}
}

// name is the name of a resource of the lab.
func (p plan) name(part string) string { return "tcplab-" + p.id + "-" + part }

// Prepare implements [lab.Preparer]: it makes the hosts' image where it is missing.
func (e *Engine) Prepare(ctx context.Context, t lab.Topology) error {
	k, err := kindFor(t.Programs)
	if err != nil {
		return err
	}
	d, err := e.connect(ctx)
	if err != nil {
		return err
	}
	_, err = e.hostImage(ctx, d, k)
	return err
}

// Build builds the topology. The first lab of an engine removes what killed processes of this machine left behind,
// and may have to build the hosts' image.
func (e *Engine) Build(ctx context.Context, t lab.Topology) (lab.Lab, error) {
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("docker: %w", err)
	}
	k, err := kindFor(t.Programs)
	if err != nil {
		return nil, err
	}
	d, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	e.sweepOnce(ctx)
	image, err := e.hostImage(ctx, d, k)
	if err != nil {
		return nil, err
	}
	l, err := d.buildLab(ctx, image, t)
	if err == nil {
		return l, nil
	}
	// Another process, with another binary, may have removed the image since it was found to be there.
	if id, _, unknown := d.inspectImage(ctx, image); id != "" || unknown != nil {
		return nil, err
	}
	if image, err = e.hostImage(ctx, d, k); err != nil {
		return nil, err
	}
	return d.buildLab(ctx, image, t)
}

func (d *daemon) buildLab(ctx context.Context, image string, t lab.Topology) (lab.Lab, error) {
	me, err := self()
	if err != nil {
		return nil, err
	}
	p := plan{id: randomID(), image: image, owner: me, topology: t}
	l := &containerLab{daemon: d, id: p.id, topology: t, hosts: map[string]*host{}}
	if err := d.inTurn(ctx, func() error { return l.up(ctx, p) }); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		return nil, errors.Join(err, l.Close(ctx))
	}
	return l, nil
}

// up makes the networks, all at once, then the hosts, all at once.
func (l *containerLab) up(ctx context.Context, p plan) error {
	var err error
	if p.segments, err = l.daemon.createSegments(ctx, p); err != nil {
		return err
	}
	for _, spec := range p.topology.Hosts {
		l.hosts[spec.Name] = &host{daemon: l.daemon, name: spec.Name, topology: p.topology}
	}
	var group errgroup.Group
	for _, h := range l.hosts {
		group.Go(func() error {
			if err := h.create(ctx, p); err != nil {
				return fmt.Errorf("docker: host %s: %w", h.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Host returns the named host.
func (l *containerLab) Host(name string) (lab.Host, error) {
	h, ok := l.hosts[name]
	if !ok {
		return nil, fmt.Errorf("docker: topology %s has no host %q", l.topology.Name, name)
	}
	return h, nil
}

// Close removes the lab's containers and networks.
func (l *containerLab) Close(ctx context.Context) error {
	for _, h := range l.hosts {
		h.leave()
		defer h.dismiss()
	}
	return l.daemon.inTurn(ctx, func() error { return l.daemon.removeLab(ctx, l.id) })
}

// segment is a bridge network that stands for a segment of the topology.
type segment struct {
	id    string
	name  string
	addrs map[string]netip.Addr // by host: the address that the engine gives it, by which its interface is found
}
