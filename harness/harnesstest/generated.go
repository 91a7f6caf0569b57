package harnesstest

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Update is set by -update: what is generated or recorded is written anew, in place of being compared.
var Update = flag.Bool("update", false, "rewrite what is generated and what is recorded")

// Measure is the variable which, set to 1, makes the tests measure that take minutes.
const Measure = "TCPLAB_MEASURE"

// Seed is that of what a test draws where it does not try everything: of TCPLAB_SEED where it is set, else 1, so that the same commit
// draws the same. The test prints it.
func Seed(t *testing.T) uint64 {
	t.Helper()
	const name = "TCPLAB_SEED"
	n := uint64(1)
	if text := os.Getenv(name); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "%s is a number", name)
	}
	t.Logf("drawn by %s=%d", name, n)
	return n
}

const generatedEnd = "<!-- END generated -->\n"

// CompareGenerated fails where the generated section of a document is stale, or rewrites it (see [Update]).
func CompareGenerated(t *testing.T, name, section, fresh string) {
	t.Helper()
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
