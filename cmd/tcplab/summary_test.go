package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
)

// ends are runs that have ended in every way.
func ends() []result {
	differs := &harness.Report{Scenario: harness.Scenario{Name: "waf-resets"}, Mismatches: []harness.Mismatch{{At: "client", Reason: "it succeeded"}}}
	return []result{
		{scenario: "closed-port", report: &harness.Report{Scenario: harness.Scenario{Name: "closed-port"}}},
		{scenario: "healthy", report: &harness.Report{Free: true}},
		{scenario: "waf-resets", report: differs},
		{scenario: "nat", report: &harness.Report{Skipped: "the kernel lacks it"}},
		{scenario: "stale-arp-entry", err: errors.New("no space")},
		{scenario: "slow", err: errors.Join(errInterrupted)},
	}
}

func TestSummaryNamesAllThatDidNotMatch(t *testing.T) {
	assert.Equal(t, "6 scenarios: 1 match, 1 observed, 1 skipped (nat), 1 MISMATCH (waf-resets), 1 could not be run (stale-arp-entry), 1 interrupted (slow)",
		summary(ends()).English)
}

// Of more than three runs only those are drawn that do not match, and "-v" and "-q" change that.
func TestManyRunsAreALineEach(t *testing.T) {
	print := func(f runFlags, list []result) string {
		var out bytes.Buffer
		f.color = colorNever
		require.NoError(t, f.print(&out, list))
		return out.String()
	}
	brief := print(runFlags{}, ends())
	assert.Regexp(t, `(?m)^match     closed-port\S* .*\n^observed .*\n^MISMATCH  waf-resets`, brief)
	assert.Contains(t, brief, "it succeeded", "what did not match is told in full")
	assert.Less(t, len(brief), len(print(runFlags{verbose: true}, ends())))
	assert.Empty(t, print(runFlags{quiet: true}, ends()))
}

// The page about several runs names each scenario that could not be run, with the reason.
func TestIndexNamesWhatCouldNotBeRun(t *testing.T) {
	dir := t.TempDir()
	list := ends()
	for i := range list {
		if list[i].report != nil {
			list[i].report.Artifacts = dir + "/" + list[i].scenario
		}
	}
	name, err := indexOf(dir, list)
	require.NoError(t, err)
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Contains(t, string(page), "<li><b>stale-arp-entry</b>: no space</li>")
	assert.Contains(t, string(page), `1 MISMATCH (waf-resets), 1 could not be run (stale-arp-entry), 1 interrupted (slow)</p>`)
	assert.Contains(t, string(page), `<td><a href="closed-port/report.html">`)
	first := strings.Index(string(page), "waf-resets/report.html")
	assert.Less(t, first, strings.Index(string(page), "closed-port/report.html"), "what did not match comes first")
}
