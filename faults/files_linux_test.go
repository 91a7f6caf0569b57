package faults

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/agent"
)

// The process that listens is found by its socket: here it is the test itself, which opens one file more.
func TestOpenFilesOfTheProcessThatListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	count := func() (files OpenFiles) {
		var out bytes.Buffer
		require.Zero(t, agent.Run(t.Context(), agent.Streams{Stdout: &out, Stderr: &out, Namespace: &agent.Namespace{}}, OpenFilesVerb(port)[2:]), out.String())
		require.NoError(t, json.Unmarshal(out.Bytes(), &files))
		return files
	}
	before := count()
	assert.Greater(t, before.Limit, before.Open)
	f, err := os.Open(os.DevNull)
	require.NoError(t, err)
	assert.Equal(t, OpenFiles{Limit: before.Limit, Open: before.Open + 1}, count())
	require.NoError(t, f.Close())
}
