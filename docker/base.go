package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/moby/moby/client"
)

// pullTimeout bounds the wait for a registry, which may be out of reach without saying so.
const pullTimeout = 2 * time.Minute

// The base that is built where no registry answers. The tag names the way it was built, so that a change of it is
// seen.
const debianRelease = "bookworm"

var (
	bootstrapCommand = []string{"debootstrap", "--variant=minbase", debianRelease}
	bootstrapBase    = imageRepository + "base:" + debianRelease + "-" + digest([]byte(strings.Join(bootstrapCommand, " ")))
)

// ensureBase returns the reference of a base image that is on the engine: the wanted one, there already or pulled, or
// one built from Debian's packages.
func (e *Engine) ensureBase(ctx context.Context, d *daemon, wanted string) (string, error) {
	if id, _, err := d.inspectImage(ctx, wanted); id != "" || err != nil {
		return wanted, err
	}
	if wanted == defaultBase {
		if id, _, err := d.inspectImage(ctx, bootstrapBase); id != "" || err != nil {
			return bootstrapBase, err
		}
	}
	if err := d.registryAnswers(ctx, wanted); err != nil {
		return e.buildBase(ctx, d, wanted, err)
	}
	e.progress("pulling " + wanted)
	if err := d.pull(ctx, wanted); err != nil {
		return e.buildBase(ctx, d, wanted, err)
	}
	return wanted, nil
}

// buildBase builds the base from Debian's packages, because it cannot be pulled.
func (e *Engine) buildBase(ctx context.Context, d *daemon, wanted string, unpulled error) (string, error) {
	if wanted != defaultBase {
		return "", unloaded(wanted, unpulled)
	}
	b, err := d.bootstrapper(ctx)
	if err != nil {
		return "", nothingToBuildFrom(err)
	}
	e.progress("no registry answers: building the base from Debian's packages, about half a minute")
	if err := d.bootstrap(ctx, b); err != nil {
		return "", errors.Join(err, fmt.Errorf("docker: before that: %w", unpulled))
	}
	return bootstrapBase, nil
}

func (d *daemon) pull(ctx context.Context, ref string) error {
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	account, err := d.api.ImagePull(ctx, ref, client.ImagePullOptions{})
	if err != nil {
		return fmt.Errorf("pull %s: %w", ref, err)
	}
	defer account.Close()
	if err := followOutput(account); err != nil {
		return fmt.Errorf("pull %s: %w", ref, err)
	}
	return nil
}

// bootstrap builds the base image from Debian's packages on this machine and sends it to the engine.
func (d *daemon) bootstrap(ctx context.Context, b bootstrapper) error {
	dir, err := os.MkdirTemp("", "tcplab-base-")
	if err != nil {
		return fmt.Errorf("docker: build the base image: %w", err)
	}
	defer os.RemoveAll(dir)
	if output, err := b.run(ctx, dir); err != nil {
		return fmt.Errorf("docker: build the base image with %s: %w", bootstrapCommand[0], withOutput(err, output))
	}
	if err := d.importTree(ctx, dir); err != nil {
		return fmt.Errorf("docker: import the base image: %w", err)
	}
	return nil
}

// importTree makes the base image of a directory, which is streamed to the engine as it is read.
func (d *daemon) importTree(ctx context.Context, dir string) error {
	archive, wait, err := archiveTree(ctx, dir)
	if err != nil {
		return err
	}
	account, err := d.api.ImageImport(ctx, client.ImageImportSource{Source: archive, SourceName: "-"}, bootstrapBase,
		client.ImageImportOptions{
			Message: strings.Join(bootstrapCommand, " "),
			Changes: []string{"LABEL " + labelOurs + "=1 " + labelRole + "=base", `CMD ["bash"]`},
		})
	if err == nil {
		err = followOutput(account)
		err = errors.Join(err, account.Close())
	}
	// What was not read must be, or tar would not end.
	_, _ = io.Copy(io.Discard, archive)
	return errors.Join(err, wait())
}
