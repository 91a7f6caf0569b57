package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// An Errand is a command line of tcplab that is sent to a container of its own and builds all of its labs there, by the engine on
// namespaces: in milliseconds, where this machine has no namespaces (macOS, Windows) or forbids them. It is no [lab.Engine], because
// it builds no topology: it is a place where the whole command line runs, from its first flag to its exit code.
//
// The container has the tcplab binary and nothing else, no network, and the rights that namespaces need (see attempts). All goes over
// the engine's API, so that the engine may be on another machine. The container carries the labels of a lab: where this process is
// killed, the next sweep finds it.
type Errand struct {
	// Args are the command line behind "tcplab". A command that finds no namespaces writes why into the file that [UnavailableEnv] names.
	Args []string
	// Env is its environment, each "NAME=value".
	Env []string
	// Programs are what it starts beside tcplab. Those that the hosts' image has may be here; where there are any, the container is of that.
	Programs []string
	// Folder is the folder that it fills, as Args name it. It exists on this machine, empty; what the command has left in it in the
	// container is copied here. It may be empty: there is none.
	Folder string
	// Files are what becomes of other files that it writes, by their paths in the container, which are below [ErrandFiles]. Of a file that it
	// does not write nothing becomes.
	Files map[string]func(content io.Reader) error
	// Terminal gives it a terminal: both of its streams are then Stdout.
	Terminal bool
	// Stdout and Stderr are where its output goes as it comes.
	Stdout, Stderr io.Writer
	// Signals, where set, is called when the command is about to run: the signals that come from then on are handed to it, until the
	// function is called that it returns.
	Signals func() (signals <-chan os.Signal, stop func())
}

// UnavailableEnv is the environment variable by which the command of an [Errand] knows where to say that it has found no namespaces.
const UnavailableEnv = "TCPLAB_UNAVAILABLE"

const (
	// errandRole is the role of the image with nothing but the tcplab binary.
	errandRole = "errand"
	// errandProgram is the binary, as Dockerfile.host puts it there.
	errandProgram = "/usr/local/bin/tcplab"
	// ErrandFiles is the folder in a container for files that are in no folder of the user's. The engine on namespaces needs one of this name, too.
	ErrandFiles = "/tmp"
	// unavailableFile is where the variable leads.
	unavailableFile = ErrandFiles + "/unavailable"
	// imageTries is how often the image is made again for one errand where others, of another binary, remove it as soon as it is made.
	imageTries = 4
	// endTimeout bounds the wait for a container after its command's end: for its output, its files and its removal.
	endTimeout = 2 * time.Minute
)

// Run runs the errand and returns the exit code of its command. The error is for what kept it from running or its folder from coming back.
func (e *Engine) Run(ctx context.Context, errand Errand) (code int, err error) {
	d, err := e.connect(ctx)
	if err != nil {
		return 0, err
	}
	inside, err := errand.inside()
	if err != nil {
		return 0, err
	}
	e.sweepOnce(ctx)
	var reasons []string
	for _, r := range d.attempts() {
		code, err := e.attempt(ctx, d, errand, inside, r)
		unavailable, ok := errors.AsType[*noNamespaces](err)
		if !ok {
			return code, err
		}
		reasons = append(reasons, unavailable.Error())
	}
	return 0, fmt.Errorf("docker: no container of this engine can hold labs of namespaces (%s): take --engine docker, whose hosts are containers", strings.Join(reasons, "; "))
}

// attempt runs the errand in a new container with these rights, and removes that.
func (e *Engine) attempt(ctx context.Context, d *daemon, errand Errand, inside place, r rights) (code int, err error) {
	me, err := self()
	if err != nil {
		return 0, err
	}
	p := plan{id: randomID(), owner: me}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
		defer cancel()
		err = errors.Join(err, d.removeLab(ctx, p.id))
	}()
	id, err := e.createErrand(ctx, d, p, errand, inside, r)
	if err != nil {
		return 0, err
	}
	if code, err = d.runErrand(ctx, id, errand, inside); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	unavailable := &noNamespaces{as: r.as}
	if err := d.bringFile(ctx, id, unavailableFile, unavailable.read); err != nil || unavailable.reason != "" {
		return 0, cmp.Or[error](err, unavailable)
	}
	return code, d.bring(ctx, id, errand, inside)
}

// noNamespaces is an attempt that has failed, with the command's own words.
type noNamespaces struct{ as, reason string }

func (n *noNamespaces) Error() string { return n.as + ": " + n.reason }

func (n *noNamespaces) read(content io.Reader) error {
	text, err := io.ReadAll(content)
	n.reason = string(text)
	return err
}

// errandImage returns the id of the smallest image with tcplab and the programs.
func (e *Engine) errandImage(ctx context.Context, d *daemon, programs []string) (string, error) {
	if len(programs) == 0 {
		return e.image(ctx, d, errandRole, func(ctx context.Context) (string, error) { return e.ensureErrandImage(ctx, d) })
	}
	k, err := kindFor(programs)
	if err != nil {
		return "", err
	}
	return e.hostImage(ctx, d, k)
}

