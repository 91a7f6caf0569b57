//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/tcplab/tcplab/standing"
)

func newExec() *cobra.Command {
	cmd := &cobra.Command{
		ValidArgsFunction: completeHost,
		Use:               "exec HOST [--] COMMAND...",
		Short:             "Run a command on a host of a lab that stands",
		Long: `Run a command on a host, with the standard streams of this one, and exit with its exit code. Signals, Ctrl-C for one, go
to the command. On a terminal it has one of its own, as with "ssh -t". As ssh does, it reads standard input ahead
of the command: in a script that is read from there, give it </dev/null.

With the netns engine the command is a program of this machine, found as here, with the environment of this one and in the current
folder; with the docker engine it is one of the container's. TCPLAB_HOST, TCPLAB_PORT, TCPLAB_ADDR and TCPLAB_URL in its environment
name the service, and the lab's hosts have names: "server", "server.lab". What it leaves in the background goes
on until the lab is taken down.`,
		Example: `  tcplab exec client curl -m 3 http://203.0.113.10:8080/
  tcplab exec server ss -ltn
  tcplab exec server tcpdump -i eth0 -w /tmp/server.pcap tcp port 8080`,
		Args: cobra.MinimumNArgs(2),
	}
	lab := labFlag(cmd)
	cmd.Flags().SetInterspersed(false) // what stands behind the host is the command's
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := standing.Find(cmd.Context(), *lab)
		if err != nil {
			return err
		}
		command := args[1:]
		if command[0] == "--" { // as with docker and kubectl
			command = command[1:]
		}
		if len(command) == 0 {
			return argumentError(cmd, args)
		}
		return runOn(cmd, l, args[0], command, nil)
	}
	return cmd
}

// runOn runs a command on a host, and ends with its exit code.
func runOn(cmd *cobra.Command, l *standing.Held, host string, argv, env []string) error {
	c := standing.Command{Host: host, Argv: argv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if l.Info().Resident {
		dir, err := os.Getwd()
		if err != nil {
			return err
		}
		labs, err := standing.Environ()
		if err != nil {
			return err
		}
		c.Dir, c.Env, c.WholeEnv = dir, append(os.Environ(), labs...), true
	}
	c.Hosts = l.Info().HostsFile
	c.Env = append(append(c.Env, l.Info().Env...), env...)
	var code int
	var err error
	if onTerminal() {
		c.Env = append(c.Env, "TERM="+os.Getenv("TERM"))
		code, err = l.RunOnTerminal(cmd.Context(), c)
	} else {
		code, err = runPlain(cmd, l, c)
	}
	if err != nil {
		return err
	}
	if code != 0 {
		return exitCode(code)
	}
	return nil
}

// onTerminal reports whether a person sits in front of this process: a job in the background must leave the terminal alone.
func onTerminal() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) && inForeground()
}

func inForeground() bool {
	group, err := unix.IoctlGetInt(int(os.Stdin.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// runPlain runs a command with this process's streams.
func runPlain(cmd *cobra.Command, l *standing.Held, c standing.Command) (int, error) {
	// From here on, they are the command's. What has come before has ended the context.
	signal.Reset(os.Interrupt, unix.SIGTERM)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	defer signal.Stop(signals)
	stdin, err := inputOf(os.Stdin)
	if err != nil {
		return 0, err
	}
	defer stdin.Close()
	c.Stdin = stdin
	return l.Run(cmd.Context(), c, signals)
}

// inputOf returns what a command may read. A file is handed over. What a pipe or a terminal gives is read here and passed
// on: a read by the lab's holder would outlive the command, and take what is meant for the next.
func inputOf(stdin *os.File) (*os.File, error) {
	info, err := stdin.Stat()
	switch {
	case err != nil, term.IsTerminal(int(stdin.Fd())) && !inForeground():
		return os.Open(os.DevNull)
	case info.Mode().IsRegular():
		return stdin, nil
	}
	input, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer feed.Close()
		_, _ = io.Copy(feed, stdin) // a command may leave its input unread
	}()
	return input, nil
}

func newShell() *cobra.Command {
	cmd := &cobra.Command{
		ValidArgsFunction: completeHost,
		Use:               "shell HOST",
		Short:             "Open a shell on a host of a lab that stands",
		Long: `Open a shell on a host: with the netns engine your own ($SHELL), in the current folder; with the docker engine bash. The
prompt of bash names the host and the lab; any other shell has TCPLAB_SHELL and TCPLAB_LAB in its environment.

Exit code: the shell's; 2 when it could not be opened.`,
		Args: cobra.ExactArgs(1),
	}
	lab := labFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := standing.Find(cmd.Context(), *lab)
		if err != nil {
			return err
		}
		info := l.Info()
		env := []string{"TCPLAB_SHELL=" + args[0], "TCPLAB_LAB=" + info.Lab, "PS1=" + prompt(args[0], info.Lab)}
		return runOn(cmd, l, args[0], shell(info, args[0]), env)
	}
	return cmd
}

func prompt(host, lab string) string { return host + "@" + lab + ` \w \$ ` }

// shell is the command line of a shell. That of bash sets its prompt after the user's own settings.
func shell(info standing.Info, host string) []string {
	path := "bash"
	if info.Resident {
		path = os.Getenv("SHELL")
		if found, err := exec.LookPath("bash"); path == "" && err == nil {
			path = found
		}
		if path == "" {
			path = "sh"
		}
	}
	if filepath.Base(path) != "bash" || !onTerminal() {
		return []string{path}
	}
	const settings = `exec "$0" --rcfile <(cat ~/.bashrc 2>/dev/null; printf '\nPS1=%q\n' "$1") -i`
	return []string{path, "-c", settings, path, prompt(host, info.Lab)}
}
