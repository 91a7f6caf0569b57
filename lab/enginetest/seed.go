package enginetest

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Seed is that of what a test draws where it does not try everything: of TCPLAB_SEED where it is set, else 1, so that the same commit
// draws the same. The test prints it.
func Seed(t *testing.T) uint64 {
	t.Helper()
	const name = "TCPLAB_SEED"
	n := uint64(1)
	if text := os.Getenv(name); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "%s is a number", name)
	}
	t.Logf("drawn by %s=%d", name, n)
	return n
}
