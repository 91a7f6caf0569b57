package witness

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunnableThreads(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loadavg")
	require.NoError(t, os.WriteFile(file, []byte("4.30 10.15 10.63 7/412 20564\n"), 0o600))
	n, ok := runnable(file)
	assert.True(t, ok)
	assert.Equal(t, 6, n, "without the thread that looks")
	require.NoError(t, os.WriteFile(file, []byte("no numbers\n"), 0o600))
	_, ok = runnable(file)
	assert.False(t, ok)
	_, ok = runnable(file + "-not-there")
	assert.False(t, ok)
}

func TestACrowdIsSeen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the file is Linux's")
	}
	mean, start := Crowd(), time.Now()
	done := make(chan struct{})
	for range 4 * runtime.NumCPU() {
		go func() {
			runtime.LockOSThread() // a thread each
			for time.Since(start) < 500*time.Millisecond {
			}
			done <- struct{}{}
		}()
	}
	for range 4 * runtime.NumCPU() {
		<-done
	}
	assert.Greater(t, mean(), 0.5, "threads that compute want a processor")
}
