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

// The images are built in three layers, each rebuilt only when what it is made of changes: the base (Debian), the
// tools on top of it, and the tcplab binary on top of those.
var (
	//go:embed Dockerfile
	toolsDockerfile []byte
	//go:embed Dockerfile.host
	hostDockerfile []byte
)

const (
	defaultBase = "debian:bookworm-slim"
	baseEnv     = "TCPLAB_BASE_IMAGE"

	// The registry "localhost" keeps the engine from ever asking a public one for an image of such a name, and from
	// running what a stranger has put there.
	imageRepository = "localhost/tcplab/"

	// imageTimeout bounds the making of the images: Debian's base, its tools and a go build on a slow machine.
	imageTimeout = 15 * time.Minute
)

// image returns the reference of the hosts' image, and makes the image where it is missing. Callers at the same time
// share one effort, which goes on when one of them gives up.
func (e *Engine) image(ctx context.Context, d *daemon) (string, error) {
	if ref := e.known(); ref != "" {
		if id, _, err := d.inspectImage(ctx, ref); id != "" || err != nil {
			return ref, err
		}
	}
	done := e.images.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), imageTimeout)
		defer cancel()
		return e.ensureImage(ctx, d)
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("docker: build the hosts' image: %w", ctx.Err())
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		return e.know(r.Val.(string)), nil
	}
}

// known is the hosts' image that this engine has used before. A binary that changes while a program runs does not
// change its labs.
func (e *Engine) known() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.made
}

func (e *Engine) know(ref string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.made = ref
	return ref
}

// recipe is all that the hosts' image is made of.
type recipe struct {
	base   string // reference of the base image
	binary []byte // the tcplab binary
	tools  string // reference of the tools image
	host   string // reference of the hosts' image
}

func newRecipe(arch string, binary []byte) recipe {
	r := recipe{base: os.Getenv(baseEnv), binary: binary}
	if r.base == "" {
		r.base = defaultBase
	}
	tools := digest(toolsDockerfile, []byte(r.base), []byte(arch))
	r.tools = imageRepository + "tools:" + tools
	r.host = imageRepository + "host:" + digest(hostDockerfile, []byte(tools), binary)
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

func (e *Engine) ensureImage(ctx context.Context, d *daemon) (string, error) {
	// Test binaries of several packages start at once: the first builds, the others wait and find the image.
	unlock, err := lockFile(ctx, "docker.lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	binary, err := e.hostBinary(ctx, d.arch)
	if err != nil {
		return "", err
	}
	r := newRecipe(d.arch, binary)
	if fresh, err := d.fresh(ctx, r.host, r.base); fresh || err != nil {
		return r.host, err
	}
	if err := e.ensureTools(ctx, d, r); err != nil {
		return "", err
	}
	e.progress("adding the tcplab binary to the hosts' image")
	if err := d.buildHost(ctx, r); err != nil {
		return "", err
	}
	d.removeOldImages(ctx, r.host)
	return r.host, nil
}

func (e *Engine) ensureTools(ctx context.Context, d *daemon, r recipe) error {
	if fresh, err := d.fresh(ctx, r.tools, r.base); fresh || err != nil {
		return err
	}
	base, err := e.ensureBase(ctx, d, r.base)
	if err != nil {
		return err
	}
	id, _, err := d.inspectImage(ctx, base)
	if err != nil {
		return err
	}
	e.progress("installing the hosts' tools on " + base)
	return d.build(ctx, imageBuild{
		what:   "the hosts' tools",
		tag:    r.tools,
		args:   map[string]string{"BASE": base},
		labels: map[string]string{labelOurs: "1", labelRole: "tools", labelBase: id},
		files:  map[string][]byte{"Dockerfile": toolsDockerfile},
	})
}

func (d *daemon) buildHost(ctx context.Context, r recipe) error {
	return d.build(ctx, imageBuild{
		what:   "the hosts' image",
		tag:    r.host,
		args:   map[string]string{"TOOLS": r.tools},
		labels: map[string]string{labelRole: "host"}, // the others are inherited
		files:  map[string][]byte{"Dockerfile": hostDockerfile, "tcplab": r.binary},
	})
}

// fresh reports whether the image is there and rests on the base image as it is now. Where the base is not on this
// engine, any image of that name will do: it may have been loaded without its base, or been built from packages.
func (d *daemon) fresh(ctx context.Context, ref, base string) (bool, error) {
	id, labels, err := d.inspectImage(ctx, ref)
	if err != nil || id == "" {
		return false, err
	}
	baseID, _, err := d.inspectImage(ctx, base)
	if err != nil {
		return false, err
	}
	return baseID == "" || labels[labelBase] == baseID, nil
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

// removeOldImages removes the hosts' images of earlier binaries, except where a container uses one. A failure leaves
// an image behind, which the next build tries again.
func (d *daemon) removeOldImages(ctx context.Context, current string) {
	images, err := d.api.ImageList(ctx, client.ImageListOptions{Filters: only(labelRole + "=host")})
	if err != nil {
		return
	}
	for _, old := range images.Items {
		if slices.Contains(old.RepoTags, current) {
			continue
		}
		// Not forced: the engine refuses where a container needs the image.
		_, _ = d.api.ImageRemove(ctx, old.ID, client.ImageRemoveOptions{PruneChildren: true})
	}
}
