package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"
)

// Sweep removes the labs of processes of this machine that have ended without removing them, as after kill -9. It
// returns the names of what it removed, and of the labs that it left because their process lives or runs elsewhere.
func (e *Engine) Sweep(ctx context.Context) (removed, kept []string, err error) {
	d, err := e.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	me, err := self()
	if err != nil {
		return nil, nil, err
	}
	labs, err := d.labs(ctx)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(labs)) {
		l := labs[id]
		by, err := parseOwner(l.owner)
		switch {
		case err != nil:
			kept = append(kept, fmt.Sprintf("lab %s: %v", id, err))
		case !by.gone(me.machine) && !(by.earlier(me.machine) && l.dead(time.Now())):
			kept = append(kept, fmt.Sprintf("lab %s of process %d on %s", id, by.pid, by.machine))
		default:
			errs = append(errs, d.removeLab(ctx, id))
			removed = append(removed, l.parts...)
		}
	}
	return removed, kept, errors.Join(errs...)
}

// sweepTimeout bounds the sweep before the first lab.
const sweepTimeout = 20 * time.Second

// sweepOnce sweeps before the engine's first lab. That something could not be removed does not keep a lab from being
// built: "tcplab sweep" says what it was.
func (e *Engine) sweepOnce(ctx context.Context) {
	e.sweeper.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, sweepTimeout)
		defer cancel()
		_, _, _ = e.Sweep(ctx)
	})
}

// remains are the parts of a lab that are on the engine.
type remains struct {
	owner   string
	parts   []string
	running bool
	made    time.Time // the last of them
}

// deadAfter is how long nothing of a lab has run that was built before a machine was started the last time. A lab of a clone of that
// machine may stand still for a while.
const deadAfter = time.Hour

func (r remains) dead(now time.Time) bool { return !r.running && now.Sub(r.made) > deadAfter }

// labs returns all labs on the engine, by id.
func (d *daemon) labs(ctx context.Context) (map[string]remains, error) {
	found := map[string]remains{}
	add := func(kind, name string, labels map[string]string, made time.Time, running bool) {
		r := found[labels[labelLab]]
		r.running = r.running || running
		if made.After(r.made) {
			r.made = made
		}
		r.owner = labels[labelOwner]
		r.parts = append(r.parts, kind+" "+name)
		found[labels[labelLab]] = r
	}
	containers, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: only()})
	if err != nil {
		return nil, fmt.Errorf("docker: list containers: %w", err)
	}
	for _, c := range containers.Items {
		if len(c.Names) > 0 {
			stopped := c.State == container.StateExited || c.State == container.StateDead || c.State == container.StateCreated
			add("container", c.Names[0][len("/"):], c.Labels, time.Unix(c.Created, 0), !stopped)
		}
	}
	networks, err := d.api.NetworkList(ctx, client.NetworkListOptions{Filters: only()})
	if err != nil {
		return nil, fmt.Errorf("docker: list networks: %w", err)
	}
	for _, n := range networks.Items {
		add("network", n.Name, n.Labels, n.Created, false)
	}
	delete(found, "") // not a part of a lab
	return found, nil
}

// removePatience is how long another process may take that is removing the same lab.
const (
	removePatience = time.Minute
	removePause    = 100 * time.Millisecond
)

// removeLab removes a lab's containers and networks, found by their labels and not by what Build remembers of them:
// also what a request made whose answer was never read. Another process may be removing the same lab.
func (d *daemon) removeLab(ctx context.Context, id string) error {
	for began := time.Now(); ; {
		left, err := d.removeParts(ctx, only(labelLab+"="+id))
		if left == 0 && err == nil {
			return nil
		}
		if time.Since(began) > removePatience || ctx.Err() != nil {
			return fmt.Errorf("docker: remove lab %s: %d of its containers and networks are left: %w", id, left,
				errors.Join(err, ctx.Err()))
		}
		select {
		case <-ctx.Done():
		case <-time.After(removePause):
		}
	}
}

// removeParts removes the containers and networks with the labels, and returns how many could not be removed.
func (d *daemon) removeParts(ctx context.Context, which client.Filters) (left int, err error) {
	containers, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: which})
	if err != nil {
		return 0, err
	}
	var ids []string
	for _, c := range containers.Items {
		ids = append(ids, c.ID)
	}
	left, err = each(ids, func(id string) error {
		_, err := d.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		return err
	})
	networks, listErr := d.api.NetworkList(ctx, client.NetworkListOptions{Filters: which})
	if listErr != nil {
		return left, errors.Join(err, listErr)
	}
	ids = nil
	for _, n := range networks.Items {
		ids = append(ids, n.ID)
	}
	leftNetworks, networkErr := each(ids, func(id string) error {
		_, err := d.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
		return err
	})
	return left + leftNetworks, errors.Join(err, networkErr)
}

// each removes all of them at once and returns how many failed. One that is gone already is no failure.
func each(ids []string, remove func(id string) error) (failed int, err error) {
	var (
		mu    sync.Mutex
		errs  []error
		group errgroup.Group
	)
	for _, id := range ids {
		group.Go(func() error {
			if err := remove(id); err != nil && !errdefs.IsNotFound(err) {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs, all of them
	return len(errs), errors.Join(errs...)
}
