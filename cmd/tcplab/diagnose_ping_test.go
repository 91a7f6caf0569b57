package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo writes an echo request from 10.0.0.1 to 10.0.0.2, or the reply to it.
func (w *captureWriter) echo(request bool, id, sequence uint16) {
	const ip, icmp, size = 14, 34, 42
	f := w.frame[:size]
	clear(f)
	be, le := binary.BigEndian, binary.LittleEndian
	f[12], f[ip], f[ip+8], f[ip+9] = 8, 0x45, 64, 1
	be.PutUint16(f[ip+2:], size-ip)
	copy(f[ip+12:], []byte{10, 0, 0, 2, 10, 0, 0, 1})
	if request {
		copy(f[ip+12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
		f[icmp] = 8
	}
	be.PutUint16(f[icmp+4:], id)
	be.PutUint16(f[icmp+6:], sequence)
	var record [16]byte
	le.PutUint32(record[0:], uint32(w.clock/1_000_000))
	le.PutUint32(record[4:], uint32(w.clock%1_000_000))
	le.PutUint32(record[8:], size)
	le.PutUint32(record[12:], size)
	_, _ = w.Write(record[:])
	_, _ = w.Write(f)
}

// ping writes requests one second apart, with or without replies.
func (w *captureWriter) ping(id uint16, requests int, answered bool) {
	for n := range requests {
		w.clock += uint64(time.Second / time.Microsecond)
		w.echo(true, id, uint16(n))
		if answered {
			w.echo(false, id, uint16(n))
		}
	}
}

func capturePings(t *testing.T, fill func(*captureWriter)) []byte {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pings.pcap")
	require.NoError(t, withCapture(name, fill))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

// TestDiagnosePingRecovery: pings of one host that fail alike are told once, and that it answered later.
func TestDiagnosePingRecovery(t *testing.T) {
	data := capturePings(t, func(w *captureWriter) {
		w.ping(1, 3, false)
		w.ping(2, 3, false)
		w.ping(3, 3, true)
	})
	out, _, err := diagnoseFile(t, data)
	require.NoError(t, err)
	assert.Contains(t, out, "-: 2 of 3 pings failed (1 ok, 2 no-answer)\n")
	assert.Contains(t, out, "\n  no-answer: 2 of 3 pings (10.0.0.1) -> 10.0.0.2\n")
	assert.Contains(t, out, "    note: after 2 failures the host answered 1 ping\n")
}

// TestDiagnoseManyPings names no client twice, and at most three.
func TestDiagnoseManyPings(t *testing.T) {
	data := capturePings(t, func(w *captureWriter) {
		for id := range uint16(9) {
			w.ping(id, 3, false)
		}
	})
	out, _, err := diagnoseFile(t, data)
	require.NoError(t, err)
	assert.Contains(t, out, "\n  no-answer: 9 pings (10.0.0.1) -> 10.0.0.2\n")
	_, warnings, err := diagnoseFile(t, data, "--max-tracked", "2")
	require.NoError(t, err)
	assert.Contains(t, warnings, "too many connections or pings at a time: 7 were given up")
}

func TestDiagnoseSummaries(t *testing.T) {
	connection := func(w *captureWriter, kind uint32) {
		for c := newBenchConn(kind); c.step(w); {
		}
	}
	for want, fill := range map[string]func(*captureWriter){
		"holds no packet: nothing of this reached here, if the capture ran at the time": func(*captureWriter) {},
		"1 ping in 2 packets, none failed (1 ok)":                                       func(w *captureWriter) { w.ping(1, 1, true) },
		"1 connection and 2 pings in 23 packets, none failed (3 ok)": func(w *captureWriter) {
			connection(w, 12)
			w.ping(1, 1, true)
			w.ping(2, 1, true)
		},
		"1 of 2 connections and 0 of 1 ping failed (2 ok, 1 refused)": func(w *captureWriter) {
			connection(w, 12)
			connection(w, 4)
			w.ping(1, 1, true)
		},
		"0 of 1 connection and 1 of 1 ping failed (1 ok, 1 no-answer)": func(w *captureWriter) {
			w.ping(1, 3, false)
			connection(w, 12)
		},
	} {
		out, _, err := diagnoseFile(t, capturePings(t, fill))
		require.NoError(t, err)
		first, _, _ := bytes.Cut([]byte(out), []byte("\n"))
		assert.Equal(t, "-: "+want, string(first))
	}
}

// TestDiagnoseNeitherTCPNorPing: what else is in a capture is not judged.
func TestDiagnoseNeitherTCPNorPing(t *testing.T) {
	data := capturePings(t, func(w *captureWriter) { w.ping(1, 1, true) })
	data[24+16+14+9] = 17 // UDP
	data = data[:24+16+42]
	out, _, err := diagnoseFile(t, data)
	require.NoError(t, err)
	assert.Equal(t, "-: no TCP and no ping in 1 packet (1 x UDP between 10.0.0.1 and 10.0.0.2): none reached here, if the capture ran at the time\n", out)
}
