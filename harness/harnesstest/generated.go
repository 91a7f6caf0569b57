package harnesstest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// Update is set by -update: what is generated or recorded is written anew, in place of being compared.
var Update = flag.Bool("update", false, "rewrite what is generated and what is recorded")

const generatedEnd = "<!-- END generated -->\n"

// CompareGenerated fails where the generated section of a document, which is named by its path in the repository, is stale; or rewrites
// it (see [Update]).
func CompareGenerated(t *testing.T, document, section, fresh string) {
	t.Helper()
	name := filepath.Join(enginetest.Root(), document)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	generatedBegin := "<!-- BEGIN generated: " + section + " (make generate) -->\n"
	before, rest, ok := strings.Cut(string(text), generatedBegin)
	require.True(t, ok, "%s has no generated section", name)
	stale, after, ok := strings.Cut(rest, generatedEnd)
	require.True(t, ok, "the generated section of %s has no end", name)
	if *Update {
		require.NoError(t, os.WriteFile(name, []byte(before+generatedBegin+fresh+generatedEnd+after), 0o644))
		return
	}
	assert.Equal(t, fresh, stale, "%s is stale: run make generate", name)
}

// ToRecord reports whether a scenario is to be recorded anew, with [Update]: one that TCPLAB_RECORD names ("make record
// NAME=...", or several between blanks), or each where it names none.
func ToRecord(scenario string) bool {
	names := strings.Fields(os.Getenv("TCPLAB_RECORD"))
	return len(names) == 0 || slices.Contains(names, scenario)
}

// WriteRecorded writes a file of what is recorded of a scenario.
func WriteRecorded(t *testing.T, scenario, file string, data []byte) {
	t.Helper()
	folder := filepath.Join(enginetest.Root(), "scenarios", "recorded", scenario)
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, file), data, 0o644))
}
