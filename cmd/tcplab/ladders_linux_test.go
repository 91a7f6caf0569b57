package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

// TestLadders: "show" has the drawing of a run of each scenario, and of nothing else; in each, the hosts and the client's
// end are those of the scenario. With -update every scenario is run, in real time, and its drawing recorded.
func TestLadders(t *testing.T) {
	if *update {
		recordLadders(t)
		return // what is recorded is a part of the next build
	}
	names, err := filepath.Glob(filepath.Join(enginetest.Root(), "scenarios", "recorded", "*"))
	require.NoError(t, err)
	for _, name := range names {
		_, err := scenarios.Named(filepath.Base(name))
		assert.NoError(t, err, "recorded, and no scenario")
	}
	for _, s := range scenarios.All() {
		ladder := recordedLadder(s.Name)
		require.NotEmpty(t, ladder, "%[1]s has no drawing: run make record NAME=%[1]s", s.Name)
		words := []string{endInLadder(s.Want.Client)}
		for point, want := range s.Want.Wire {
			if want == "none" && lab.AsksByName(s.Client) { // a name server alone was asked, or one of two hosts
				continue
			}
			host, _, _ := strings.Cut(point, ":")
			words = append(words, host)
		}
		for _, word := range words {
			assert.Contains(t, ladder, word, "%[1]s: run make record NAME=%[1]s", s.Name)
		}
		assert.Contains(t, describe(s, lang.English), ladder)
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
	case w.Code != "":
		return "✕ " + w.Code
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
		if names := strings.Fields(os.Getenv("TCPLAB_RECORD")); len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		group.Go(func() {
			r, err := harness.Run(t.Context(), engine, s, harness.Options{})
			if !assert.NoError(t, err) || !assert.True(t, r.Match(), "%s: %v", s.Name, r.Mismatches) {
				return
			}
			text := strings.TrimRight(report.Style{}.Drawing(r), "\n") + "\n"
			folder := filepath.Join(enginetest.Root(), "scenarios", "recorded", s.Name)
			assert.NoError(t, os.MkdirAll(folder, 0o755))
			assert.NoError(t, os.WriteFile(filepath.Join(folder, ladderFile), []byte(text), 0o644))
		})
	}
	group.Wait()
}
