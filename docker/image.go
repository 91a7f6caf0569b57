package docker

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// The images are built in layers, each rebuilt only when what it is made of changes: the base (Debian), one or more layers
// of programs (see layers), and the tcplab binary on top of those.

//go:embed Dockerfile.host
var hostDockerfile []byte

const (
	// The digest is that of the list of images for all architectures: whoever has the name of a tag cannot change what is run.
	defaultBase = "debian:bookworm-slim@sha256:96e378d7e6531ac9a15ad505478fcc2e69f371b10f5cdf87857c4b8188404716"
	baseEnv     = "TCPLAB_BASE_IMAGE"

	// The registry "localhost" keeps the engine from ever asking a public one for an image of such a name, and from
	// running what a stranger has put there.
	imageRepository = "localhost/tcplab/"

	// imageTimeout bounds the making of the images: Debian's base, its programs and a go build on a slow machine.
	imageTimeout = 15 * time.Minute
)

// image returns the id of the image with a role, which ensure makes where it is missing. Callers at the same time share one effort, which
// goes on when one of them gives up.
func (e *Engine) image(ctx context.Context, d *daemon, role string, ensure func(context.Context) (id string, err error)) (string, error) {
	if known := e.known(role); known != "" {
		if id, _, err := d.inspectImage(ctx, known); id != "" || err != nil {
			return known, err
		}
	}
	done := e.images.DoChan(role, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), imageTimeout)
		defer cancel()
		// Test binaries of several packages start at once: the first builds, the others wait and find the image.
		unlock, err := lockFile(ctx, "docker.lock")
		if err != nil {
			return "", err
		}
		defer unlock()
		return ensure(ctx)
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("docker: build an image (%s): %w", role, ctx.Err())
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return e.know(role, r.Val.(string)), nil
	}
}

// hostImage returns the id of the hosts' image of a kind.
func (e *Engine) hostImage(ctx context.Context, d *daemon, k kind) (string, error) {
	return e.image(ctx, d, k.role(), func(ctx context.Context) (string, error) { return e.ensureHostImage(ctx, d, k) })
}

// known is the image with the role that this engine has used before. A binary that changes while a program runs does not change its labs.
func (e *Engine) known(role string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.made[role]
}

func (e *Engine) know(role, id string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.made == nil {
		e.made = map[string]string{}
	}
	e.made[role] = id
	return id
}

// recipe is all that a hosts' image is made of.
type recipe struct {
	base   string   // reference of the base image
	binary []byte   // the tcplab binary
	kind   kind     // the layers between
	layers []string // their references
	host   string   // reference of the hosts' image
}

func newRecipe(arch string, binary []byte, k kind) recipe {
	r := recipe{base: os.Getenv(baseEnv), binary: binary, kind: k}
	if r.base == "" {
		r.base = defaultBase
	}
	below := digest([]byte(r.base), []byte(arch))
	for _, l := range k {
		below = digest(l.dockerfile, []byte(below))
		r.layers = append(r.layers, imageRepository+l.name+":"+below)
	}
	r.host = imageRepository + k.role() + ":" + digest(hostDockerfile, []byte(below), binary)
	return r
}

