package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// NamesName is the argument 0 of a process that gives itself names of its own and then becomes a command, by [RunNamed].
const NamesName = "tcplab-names"

// ownFiles are those from which a host's programs resolve names, by what the verb calls them.
var ownFiles = map[string]string{"hosts": hostsFile, "resolver": resolverFile}

const (
	hostsFile    = "/etc/hosts"
	resolverFile = "/etc/resolv.conf"
	sourcesFile  = "/etc/nsswitch.conf"
)

// names writes the file as it lies there: a container's is mounted, and no other can take its place.
func names(_ context.Context, s Streams, args []string) error {
	if len(args) != 1 || ownFiles[args[0]] == "" {
		return Usagef("usage: tcplab host names hosts|resolver (standard input is hosts(5) or resolv.conf(5))")
	}
	if s.Namespace.file != nil {
		return errors.New("this host has the files of the machine that it is on")
	}
	text, err := io.ReadAll(s.Stdin)
	if err != nil {
		return err
	}
	return os.WriteFile(ownFiles[args[0]], text, 0o644)
}

// resolver prints the [lab.Resolver] of a process of this host.
func resolver(ctx context.Context, s Streams, args []string) error {
	if len(args) != 0 {
		return Usagef("usage: tcplab host resolver")
	}
	if s.Namespace.file != nil {
		return inOwnProcess(ctx, s, nil, []string{"resolver"})
	}
	text, err := os.ReadFile(resolverFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return PrintJSON(s.Stdout, lab.ParseResolver(string(text)))
}

// OwnNames are what a process resolves names from, in the place of the machine's files.
type OwnNames struct {
	// Hosts is the content of its /etc/hosts; empty: it is the machine's.
	Hosts string
	// Resolver is that of its /etc/resolv.conf; empty: it has no name server.
	Resolver string
}

// Give lets a command that is not started yet resolve names from these, if there are any.
func (n OwnNames) Give(cmd *exec.Cmd) {
	if n == (OwnNames{}) {
		return
	}
	cmd.Args = append([]string{NamesName, n.Hosts, n.Resolver, cmd.Path}, cmd.Args...)
	cmd.Path = "/proc/self/exe"
}

// RunNamed becomes a command with names of its own: its arguments are the fields of [OwnNames], the path of the program, and
// its arguments from 0 on. It returns when that has failed, with the exit code of a shell in the same place.
func RunNamed(args []string) int {
	if len(args) < 4 {
		fmt.Fprintln(os.Stderr, "tcplab: a command with names of its own needs them, a path and a name")
		return 126
	}
	// A mount namespace is a thread's, until exec makes this thread the only one.
	runtime.LockOSThread()
	err := os.NewSyscallError("new mount namespace", unix.Unshare(unix.CLONE_NEWNS|unix.CLONE_NEWUTS))
	if err != nil {
		namesRefused(err)
	} else {
		OwnNames{args[0], args[1]}.Use()
		leaveDomain()
	}
	err = unix.Exec(args[2], args[3:], os.Environ())
	fmt.Fprintf(os.Stderr, "tcplab: %s: %v\n", args[2], err)
	return 126
}

// leaveDomain cuts the domain off the name of this machine, in a UTS namespace of this process's own: resolvers look for names without
// a dot, and for those that do not exist, in that domain, too.
func leaveDomain() {
	name, err := os.Hostname()
	if own, domain, ok := strings.Cut(name, "."); err == nil && ok && domain != "" {
		_ = unix.Sethostname([]byte(own)) // it is this process's to set
	}
}

// staging is the folder over which a file system in memory is mounted while files are made in it. It is seen by this process alone.
const staging = "/tmp"

// Use puts files of this process's own over those from which names are resolved, in a mount namespace that is its own already: the
// machine's stay as they are. Where that is not allowed, it says so.
func (n OwnNames) Use() {
	if err := n.cover(); err != nil {
		namesRefused(err)
	}
}

func namesRefused(err error) {
	fmt.Fprintf(os.Stderr, "tcplab: the names of the lab's hosts cannot be used here (%v): use the addresses\n", err)
}

func (n OwnNames) cover() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount private", err)
	}
	if err := unix.Mount("tmpfs", staging, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=1m"); err != nil {
		return os.NewSyscallError("mount tmpfs", err)
	}
	var errs []error
	if n.Hosts != "" {
		errs = append(errs, cover(hostsFile, n.Hosts))
	}
	if n.Resolver == "" {
		n.Resolver = "# the lab has no name server\n"
	}
	errs = append(errs, cover(resolverFile, n.Resolver), coverSources())
	return errors.Join(append(errs, os.NewSyscallError("unmount", unix.Unmount(staging, unix.MNT_DETACH)))...)
}

// coverSources lets names be resolved from these files and by these servers alone, nsswitch(5): a machine's own service for names
// (nss-resolve) is reached by a socket in the file system, and would carry questions out of the lab.
func coverSources() error {
	text, err := os.ReadFile(sourcesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return cover(sourcesFile, hostsSource.ReplaceAllString(string(text), "hosts: files dns"))
}

var hostsSource = regexp.MustCompile(`(?m)^\s*hosts:.*$`)

// cover mounts a file with this content over another, if that exists.
func cover(path, content string) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && path != hostsFile {
		return nil // such as a link to what a service would write that does not run
	}
	if err != nil {
		return err
	}
	file := filepath.Join(staging, filepath.Base(path))
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		return err
	}
	return os.NewSyscallError("mount "+path, unix.Mount(file, target, "", unix.MS_BIND, ""))
}
