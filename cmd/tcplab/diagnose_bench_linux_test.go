package main

import (
	"flag"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

var benchMegabytes = flag.Int("capture-megabytes", 1000, "size of the capture that BenchmarkDiagnose makes")

// BenchmarkDiagnose measures tcplab against two programs that read every packet of the same capture: tcpdump, which
// does nothing with them, and tshark, which counts conversations.
//
//	go test -bench Diagnose -benchtime 3x -run ^$ ./cmd/tcplab
func BenchmarkDiagnose(b *testing.B) {
	dir := b.TempDir()
	capture := filepath.Join(dir, "mixed.pcap")
	require.NoError(b, writeCapture(capture, int64(*benchMegabytes)<<20))
	flood := filepath.Join(dir, "flood.pcap")
	require.NoError(b, writeFlood(flood, 1_000_000))
	for _, c := range []struct {
		name string
		argv []string
	}{
		{"tcplab", []string{"tcplab", "diagnose", capture}},
		{"tcpdump", []string{"tcpdump", "-r", capture, "-w", "/dev/null"}},
		{"tshark", []string{"tshark", "-n", "-q", "-z", "conv,tcp", "-r", capture}},
		{"tcplab-flood", []string{"tcplab", "diagnose", flood}},
	} {
		b.Run(c.name, func(b *testing.B) { benchProgram(b, c.argv) })
	}
}

func benchProgram(b *testing.B, argv []string) {
	if _, err := exec.LookPath(argv[0]); err != nil {
		b.Skip(err)
	}
	var memory int64
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), argv[0], argv[1:]...)
		require.NoError(b, cmd.Run())
		memory = max(memory, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	b.ReportMetric(float64(memory)/1024, "MB-max")
}
