package main

import (
	"flag"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var benchMegabytes = flag.Int("capture-megabytes", 1000, "size of the capture that BenchmarkDiagnose makes")

// BenchmarkDiagnose measures tcplab against two programs that read every packet of the same capture: tcpdump, which
// does nothing with them, and tshark, which counts conversations. The programs take turns, so that what else the machine does is the
// same for all; of each, the medians are told: its seconds, its part of tcpdump's seconds in the same round, and its processor time.
//
//	go test -bench Diagnose -benchtime 5x -run ^$ ./cmd/tcplab
func BenchmarkDiagnose(b *testing.B) {
	dir := b.TempDir()
	capture := filepath.Join(dir, "mixed.pcap")
	require.NoError(b, writeCapture(capture, int64(*benchMegabytes)<<20))
	flood := filepath.Join(dir, "flood.pcap")
	require.NoError(b, writeFlood(flood, 1_000_000))
	programs := []*measuredProgram{
		{name: "tcpdump", argv: []string{"tcpdump", "-r", capture, "-w", "/dev/null"}},
		{name: "tcplab", argv: []string{"tcplab", "diagnose", capture}},
		{name: "tshark", argv: []string{"tshark", "-n", "-q", "-z", "conv,tcp", "-r", capture}},
		{name: "flood", argv: []string{"tcplab", "diagnose", flood}},
	}
	programs = slices.DeleteFunc(programs, func(p *measuredProgram) bool {
		_, err := exec.LookPath(p.argv[0])
		return err != nil
	})
	for b.Loop() {
		for _, p := range programs {
			p.run(b)
		}
	}
	for _, p := range programs {
		p.report(b, programs[0])
	}
}

// measuredProgram is a program with what its runs took, in seconds.
type measuredProgram struct {
	name        string
	argv        []string
	wall, spent []float64
	memory      int64 // in KB, the most
}

func (p *measuredProgram) run(b *testing.B) {
	cmd := exec.CommandContext(b.Context(), p.argv[0], p.argv[1:]...)
	began := time.Now()
	require.NoError(b, cmd.Run())
	p.wall = append(p.wall, time.Since(began).Seconds())
	p.spent = append(p.spent, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
	p.memory = max(p.memory, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
}

func (p *measuredProgram) report(b *testing.B, first *measuredProgram) {
	ratios := make([]float64, len(p.wall))
	for i := range p.wall {
		ratios[i] = p.wall[i] / first.wall[i]
	}
	b.ReportMetric(middle(p.wall), p.name+"-s")
	b.ReportMetric(middle(p.spent), p.name+"-cpu-s")
	b.ReportMetric(middle(ratios), p.name+"-of-"+first.name)
	b.ReportMetric(float64(p.memory)/1024, p.name+"-MB")
}

func middle(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
