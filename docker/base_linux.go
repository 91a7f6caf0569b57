package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// cannotBootstrap says what is missing for building a base image here, or "".
func cannotBootstrap(arch string) string {
	if arch != runtime.GOARCH {
		return fmt.Sprintf("run on a machine of the engine's architecture, %s", arch)
	}
	if _, err := exec.LookPath(bootstrapCommand[0]); err != nil {
		return "install debootstrap (apt-get install debootstrap) and run once as root"
	}
	if os.Geteuid() != 0 {
		return "run once as root, which debootstrap needs"
	}
	return ""
}

// bootstrapInto installs Debian's minimal system into the directory and returns what was printed.
func bootstrapInto(ctx context.Context, dir string) (string, error) {
	var output bytes.Buffer
	cmd := command(ctx, bootstrapCommand[0], append(bootstrapCommand[1:len(bootstrapCommand):len(bootstrapCommand)], dir)...)
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	return output.String(), err
}

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
