package tcplab_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// toRecord reports whether a scenario is to be recorded anew, with -update: one that TCPLAB_RECORD names ("make record
// NAME=...", or several between blanks), or each where it names none.
func toRecord(scenario string) bool {
	names := strings.Fields(os.Getenv("TCPLAB_RECORD"))
	return len(names) == 0 || slices.Contains(names, scenario)
}

// writeRecorded writes a file of what is recorded of a scenario.
func writeRecorded(t *testing.T, scenario, file string, data []byte) {
	t.Helper()
	folder := filepath.Join("scenarios", "recorded", scenario)
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, file), data, 0o644))
}
