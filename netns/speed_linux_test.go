package netns

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

func TestNearestRate(t *testing.T) {
	for measured, want := range map[float64]int{95: 100, 112: 100, 238: 250, 262: 250, 287: 300, 310: 300, 487: 500, 990: 1000} {
		assert.Equal(t, want, nearestRate(measured), "%g", measured)
	}
}

func TestTickRateIsTheKernels(t *testing.T) {
	hz, err := tickRate()
	if err != nil {
		t.Skip(err)
	}
	config, err := os.Open("/proc/config.gz")
	if err != nil {
		t.Skipf("%d ticks per second; nothing here to compare with: %v", hz, err)
	}
	defer config.Close()
	unzipped, err := gzip.NewReader(config)
	require.NoError(t, err)
	text, err := io.ReadAll(unzipped)
	require.NoError(t, err)
	assert.Contains(t, string(text), fmt.Sprintf("CONFIG_HZ=%d\n", hz))
}

func TestSpeedOutOfRange(t *testing.T) {
	for _, speed := range []float64{0, 0.5, -3, 1000} {
		_, err := New().AtSpeed(speed)
		assert.ErrorContains(t, err, "a number from 1 to 100", "%g", speed)
	}
	real, err := New().AtSpeed(1)
	require.NoError(t, err)
	assert.Equal(t, 1.0, real.(lab.Accelerated).Speed())
	fast := &Engine{compressor: &compressor{speed: 20}, patient: New()}
	slow, err := fast.AtSpeed(1)
	require.NoError(t, err)
	assert.Equal(t, 1.0, slow.(lab.Accelerated).Speed(), "also of one in compressed time")
}

// TestNoTraceOfTheCgroup: it goes with the helper, and the helper with its socket.
func TestNoTraceOfTheCgroup(t *testing.T) {
	fast, err := New().AtSpeed(20)
	if err != nil {
		t.Skip(err)
	}
	e := fast.(*Engine)
	path := e.compressor.cgroup.Name()
	require.DirExists(t, path)
	members, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
	require.NoError(t, err)
	require.NotEmpty(t, members, "the helper is not in its cgroup")
	slow, err := e.AtSpeed(1)
	require.NoError(t, err)
	again, err := e.AtSpeed(1)
	require.NoError(t, err)
	require.Same(t, slow, again, "a helper for each run would cost more than the run")
	_, err = slow.(*Engine).helper()
	require.NoError(t, err)
	require.NoError(t, e.Close())
	assert.Nil(t, e.patient.process, "the engine in real time is closed, too")
	assert.NoDirExists(t, path)
	assert.NoError(t, e.Close(), "twice")
}
