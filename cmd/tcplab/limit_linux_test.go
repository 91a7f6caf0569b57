package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const fillEnv = "TCPLAB_TEST_FILL_MEMORY"

// TestFillMemory is the child of TestMemoryIsBounded.
func TestFillMemory(t *testing.T) {
	if os.Getenv(fillEnv) == "" {
		t.Skip("run by TestMemoryIsBounded")
	}
	require.NoError(t, limitMemory(128<<20))
	var all [][]byte
	for range 64 {
		all = append(all, bytes.Repeat([]byte{1}, 16<<20))
	}
	t.Log(len(all)) // it has got a gigabyte
}

// What takes too much memory ends its own process, and says why: the bound is the kernel's.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^TestFillMemory$")
	cmd.Env = append(os.Environ(), fillEnv+"=1")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	first, _, _ := strings.Cut(string(out), "\n")
	assert.Contains(t, first, "memory")
}
