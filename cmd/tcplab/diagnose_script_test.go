package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// TestDiagnoseScript runs the command on the golden captures of package diagnose: $GOLDEN is their folder, and $SERVER
// that of captures from the other side.
func TestDiagnoseScript(t *testing.T) {
	captures, err := filepath.Abs(filepath.Join(enginetest.Root(), "wire", "diagnose", "testdata"))
	require.NoError(t, err)
	runs, err := filepath.Abs(filepath.Join(enginetest.Root(), "report", "testdata", "runs"))
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "diagnose"),
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"field": field},
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUNS", runs)
			e.Setenv("GOLDEN", filepath.Join(captures, "golden"))
			e.Setenv("SERVER", filepath.Join(captures, "server"))
			return nil
		},
	})
}

// TestDocumentNamesEveryVerdict: a verdict that is not explained helps nobody.
func TestDocumentNamesEveryVerdict(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", "diagnose.md"))
	require.NoError(t, err)
	for _, v := range diagnose.Verdicts() {
		assert.Contains(t, string(text), "`"+string(v)+"`")
	}
}
