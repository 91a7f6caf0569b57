package lesson

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/windows"
)

// processorTime is the time for which processors have worked for this process so far (GetProcessTimes).
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var created, ended, kernel, user windows.Filetime
	require.NoError(t, windows.GetProcessTimes(windows.CurrentProcess(), &created, &ended, &kernel, &user))
	const tick = 100 * time.Nanosecond
	return tick * time.Duration(int64(kernel.HighDateTime)<<32+int64(kernel.LowDateTime)+int64(user.HighDateTime)<<32+int64(user.LowDateTime))
}
