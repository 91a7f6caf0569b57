package docker_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/docker"
)

const leaveEnv = "TCPLAB_TEST_LEAVE_LAB"

// TestLeaveLab is the child of TestSweep: it builds a lab, says which, and waits to be killed.
func TestLeaveLab(t *testing.T) {
	if os.Getenv(leaveEnv) == "" {
		t.Skip("run by TestSweep")
	}
	l, ctx := newLab(t)
	fmt.Println("lab " + labID(t, ctx, hostOf(t, l, "client")))
	select {}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	engine, ctx := newEngine(t)
	alive := buildLab(t, ctx, engine)
	aliveID := labID(t, ctx, hostOf(t, alive, "client"))

	child := again(t, ctx, "TestLeaveLab", leaveEnv+"=1")
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	var id string
	for lines := bufio.NewScanner(out); id == "" && lines.Scan(); {
		id, _ = strings.CutPrefix(lines.Text(), "lab ")
		if id == lines.Text() {
			id = ""
		}
	}
	require.NotEmpty(t, id, "the child has built no lab")

	// As long as the child lives, its lab is left alone.
	removed, kept, err := docker.New().Sweep(ctx)
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(removed, "\n"), id)
	assert.Contains(t, strings.Join(kept, "\n"), fmt.Sprintf("lab %s of process %d on ", id, child.Process.Pid))

	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.Len(t, ours(t, ctx, "tcplab.lab="+id), 5)

	removed, kept, err = docker.New().Sweep(ctx)
	require.NoError(t, err)
	assert.Empty(t, ours(t, ctx, "tcplab.lab="+id))
	assert.Contains(t, removed, "container tcplab-"+id+"-client")
	assert.Contains(t, removed, "network tcplab-"+id+"-client-side")
	assert.Contains(t, strings.Join(kept, "\n"), "lab "+aliveID)
	assert.Len(t, ours(t, ctx, "tcplab.lab="+aliveID), 5)
}

// The first lab of an engine removes what killed processes left behind.
func TestBuildSweeps(t *testing.T) {
	t.Parallel()
	_, ctx := newEngine(t)
	child := again(t, ctx, "TestLeaveLab", leaveEnv+"=1")
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "lab ") {
	}
	id := strings.TrimPrefix(lines.Text(), "lab ")
	require.NotEmpty(t, id, "the child has built no lab")
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	buildLab(t, ctx, docker.New())
	assert.Empty(t, ours(t, ctx, "tcplab.lab="+id))
}
