package docker

import (
	"context"
	"io"
	"os/exec"

	"golang.org/x/sys/unix"
)

// archiveTree streams the directory as a tar archive. The function returned waits for the end of it.
func archiveTree(ctx context.Context, dir string) (io.Reader, func() error, error) {
	cmd := command(ctx, "tar", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb",
		"--exclude=./var/lib/apt/lists/*", "-C", dir, "-c", ".")
	archive, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	return archive, cmd.Wait, nil
}

// command is a command that takes its children and its mounts along when it ends: debootstrap mounts /proc and /sys
// in its target, which must not be there when the target is removed.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true, Unshareflags: unix.CLONE_NEWNS}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	return cmd
}
