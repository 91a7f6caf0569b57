package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/scenarios"
)

// The parts of a run are the whole, without an overlap, and none has more to do than another.
func TestPartsAreTheWhole(t *testing.T) {
	all := scenarios.All()
	for _, n := range []int{1, 3, 8, len(all)} {
		found, waiting := map[string]int{}, []time.Duration{}
		for i := range n {
			list, err := shardFlag{i + 1, n}.share(all)
			require.NoError(t, err)
			assert.InDelta(t, len(all)/n, len(list), 1)
			wait := time.Duration(0)
			for _, s := range list {
				found[s.Name]++
				wait += s.Waits()
			}
			waiting = append(waiting, wait)
		}
		assert.Len(t, found, len(all))
		for name, times := range found {
			assert.Equal(t, 1, times, name)
		}
		longest := slices.MaxFunc(all, func(a, b harness.Scenario) int { return cmp.Compare(a.Waits(), b.Waits()) }).Waits()
		assert.LessOrEqual(t, slices.Max(waiting)-slices.Min(waiting), longest, "%d parts: %v", n, waiting)
	}
}

// The step of the GitHub Action, as its runner executes it.
func TestAction(t *testing.T) {
	t.Parallel()
	cmdtest.NeedEngine(t, "netns")
	source, err := filepath.Abs(enginetest.Root())
	require.NoError(t, err)
	folder := t.TempDir()
	page := filepath.Join(folder, "page.md")
	for arguments, code := range map[string]int{
		"closed-port 'service-resets' --engine netns":             0,
		`closed-port --engine netns -- sh -c 'exit 0 # "quoted"'`: 1,
		"no-such-failure $(touch executed) `touch executed`":      2,
	} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(source, ".ci", "action"))
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "TCPLAB_SOURCE="+source, "TCPLAB_ARGUMENTS="+arguments, "TCPLAB_ARTIFACTS="+filepath.Join(folder, "kept"),
			"GITHUB_STEP_SUMMARY="+page, "GITHUB_ACTIONS=")
		out, _ := cmd.CombinedOutput()
		assert.Equal(t, code, cmd.ProcessState.ExitCode(), "%s: %s", arguments, out)
		if code == 1 {
			assert.Contains(t, string(out), "::error title=tcplab::")
		}
	}
	assert.NoFileExists(t, filepath.Join(folder, "executed"))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(text), "**2 scenarios: 2 match, ")
	assert.Contains(t, string(text), "**1 failures**")
	assert.FileExists(t, filepath.Join(folder, "kept", "junit.xml"))
	found, err := filepath.Glob(filepath.Join(folder, "kept", "*-*", "service-resets-netns-ipv4", "report.html"))
	require.NoError(t, err)
	assert.Len(t, found, 1)
}
