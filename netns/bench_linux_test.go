package netns

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
	"golang.org/x/sys/unix"
)

// BenchmarkLab measures how long a routed lab takes to be up, with captures ready at all vantage points and the
// baseline proven, and to be removed. Mininet, where it is installed, builds and removes the bare topology in turn with
// it, so that both see the same machine. The figures are medians in milliseconds.
//
//	go test -run '^$' -bench Lab -benchtime 30x ./netns
func BenchmarkLab(b *testing.B) {
	engine := newEngine(b)
	require.NoError(b, engine.Available(b.Context()))
	other := startMininet(b)
	var up, down, otherUp, otherDown []float64
	for range b.N {
		u, d := provenLab(b, engine)
		up, down = append(up, u), append(down, d)
		if other != nil {
			u, d := other.round(b)
			otherUp, otherDown = append(otherUp, u), append(otherDown, d)
		}
	}
	b.ReportMetric(0, "ns/op") // a round is more than the lab; what counts is below
	b.ReportMetric(median(up), "up-ms")
	b.ReportMetric(median(down), "down-ms")
	if other != nil {
		b.ReportMetric(median(otherUp), "mininet-up-ms")
		b.ReportMetric(median(otherDown), "mininet-down-ms")
		b.ReportMetric((median(up)+median(down))/(median(otherUp)+median(otherDown)), "ratio")
	}
}

// provenLab builds a lab, proves its baseline and removes it.
func provenLab(b *testing.B, e lab.Engine) (up, down float64) {
	healthy, err := scenarios.Named("healthy")
	require.NoError(b, err)
	report, err := harness.Run(b.Context(), e, healthy, harness.Options{})
	require.NoError(b, err)
	require.True(b, report.Match())
	took := func(name harness.PhaseName) float64 { return milliseconds(report.Phase(name).Elapsed) }
	return took(harness.Up) + took(harness.Baseline), took(harness.Down)
}

// mininet is a running script that builds and removes its topology once for each line it is sent.
type mininet struct {
	in    io.Writer
	lines *bufio.Scanner
}

// startMininet returns nil where Mininet is not installed. It runs in a network namespace of its own.
func startMininet(b *testing.B) *mininet {
	const python = "/usr/bin/python3" // Debian's, which has Debian's modules
	if err := exec.Command(python, "-c", "import mininet").Run(); err != nil {
		b.Log("Mininet is not installed (Debian: apt-get install mininet): measured without")
		return nil
	}
	cmd := exec.CommandContext(b.Context(), "sh", "-c", "ip link set lo up && exec "+python+" testdata/bare_topology.py")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS}
	in, err := cmd.StdinPipe()
	require.NoError(b, err)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &mininet{in, bufio.NewScanner(out)}
}

func (m *mininet) round(b *testing.B) (up, down float64) {
	_, err := fmt.Fprintln(m.in)
	require.NoError(b, err)
	require.True(b, m.lines.Scan(), "Mininet has ended")
	_, err = fmt.Sscan(m.lines.Text(), &up, &down)
	require.NoError(b, err, "%s", m.lines.Text())
	return up * 1000, down * 1000
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
