package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/scenarios"
)

// TestFreshMachine runs every scenario where there is nothing but the kernel and tcplab, as the README promises: the program
// lives in a root directory that has no other one, and is to skip nothing. That is a mount of its own, as a machine's is. The two files that name hosts are there, and empty: the lab's
// own are put over them.
func TestFreshMachine(t *testing.T) {
	if os.Geteuid() != 0 || testing.Short() {
		t.Skip("only root can change its root directory; every scenario, in real time, is not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	dir := t.TempDir()
	for _, folder := range []string{"dev", "etc", "proc", "tmp"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, folder), 0o755))
	}
	for _, file := range []string{"dev/null", "etc/hosts", "etc/resolv.conf"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o644))
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "tcplab"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", `mount --bind "$0" "$0" && cd "$0" && mount --rbind /proc proc && mount --bind /dev/null dev/null && exec chroot . /tcplab run --all --json --out /tmp/artifacts`, dir)
	cmd.Env = []string{"HOME=/tmp", "DOCKER_HOST=unix:///nowhere.sock"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS} // the mounts are nobody else's, and go with the program
	var said bytes.Buffer
	cmd.Stderr = &said
	output, err := cmd.Output()
	require.NoError(t, err, "%s", said.String())
	matched := 0
	for line := range bytes.Lines(output) {
		var r struct {
			Scenario, Skipped string
			Match             bool
		}
		require.NoError(t, json.Unmarshal(line, &r))
		assert.Empty(t, r.Skipped, r.Scenario)
		assert.True(t, r.Match, r.Scenario)
		matched++
	}
	briefly := 0
	for _, s := range scenarios.All() {
		if !s.Long {
			briefly++
		}
	}
	assert.Equal(t, briefly, matched, "every scenario that does not take minutes")
}
