package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
)

// containerName is what "run --engine" calls one container for all labs. It is in no list of engines, because it builds none: the command line
// itself runs there, as a [docker.Errand], with --engine netns.
const containerName = "container"

// keptInFlag is the flag by which "run" is told in a container which folder to fill.
const keptInFlag = "kept-in"

// errOnlyRun is for what is not in the container, or has to outlast it.
var errOnlyRun = errors.New("--engine container is for \"tcplab run\" without a server or an image of your own, because they are not in the container, " +
	"which ends with the run: take --engine docker")

// namespacesCommand is the command that [docker.Engine.CanRun] sends to a container.
const namespacesCommand = "namespaces"

func newNamespaces() *cobra.Command {
	return &cobra.Command{
		Use:    namespacesCommand,
		Short:  "Look whether the netns engine can run here",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := chooseEngine(cmd.Context(), "netns")
			return err
		},
	}
}

// tellOutside tells in a container, to those who started that, why an engine is not available: nobody else is told, because they may have
// another container to try. The advice is left out, because it is for people who start containers by hand.
func tellOutside(err error) error {
	name := os.Getenv(docker.UnavailableEnv)
	if err == nil || name == "" {
		return err
	}
	if unwritten := os.WriteFile(name, []byte(cmp.Or(errors.Unwrap(err), err).Error()), 0o644); unwritten != nil {
		return errors.Join(err, unwritten)
	}
	return exitCode(exitFailure)
}

// passedOn are the variables of the environment by which text looks as it does.
var passedOn = []string{"TERM", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG", langVariable}

// runInContainer runs the same command line in a container that has the programs; argv is what stands behind --. Files come back when it has ended.
func (f runFlags) runInContainer(cmd *cobra.Command, names, programs []string, argv ...string) error {
	closeOut, err := f.openOut()
	if err != nil {
		return err
	}
	out, errOut := fileOf(cmd.OutOrStdout()), fileOf(cmd.ErrOrStderr()) // as it comes: it was made safe for a terminal in the container
	errand := docker.Errand{Programs: programs, Folder: filepath.ToSlash(f.out), Files: map[string]func(io.Reader) error{}, Stdout: out, Stderr: errOut, Signals: takeSignals,
		Terminal: isTerminal(out) && isTerminal(errOut)}
	errand.Args = []string{"run", "--engine=netns", "--" + keptInFlag + "=" + errand.Folder, "--color=" + string(f.color.decided(cmd.OutOrStdout()))}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		begins, value := "", flag.Value.String()
		switch flag.Name {
		case "engine", "out", "color":
			return
		case "junit":
			begins = "<?xml"
		case "summary-md":
			begins = "**"
		}
		if name := value; begins != "" && name != "" {
			value = docker.ErrandFiles + "/" + flag.Name
			errand.Files[value] = func(content io.Reader) error {
				return f.named(name, begins, func(w io.Writer) error {
					_, err := io.Copy(w, content)
					return err
				})
			}
		}
		errand.Args = append(errand.Args, "--"+flag.Name+"="+value)
	})
	errand.Args = append(errand.Args, names...)
	if len(argv) > 0 {
		errand.Args = append(append(errand.Args, "--"), argv...)
	}
	errand.Env = environment(errOut, errand.Terminal)
	code, err := containers(cmd).Run(cmd.Context(), errand)
	if errors.Is(err, lab.ErrUnsupported) {
		err = fmt.Errorf("%w: take --engine netns, or --engine docker with an image of your own (--client-image)", err)
	}
	if err = errors.Join(err, closeOut()); err == nil && code != 0 {
		return exitCode(code)
	}
	return err
}

// containers is the engine of containers, which says what takes long.
func containers(cmd *cobra.Command) *docker.Engine {
	e := docker.New()
	e.Progress = func(step string) { warn(cmd, "%s", step) }
	return e
}

// environment is that of the command in the container.
func environment(terminal *os.File, is bool) []string {
	var list []string
	for _, name := range passedOn {
		if value, set := os.LookupEnv(name); set {
			list = append(list, name+"="+value)
		}
	}
	if columns, lines, err := terminalSize(terminal); is && err == nil {
		list = append(list, fmt.Sprintf("%s=%d", columnsVariable, columns), fmt.Sprintf("%s=%d", linesVariable, lines))
	}
	return list
}
