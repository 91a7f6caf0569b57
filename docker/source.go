package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/moby/moby/client"
)

// ErrNoImage is wrapped by the error for an engine that answers, has no image to make hosts of, and no way to get one.
var ErrNoImage = errors.New("no image to make hosts of")

// registryTimeout bounds the one question to a registry, which may be out of reach without saying so.
const registryTimeout = 3 * time.Second

// remembered are the answers about what lies beyond the engine, for the life of the process: a registry that does not answer
// is asked once, and not by each lab anew.
var remembered = struct {
	sync.Mutex
	answers map[string]remark
}{answers: map[string]remark{}}

type remark struct {
	bootstrapper bootstrapper
	err          error
}

// remember returns the answer to a question about this engine, which is asked once. A caller that gave up has no answer, and
// leaves none.
func (d *daemon) remember(ctx context.Context, question string, ask func() remark) remark {
	remembered.Lock()
	defer remembered.Unlock()
	key := d.api.DaemonHost() + " " + question
	if answer, asked := remembered.answers[key]; asked {
		return answer
	}
	answer := ask()
	if ctx.Err() == nil {
		remembered.answers[key] = answer
	}
	return answer
}

// registryAnswers asks the engine to look an image up in its registry. Nothing is pulled.
func (d *daemon) registryAnswers(ctx context.Context, ref string) error {
	return d.remember(ctx, ref, func() remark {
		ctx, cancel := context.WithTimeout(ctx, registryTimeout)
		defer cancel()
		if _, err := d.api.DistributionInspect(ctx, ref, client.DistributionInspectOptions{}); err != nil {
			return remark{err: fmt.Errorf("look up %s in its registry: %w", ref, err)}
		}
		return remark{}
	}).err
}

// bootstrapper returns what builds a base from Debian's packages here.
func (d *daemon) bootstrapper(ctx context.Context) (bootstrapper, error) {
	answer := d.remember(ctx, "bootstrap", func() remark {
		b, err := findBootstrapper(ctx, d.arch)
		return remark{b, err}
	})
	return answer.bootstrapper, answer.err
}

// canMakeHosts reports why no host can be made: what there is already is looked at first, which takes milliseconds.
func (d *daemon) canMakeHosts(ctx context.Context) error {
	r := newRecipe(d.arch, nil, layers[:1])
	for _, ref := range []string{r.layers[0], r.base, bootstrapBase} {
		if ref == bootstrapBase && r.base != defaultBase {
			continue
		}
		if id, _, err := d.inspectImage(ctx, ref); id != "" || err != nil {
			return err
		}
	}
	unpulled := d.registryAnswers(ctx, r.base)
	if unpulled == nil {
		return nil
	}
	if r.base != defaultBase {
		return unloaded(r.base, unpulled)
	}
	if _, err := d.bootstrapper(ctx); err != nil {
		return nothingToBuildFrom(err)
	}
	return nil
}

// unloaded is for a base image of the user's own.
func unloaded(ref string, err error) error {
	return fmt.Errorf("docker: the base image %s (%s) is not on the engine and cannot be pulled: load it with docker load, or unset %s (%w: %w)",
		ref, baseEnv, baseEnv, ErrNoImage, err)
}

// nothingToBuildFrom is one sentence with the one command that helps.
func nothingToBuildFrom(err error) error {
	advice := fmt.Sprintf("docker pull %s, where a registry answers", defaultBase)
	if os.Geteuid() > 0 {
		advice = "sudo tcplab run closed-port --engine docker"
	}
	return fmt.Errorf("docker: the engine has %w, no registry answers, and %w; what helps: %s", ErrNoImage, err, advice)
}