// digest is a short name for the contents.
func digest(contents ...[]byte) string {
	h := sha256.New()
	for _, c := range contents {
		sum := sha256.Sum256(c)
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func (e *Engine) ensureHostImage(ctx context.Context, d *daemon, k kind) (string, error) {
	binary, err := e.hostBinary(ctx, d.arch)
	if err != nil {
		return "", err
	}
	r := newRecipe(d.arch, binary, k)
	if id, err := d.fresh(ctx, r.host, r.base); id != "" || err != nil {
		return id, err
	}
	for i := range r.layers {
		if err := e.ensureLayer(ctx, d, r, i); err != nil {
			return "", err
		}
	}
	e.progress("adding the tcplab binary to the hosts' image")
	id, err := d.buildHost(ctx, r)
	if err != nil {
		return "", err
	}
	d.removeOldImages(ctx, k.role(), r.host)
	return id, nil
}

// ensureLayer makes the layer where it is missing; those below it are there.
func (e *Engine) ensureLayer(ctx context.Context, d *daemon, r recipe, i int) error {
	if id, err := d.fresh(ctx, r.layers[i], r.base); id != "" || err != nil {
		return err
	}
	l := r.kind[i]
	labels := map[string]string{labelRole: l.name} // the others are inherited from the layer below
	var below string
	if i > 0 {
		below = r.layers[i-1]
	} else {
		var err error
		if below, err = e.ensureBase(ctx, d, r.base); err != nil {
			return err
		}
		id, _, err := d.inspectImage(ctx, below)
		if err != nil {
			return err
		}
		labels[labelOurs], labels[labelBase] = "1", id
	}
	e.progress("installing " + l.what + " on " + below + ", once; it takes a minute or two")
	_, err := d.buildKnown(ctx, imageBuild{
		what:   l.what,
		tag:    r.layers[i],
		args:   map[string]string{"BASE": below},
		labels: labels,
		files:  map[string][]byte{"Dockerfile": l.dockerfile},
	})
	return err
}

func (d *daemon) buildHost(ctx context.Context, r recipe) (id string, err error) {
	return d.buildKnown(ctx, imageBuild{
		what:   "the hosts' image",
		tag:    r.host,
		args:   map[string]string{"TOOLS": r.layers[len(r.layers)-1]},
		labels: map[string]string{labelRole: r.kind.role()}, // the others are inherited
		files:  map[string][]byte{"Dockerfile": hostDockerfile, "tcplab": r.binary},
	})
}

// buildKnown builds an image, notes its id as that of an image which this user has built, and returns it.
func (d *daemon) buildKnown(ctx context.Context, b imageBuild) (id string, err error) {
	if err := d.build(ctx, b); err != nil {
		return "", err
	}
	if id, _, err = d.inspectImage(ctx, b.tag); err != nil {
		return "", err
	}
	return id, noteImage(d.id, b.tag, id)
}

// fresh returns the id of an image if it is there, is the one that this user has built, and rests on the base image as it is now, if on any. Its
// name says nothing of what is in it: whoever reaches the engine can give the name to another image. Where the base is not on this
// engine, any image of that name will do: it may have been loaded without its base, or been built from packages.
func (d *daemon) fresh(ctx context.Context, ref, base string) (id string, err error) {
	id, labels, err := d.inspectImage(ctx, ref)
	if err != nil || id == "" || id != notedImage(d.id, ref) {
		return "", err
	}
	if base == "" {
		return id, nil
	}
	baseID, _, err := d.inspectImage(ctx, base)
	if err != nil || baseID != "" && labels[labelBase] != baseID {
		return "", err
	}
	return id, nil
}

// inspectImage returns an image's id and labels; the id is empty when there is no such image.
func (d *daemon) inspectImage(ctx context.Context, ref string) (id string, labels map[string]string, err error) {
	image, err := d.api.ImageInspect(ctx, ref)
	if errdefs.IsNotFound(err) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("docker: inspect image %s: %w", ref, err)
	}
	if image.Config != nil {
		labels = image.Config.Labels
	}
	return image.ID, labels, nil
}

// stillWanted is how old an image must be at least for nobody to be about to make a container of it: another tcplab may have built it.
const stillWanted = time.Hour

// removeOldImages removes the hosts' images of earlier binaries and of the same kind, except young ones, and where a container uses one.
// A failure leaves an image behind, which the next build tries again.
func (d *daemon) removeOldImages(ctx context.Context, role, current string) {
	images, err := d.api.ImageList(ctx, client.ImageListOptions{Filters: only(labelRole + "=" + role)})
	if err != nil {
		return
	}
	for _, old := range images.Items {
		if slices.Contains(old.RepoTags, current) || time.Since(time.Unix(old.Created, 0)) < stillWanted {
			continue
		}
		// Not forced: the engine refuses where a container needs the image.
		_, _ = d.api.ImageRemove(ctx, old.ID, client.ImageRemoveOptions{PruneChildren: true})
	}
}
