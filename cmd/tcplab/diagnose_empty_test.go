package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pcapHeader is all that tcpdump writes where no packet comes by.
func pcapHeader() []byte {
	var head []byte
	for _, field := range []uint32{0xa1b2c3d4, 4<<16 | 2, 0, 0, 262144, 1} {
		head = binary.LittleEndian.AppendUint32(head, field)
	}
	return head
}

// A capture without packets is an answer, and is told as one.
func TestDiagnoseEmptyCapture(t *testing.T) {
	out, warnings, err := diagnoseFile(t, pcapHeader())
	require.NoError(t, err)
	assert.Equal(t, "-: holds no packet: nothing of this reached here, if the capture ran at the time\n", out)
	assert.Empty(t, warnings)
	out, _, err = diagnoseFile(t, pcapHeader(), "--json")
	require.NoError(t, err)
	assert.Empty(t, out)

	// One with packets, and no TCP among them: an ARP request.
	arp := make([]byte, 42)
	copy(arp[12:], []byte{8, 6, 0, 1, 8, 0, 6, 4, 0, 1})
	record := binary.LittleEndian.AppendUint32(nil, 1)
	for _, field := range []uint32{0, uint32(len(arp)), uint32(len(arp))} {
		record = binary.LittleEndian.AppendUint32(record, field)
	}
	out, _, err = diagnoseFile(t, append(append(pcapHeader(), record...), arp...))
	require.NoError(t, err)
	assert.Equal(t, "-: no TCP and no ping in 1 packet: none reached here, if the capture ran at the time\n", out)
}

// An empty capture of the client's side beside one of the server's: there is nothing to compare.
func TestDiagnoseEmptyClient(t *testing.T) {
	server := filepath.Join(t.TempDir(), "server.pcap")
	require.NoError(t, os.WriteFile(server, sample(t), 0o644))
	out, _, err := diagnoseFile(t, pcapHeader(), "--server", server)
	require.NoError(t, err)
	assert.Equal(t, "-: holds no packet: nothing of this reached here, if the capture ran at the time\n"+
		"- and "+server+": 0 of 0 connections failed\n", out)
}
