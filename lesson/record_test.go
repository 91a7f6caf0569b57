package lesson

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// However much a small file unfolds to, no more is read of it than can be graded.
func TestPacketsAreBounded(t *testing.T) {
	all := recorded(t, "closed-port")
	trace, err := wire.ReadAll(bytes.NewReader(all), "")
	require.NoError(t, err)
	number := len(trace.Packets)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write(all)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	list, err := readPackets(bytes.NewReader(packed.Bytes()), number)
	require.NoError(t, err)
	assert.Equal(t, trace.Packets, list)
	list, err = readPackets(bytes.NewReader(packed.Bytes()), number-1)
	assert.ErrorIs(t, err, errTooMany)
	assert.Empty(t, list)
	list, err = readPackets(bytes.NewReader(all[:len(all)-10]), number)
	assert.ErrorIs(t, err, wire.ErrTruncated)
	assert.Equal(t, trace.Packets[:number-1], list)
}
