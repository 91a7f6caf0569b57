package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

// TestLadders: "show" has the drawing of a run of each scenario, and of nothing else; in each, the hosts and the client's
// end are those of the scenario. With -update every scenario is run, in real time, and its drawing recorded.
func TestLadders(t *testing.T) {
	if *update {
		recordLadders(t)
	}
	names, err := filepath.Glob("ladders/*.txt")
	require.NoError(t, err)
	assert.Len(t, names, len(scenarios.All()), "run make ladders")
	for _, s := range scenarios.All() {
		ladder := recordedLadder(s.Name)
		require.NotEmpty(t, ladder, "%s has no drawing: run make ladders", s.Name)
		for _, word := range []string{"client", "router", "server", endInLadder(s.Want.Client)} {
			assert.Contains(t, ladder, word, "%s: run make ladders", s.Name)
		}
		assert.Contains(t, describe(s), ladder)
	}
}

// endInLadder is how a drawing names the client's end.
func endInLadder(w harness.ClientWant) string {
	switch {
	case w.Timeout:
		return "✕ its own timeout"
	case w.Errno != "":
		return "✕ " + w.Errno
	case w.Closed:
		return "EOF"
	case w.Status != 0:
		return "✕ HTTP "
	}
	return "✓ "
}

func recordLadders(t *testing.T) {
	t.Helper()
	engine := netns.New()
	require.NoError(t, engine.Available(t.Context()))
	defer engine.Close()
	var group sync.WaitGroup
	for _, s := range scenarios.All() {
		group.Go(func() {
			r, err := harness.Run(t.Context(), engine, s, harness.Options{})
			if !assert.NoError(t, err) || !assert.True(t, r.Match(), "%s: %v", s.Name, r.Mismatches) {
				return
			}
			text := strings.TrimRight(report.Style{}.Drawing(r), "\n") + "\n"
			assert.NoError(t, os.WriteFile(filepath.Join("ladders", s.Name+".txt"), []byte(text), 0o644))
		})
	}
	group.Wait()
}