// ensureErrandImage makes the image where it is missing. Its name tells its content, so that two versions of tcplab never meet.
func (e *Engine) ensureErrandImage(ctx context.Context, d *daemon) (string, error) {
	binary, err := e.wholeBinary(ctx, d.arch)
	if err != nil {
		return "", err
	}
	ref := imageRepository + errandRole + ":" + digest(hostDockerfile, binary)
	if id, err := d.fresh(ctx, ref, ""); id != "" || err != nil {
		return id, err
	}
	id, err := d.buildKnown(ctx, imageBuild{
		what:   "the image for tcplab itself",
		tag:    ref,
		args:   map[string]string{"TOOLS": "scratch"},
		labels: map[string]string{labelOurs: "1", labelRole: errandRole},
		files:  map[string][]byte{"Dockerfile": hostDockerfile, "tcplab": binary},
	})
	if err != nil {
		return "", err
	}
	d.removeOldImages(ctx, errandRole, ref)
	return id, nil
}

// createErrand creates the errand's container, and returns its id.
func (e *Engine) createErrand(ctx context.Context, d *daemon, p plan, errand Errand, inside place, r rights) (id string, _ error) {
	for range imageTries {
		image, err := e.errandImage(ctx, d, errand.Programs)
		if err != nil {
			return "", err
		}
		whole, cancel, err := detached(ctx)
		if err != nil {
			return "", err
		}
		created, err := d.api.ContainerCreate(whole, client.ContainerCreateOptions{
			Name: p.name("run"),
			Config: &container.Config{
				Image: image, User: r.user, Labels: p.labels(), Entrypoint: []string{errandProgram}, Cmd: errand.Args, WorkingDir: inside.dir,
				Env: append([]string{UnavailableEnv + "=" + unavailableFile}, errand.Env...), Tty: errand.Terminal, AttachStdout: true, AttachStderr: true,
				Volumes: inside.volumes(),
			},
			HostConfig: r.hostConfig(),
		})
		cancel()
		if err == nil {
			return created.ID, nil
		}
		// Another process, with another binary, may have removed the image since it was found to be there.
		if !errdefs.IsNotFound(err) {
			return "", fmt.Errorf("docker: create a container for the labs: %w", err)
		}
	}
	return "", errors.New("docker: the image for the labs is removed again and again: wait until no other tcplab runs on this engine")
}

// runErrand runs the command in its container, and returns its exit code.
func (d *daemon) runErrand(ctx context.Context, id string, errand Errand, inside place) (code int, err error) {
	whole, cancel, err := detached(ctx)
	if err != nil {
		return 0, err
	}
	defer cancel()
	if err := d.makeFolders(whole, id, ErrandFiles, inside.dir, inside.folder); err != nil {
		return 0, err
	}
	running, err := d.startAttached(whole, id, false)
	if err != nil {
		return 0, fmt.Errorf("docker: start a container for the labs: %w", err)
	}
	return running.conclude(ctx, d, errand)
}

// conclude hands over output and signals until the command has ended, and returns its exit code. When the context ends, so does the command.
func (a *attached) conclude(ctx context.Context, d *daemon, errand Errand) (int, error) {
	defer a.stream.Close()
	copied := make(chan error, 1)
	go func() { copied <- errand.copyOutput(a.stream.Reader) }()
	var signals <-chan os.Signal
	if errand.Signals != nil {
		taken, stop := errand.Signals()
		defer stop()
		signals = taken
	}
	for {
		select {
		case s := <-signals:
			if number, ok := s.(syscall.Signal); ok {
				// It may have ended by itself, which is seen in a moment.
				_, _ = d.api.ContainerKill(ctx, a.id, client.ContainerKillOptions{Signal: fmt.Sprint(int(number))})
			}
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case err := <-copied:
			if err != nil { // it would block on output that nobody takes
				return 0, fmt.Errorf("docker: copy the output: %w", err)
			}
			copied = nil
		case <-a.dead:
			if copied != nil && a.unknown == nil {
				a.unknown = await(copied)
			}
			return a.status, a.unknown
		}
	}
}

func (errand Errand) copyOutput(from io.Reader) (err error) {
	if errand.Terminal {
		_, err = io.Copy(errand.Stdout, from)
	} else {
		_, err = stdcopy.StdCopy(errand.Stdout, errand.Stderr, from)
	}
	return err
}

// await waits for the rest of the output.
func await(copied <-chan error) error {
	select {
	case err := <-copied:
		return err
	case <-time.After(endTimeout):
		return errors.New("docker: the end of the output did not come")
	}
}

// CanRun reports why no errand can be run here: no engine, no tcplab binary for it, or containers without namespaces. It is found out by doing
// it: args are the command line that looks for namespaces and does nothing else.
func (e *Engine) CanRun(ctx context.Context, args ...string) error {
	var out strings.Builder
	code, err := e.Run(ctx, Errand{Args: args, Stdout: &out, Stderr: &out})
	if err == nil && code != 0 {
		err = fmt.Errorf("docker: tcplab ended with exit code %d in a container: %s", code, strings.TrimSpace(out.String()))
	}
	return err
}
