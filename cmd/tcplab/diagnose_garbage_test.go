package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// diagnoseFile runs the command on bytes; it returns what it printed and the error that would be the exit code 2.
func diagnoseFile(t *testing.T, capture []byte, flags ...string) (out, warnings string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := newDiagnose()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(append(flags, "-"))
	cmd.SetIn(bytes.NewReader(capture))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

func sample(t *testing.T) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sample.pcap")
	require.NoError(t, writeSample(name))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

func TestDiagnoseSaysOneSentenceAboutGarbage(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	elf, err := os.ReadFile(program)
	require.NoError(t, err)
	for name, garbage := range map[string][]byte{
		"empty": nil, "program": elf[:4096], "noise": bytes.Repeat([]byte{0xde, 0xad, 0xbe, 0xef}, 1000), "text": []byte("no capture\n"),
		"xz": []byte("\xfd7zXZ\x00"), "half a header": sample(t)[:20], "gzip of nothing": {0x1f, 0x8b},
	} {
		out, warnings, err := diagnoseFile(t, garbage)
		require.Error(t, err, name)
		assert.Empty(t, out+warnings, name)
		assert.NotContains(t, err.Error(), "\n", name)
		assert.True(t, strings.HasPrefix(err.Error(), "-: "), err)
	}
}

// TestDiagnoseCutFile cuts a capture at each of its first 200 bytes: what came before is diagnosed, and the place is named.
func TestDiagnoseCutFile(t *testing.T) {
	data := sample(t)
	for n := range 200 {
		out, warnings, err := diagnoseFile(t, data[:n], "--json")
		switch {
		case n < 24+16+66: // not one packet
			if n == 24 {
				require.NoError(t, err, "a capture without packets")
				continue
			}
			require.Error(t, err, n)
		case n == 24+16+66 || n == 24+2*(16+66):
			require.NoError(t, err, n)
			assert.Empty(t, warnings, n)
		default:
			require.NoError(t, err, n)
			assert.Contains(t, warnings, "diagnosed is what comes before", n)
			assert.Contains(t, warnings, "byte ", n)
			assert.Contains(t, out, `"verdict":`, n)
		}
	}
}

func TestDiagnoseJSONFields(t *testing.T) {
	out, _, err := diagnoseFile(t, sample(t), "--json")
	require.NoError(t, err)
	for line := range strings.Lines(out) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields))
		for _, name := range []string{"file", "client", "server", "first", "packets", "verdict", "evidence", "rivals", "next"} {
			assert.Contains(t, fields, name)
		}
	}
	assert.Contains(t, out, `"first":1700000000.000020,`)
}

// TestDiagnoseRecovery: a server that refuses, and then accepts, is told of once.
func TestDiagnoseRecovery(t *testing.T) {
	name := filepath.Join(t.TempDir(), "recovery.pcap")
	require.NoError(t, withCapture(name, func(w *captureWriter) {
		for _, kind := range []uint32{4, 204, 12} { // of the same server: refused, refused, healthy
			for c := newBenchConn(kind); c.step(w); {
			}
		}
	}))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	out, _, err := diagnoseFile(t, data)
	require.NoError(t, err)
	assert.Contains(t, out, "2 of 3 connections failed (1 ok, 2 refused)")
	assert.Equal(t, 1, strings.Count(out, "  refused: 2 of 3 connections ("))
	assert.Contains(t, out, "note: after 2 failures the server accepted 1 connection\n")
}
