package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/report"
)

// requireTshark, set to 1, makes a missing tshark a failure: CI must not go without its independent witness.
const requireTshark = "TCPLAB_REQUIRE_TSHARK"

// needTshark skips a test where tshark is missing and may be.
func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv(requireTshark) == "1" {
			t.Fatalf("tshark is required (%s): %v", requireTshark, err)
		}
		t.Skip("tshark is not installed")
	}
}

// TestDisplayFilters gives the display filter of every attempt to tshark: it must select as many frames as the attempt has. The golden
// captures, and those of routers, are merged into one, so that each filter has the others' frames to leave out.
func TestDisplayFilters(t *testing.T) {
	t.Parallel()
	needTshark(t)
	var captures []string
	for _, pattern := range []string{"wire/diagnose/testdata/golden/*.pcap", "wire/diagnose/testdata/golden/*.pcapng", "report/testdata/runs/*/router.pcapng"} {
		some, err := filepath.Glob(filepath.Join(enginetest.Root(), filepath.FromSlash(pattern)))
		require.NoError(t, err)
		captures = append(captures, some...)
	}
	reused := filepath.Join(t.TempDir(), "reused.pcap")
	require.NoError(t, withCapture(reused, func(w *captureWriter) {
		for n := range uint32(3) { // the same ports, with another number each time
			c := newBenchConn(4)
			for c.seq[0] += n * 1_000_000; c.step(w); {
			}
			w.clock += 60e6
		}
	}))
	merged := filepath.Join(t.TempDir(), "merged.pcapng")
	out, err := exec.CommandContext(t.Context(), "mergecap", append([]string{"-w", merged, reused}, captures...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)

	lines, _, err := diagnoseFiles(t, "--json", merged)
	require.NoError(t, err)
	var attempts []report.DiagnosisRecord
	for line := range strings.Lines(lines) {
		var one report.DiagnosisRecord
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		attempts = append(attempts, one)
	}
	require.Greater(t, len(attempts), 40)
	seen := map[string]int{}
	for i, n := range framesSelected(t, merged, attempts) {
		a := attempts[i]
		seen[a.Protocol]++
		if strings.Contains(a.DisplayFilter, " || ") { // the frames under other addresses are not counted as packets of the attempt
			seen["translated"]++
			assert.Greater(t, n, a.Packets, a.DisplayFilter)
			continue
		}
		assert.Equal(t, a.Packets, n, "%s of %s -> %s: %s", a.Verdict, a.Client, a.Server, a.DisplayFilter)
	}
	for _, kind := range []string{"tcp", "icmp", "arp", "translated"} {
		assert.Positive(t, seen[kind], kind)
	}
}

// framesSelected is how many frames each filter selects.
func framesSelected(t *testing.T, file string, attempts []report.DiagnosisRecord) []int64 {
	t.Helper()
	statistics := "io,stat,0"
	for _, a := range attempts {
		require.NotEmpty(t, a.DisplayFilter)
		statistics += "," + a.DisplayFilter
	}
	out, err := exec.CommandContext(t.Context(), "tshark", "-n", "-q", "-r", file, "-z", statistics).Output()
	require.NoError(t, err)
	var row []string
	for line := range strings.Lines(string(out)) {
		if intervalRow.MatchString(line) {
			row = strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")[1:]
		}
	}
	var counts []int64
	for i := 0; i < len(row); i += 2 { // frames and bytes
		n, err := strconv.ParseInt(strings.TrimSpace(row[i]), 10, 64)
		require.NoError(t, err)
		counts = append(counts, n)
	}
	require.Len(t, counts, len(attempts), "%s", out)
	return counts
}

// intervalRow is the line of tshark's statistics with the numbers.
var intervalRow = regexp.MustCompile(`^\|\s*[\d.]+ <> `)
