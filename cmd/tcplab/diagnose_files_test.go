package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// records are the records of a pcap file, each with its header.
func records(data []byte) [][]byte {
	var list [][]byte
	for data = data[24:]; len(data) > 0; {
		size := 16 + int(binary.LittleEndian.Uint32(data[8:]))
		list, data = append(list, data[:size]), data[size:]
	}
	return list
}

func diagnoseFiles(t *testing.T, args ...string) (out, warnings string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := newDiagnose()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// withoutName is what was said of a capture, whatever its name is.
func withoutName(out string) string {
	_, said, _ := strings.Cut(out, ": ")
	return said
}

// Pieces in any order say the same as the capture that they are pieces of, with the same frames.
func TestDiagnosePieces(t *testing.T) {
	data := sample(t)
	want, _, err := diagnoseFile(t, data)
	require.NoError(t, err)
	all, dir := records(data), t.TempDir()
	var names []string
	for i, n := 0, len(all)/3+1; i*n < len(all); i++ {
		name := filepath.Join(dir, "ring.pcap"+string(rune('0'+i)))
		piece := bytes.Join(all[i*n:min((i+1)*n, len(all))], nil)
		require.NoError(t, os.WriteFile(name, append(bytes.Clone(data[:24]), piece...), 0o644))
		names = append(names, name)
	}
	out, warnings, err := diagnoseFiles(t, names[2], names[0], names[1])
	require.NoError(t, err)
	assert.Equal(t, withoutName(want), withoutName(out))
	assert.Equal(t, 2, strings.Count(warnings, "read as a piece of the capture that begins in "+names[0]))

	// Two captures of the same time are two, whatever their names are.
	out, _, err = diagnoseFiles(t, names[0], names[0])
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(out, names[0]+": "))
}

// Packets that were written out of order by some milliseconds change nothing.
func TestDiagnoseOrder(t *testing.T) {
	data := sample(t)
	want, _, err := diagnoseFile(t, data, "--json")
	require.NoError(t, err)
	all := records(data)
	for i := 0; i+1 < len(all); i += 2 {
		all[i], all[i+1] = all[i+1], all[i]
	}
	out, warnings, err := diagnoseFile(t, append(bytes.Clone(data[:24]), bytes.Join(all, nil)...), "--json")
	require.NoError(t, err)
	assert.Equal(t, verdictsOf(want), verdictsOf(out))
	assert.NotContains(t, warnings, "backwards")

	// A clock that is set back is told of.
	twice := append(bytes.Clone(data), data[24:]...)
	for i, second := range records(twice)[len(all):] {
		if i == 0 {
			assert.NotEmpty(t, second)
		}
		binary.LittleEndian.PutUint32(second, binary.LittleEndian.Uint32(second)-60)
	}
	_, warnings, err = diagnoseFile(t, twice)
	require.NoError(t, err)
	assert.Contains(t, warnings, "the times run backwards by up to 1m0")
	assert.Contains(t, warnings, "reordercap")
}

func verdictsOf(lines string) []string {
	var list []string
	for line := range strings.Lines(lines) {
		_, verdict, _ := strings.Cut(line, `"verdict":`)
		verdict, _, _ = strings.Cut(verdict, ",")
		list = append(list, verdict)
	}
	return list
}

// What could not be decoded is named, and is never said to be absent.
func TestDiagnoseUnread(t *testing.T) {
	usb := sample(t)
	binary.LittleEndian.PutUint32(usb[20:], 249)
	out, warnings, err := diagnoseFile(t, usb)
	require.NoError(t, err)
	assert.Contains(t, out, "USB of Windows (USBPcap) (link type 249): these are no network packets; capture on a network interface")
	assert.NotContains(t, out, "reached here")
	assert.Empty(t, warnings)
	out, warnings, err = diagnoseFile(t, usb, "--json")
	require.NoError(t, err)
	assert.Empty(t, out)
	assert.Contains(t, warnings, "not decoded: ")

	esp := sample(t)
	records(esp)[0][16+14+9] = 50
	out, warnings, err = diagnoseFile(t, esp)
	require.NoError(t, err)
	assert.Contains(t, out, "connection")
	assert.Contains(t, warnings, "not decoded: 1 x ESP (IP protocol 50) between ")
}

// Ctrl-C ends the reading of a capture that never ends.
func TestDiagnoseStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, live := io.Pipe()
	defer live.Close()
	cmd := newDiagnose()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs([]string{"-"})
	cmd.SetIn(in)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	go func() {
		_, _ = live.Write(sample(t))
		cancel()
	}()
	assert.ErrorIs(t, cmd.ExecuteContext(ctx), context.Canceled)
}
