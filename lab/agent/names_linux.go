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
	"runtime"

	"golang.org/x/sys/unix"
)

// NamesName is the argument 0 of a process that gives itself names of its own and then becomes a command, by [RunNamed].
const NamesName = "tcplab-names"

// names writes the file as it lies there: a container's is mounted, and no other can take its place.
func names(_ context.Context, s Streams, args []string) error {
	if len(args) != 0 {
		return Usagef("usage: tcplab host names (standard input is hosts(5))")
	}
	if s.Namespace.file != nil {
		return errors.New("this host has the files of the machine that it is on")
	}
	text, err := io.ReadAll(s.Stdin)
	if err != nil {
		return err
	}
	return os.WriteFile("/etc/hosts", text, 0o644)
}

// GiveNames lets a command that is not started yet have an /etc/hosts with this content.
func GiveNames(cmd *exec.Cmd, hosts string) {
	cmd.Args = append([]string{NamesName, hosts, cmd.Path}, cmd.Args...)
	cmd.Path = "/proc/self/exe"
}

// RunNamed becomes a command whose /etc/hosts has the content of its own: its arguments are that, the path of the program, and
// its arguments from 0 on. It returns when that has failed, with the exit code of a shell in the same place.
func RunNamed(args []string) int {
	if len(args) < 3 {
		fmt.Fprintln(os.Stderr, "tcplab: a command with names of its own needs them, a path and a name")
		return 126
	}
	// A mount namespace is a thread's, until exec makes this thread the only one.
	runtime.LockOSThread()
	err := os.NewSyscallError("new mount namespace", unix.Unshare(unix.CLONE_NEWNS))
	if err != nil {
		namesRefused(err)
	} else {
		UseNames(args[0])
	}
	err = unix.Exec(args[1], args[2:], os.Environ())
	fmt.Fprintf(os.Stderr, "tcplab: %s: %v\n", args[1], err)
	return 126
}

// staging is the folder over which a file system in memory is mounted while files are made in it. It is seen by this process alone.
const staging = "/tmp"

// UseNames puts files of this process's own over those from which names are resolved, in a mount namespace that is its own already: the
// machine's stay as they are. Where that is not allowed, it says so.
func UseNames(hosts string) {
	if err := coverNames(hosts); err != nil {
		namesRefused(err)
	}
}

func namesRefused(err error) {
	fmt.Fprintf(os.Stderr, "tcplab: the names of the lab's hosts cannot be used here (%v): use the addresses\n", err)
}

func coverNames(hosts string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount private", err)
	}
	if err := unix.Mount("tmpfs", staging, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=1m"); err != nil {
		return os.NewSyscallError("mount tmpfs", err)
	}
	err := errors.Join(cover("/etc/hosts", hosts), cover("/etc/resolv.conf", "# the lab has no name server\n"))
	return errors.Join(err, os.NewSyscallError("unmount", unix.Unmount(staging, unix.MNT_DETACH)))
}

// cover mounts a file with this content over another, if that exists.
func cover(path, content string) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) && path != "/etc/hosts" {
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
