package main

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/harness"
)

// TestBenchVerdicts makes a few runs of each kind on a machine that is kept busy.
func TestBenchVerdicts(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	out, err := exec.Command(cmdtest.Program(t), "bench", "verdicts", "3").Output()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `(?m)^\| as it is \| 3 \| 0 \| \d+ \|`, string(out))
	assert.Regexp(t, `(?m)^\| fault left out \| 3 \| 0 \| \d+ \|`, string(out))
}

// TestSabotageIsMade: each sabotaged scenario differs from the one that it is made of, and is noticed.
func TestSabotageIsMade(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	engine, err := chooseEngine(t.Context(), "netns")
	require.NoError(t, err)
	made, err := sabotages()
	require.NoError(t, err)
	rows, err := judgeAll(t.Context(), engine, made, len(made))
	require.NoError(t, err)
	require.Len(t, rows, len(made))
	for _, v := range rows {
		assert.Zero(t, v.wrong, "%s: %v", v.kind, v.examples)
	}
}

func TestVerdictsAreCounted(t *testing.T) {
	match, differs := &harness.Report{}, &harness.Report{Mismatches: []harness.Mismatch{{At: "client", Reason: "it succeeded"}}}
	for _, c := range []struct {
		kind                string
		report              *harness.Report
		wrong, inconclusive int
	}{
		{genuineRuns, match, 0, 0},
		{genuineRuns, differs, 1, 0},
		{"fault left out", match, 1, 0},
		{"fault left out", differs, 0, 0},
		{genuineRuns, &harness.Report{Skipped: "no nft"}, 1, 0},
		{genuineRuns, &harness.Report{Skipped: "inconclusive", Inconclusive: true}, 0, 1},
	} {
		v := verdicts{kind: c.kind}
		v.count(sabotage{name: c.kind}, c.report)
		assert.Equal(t, [3]int{1, c.wrong, c.inconclusive}, [3]int{v.runs, v.wrong, v.inconclusive}, "%s: %+v", c.kind, c.report)
		assert.Len(t, v.examples, c.wrong)
	}
}
