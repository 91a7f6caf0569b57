package netns

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// helpers are the process numbers of this process's helpers.
func helpers(t *testing.T) map[int]bool {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	found := map[int]bool{}
	for _, folder := range folders {
		line, _ := os.ReadFile(filepath.Join(folder, "cmdline")) // it may have ended
		status, _ := os.ReadFile(filepath.Join(folder, "status"))
		if strings.HasPrefix(string(line), helperName) && strings.Contains(string(status), "\nPPid:\t"+strconv.Itoa(os.Getpid())+"\n") {
			pid, err := strconv.Atoi(filepath.Base(folder))
			require.NoError(t, err)
			found[pid] = true
		}
	}
	return found
}

func TestAHelperSaysByHowMuchItWasLate(t *testing.T) {
	before := helpers(t)
	e := New()
	if err := e.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, e.Close()) })
	late, leave, err := e.Attend(t.Context())
	require.NoError(t, err)
	defer leave()
	began := time.Now()
	assert.Less(t, late(began, began.Add(time.Millisecond)), 2*time.Millisecond, "no more than the time between")

	const still = 300 * time.Millisecond
	for pid := range helpers(t) {
		if before[pid] {
			continue
		}
		require.NoError(t, unix.Kill(pid, unix.SIGSTOP))
		time.Sleep(still) // it is this time that must be told
		require.NoError(t, unix.Kill(pid, unix.SIGCONT))
	}
	require.Eventually(t, func() bool { return late(began, time.Now()) > still-10*time.Millisecond }, time.Minute, time.Millisecond)
}
