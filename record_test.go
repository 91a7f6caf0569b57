package tcplab_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/wire"
)

func TestRecord_netns(t *testing.T) {
	t.Parallel()
	testRecord(t, "netns")
}

func TestRecord_docker(t *testing.T) {
	if testing.Short() {
		t.Skip("a lab of containers in real time is not for -short")
	}
	testRecord(t, "docker")
}

// testRecord reads the record of a lab again and again, while clients come and go, while the server is switched off, and
// once it is back: nothing is missing, and nothing is there twice.
func testRecord(t *testing.T, engine string) {
	lab, err := harness.Open(t.Context(), engineNamed(t, engine), named(t, "stopped-host"), harness.IPv4)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, lab.Close(context.Background())) })
	assert.EqualError(t, lab.WriteRecord(t.Context(), &bytes.Buffer{}), "the lab is not recorded")
	require.NoError(t, lab.StartRecord(t.Context()))
	assert.EqualError(t, lab.StartRecord(t.Context()), "the lab is being recorded already")

	const clients = 20
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for range clients {
			assert.True(t, ask(t, lab).OK())
		}
	}()
	for going := true; going; {
		select {
		case <-asked:
			going = false
		default:
			recordOf(t, lab)
		}
	}
	require.NoError(t, lab.Break(t.Context()))
	assert.False(t, ask(t, lab).OK())
	require.NoError(t, lab.Heal(t.Context()))
	assert.True(t, ask(t, lab).OK())

	record := recordOf(t, lab)
	for _, p := range lab.Topology().VantagePoints() {
		trace := record.At(p.Name)
		attempts := trace.Attempts(harness.Port)
		if p.Name == "server" {
			require.Len(t, attempts, clients+1, "the server was off for one of them")
		} else {
			require.Len(t, attempts, clients+2, p.Name)
			assert.Len(t, attempts[clients].Packets, 1, p.Name)
			attempts[clients] = attempts[0]
		}
		for _, a := range attempts {
			assert.Equal(t, []int{1, 1, 2}, []int{count(a, wire.SYN), count(a, wire.SYN|wire.ACK), fins(a)}, "%s: %v", p.Name, a.Packets)
		}
		seen := map[wire.Packet]bool{}
		for _, packet := range trace.Packets {
			packet.Frame = 0
			assert.False(t, seen[packet], "%s: twice: %v", p.Name, packet)
			seen[packet] = true
		}
	}
}

func recordOf(t *testing.T, lab *harness.Standing) *lesson.Record {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, lab.WriteRecord(t.Context(), &file))
	record, err := lesson.ReadRecord(&file)
	require.NoError(t, err)
	return record
}

// count is the number of packets with exactly these flags.
func count(a wire.Attempt, flags wire.Flags) (n int) {
	for _, p := range a.Packets {
		if p.TCP.Flags == flags {
			n++
		}
	}
	return n
}

func fins(a wire.Attempt) (n int) {
	for _, p := range a.Packets {
		if p.TCP.Flags.Has(wire.FIN) {
			n++
		}
	}
	return n
}
