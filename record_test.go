package tcplab_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
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
	built, err := harness.Open(t.Context(), harnesstest.Engine(t, engine), harnesstest.Scenario(t, "stopped-host"), lab.IPv4)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, built.Close(context.Background())) })
	assert.EqualError(t, built.WriteRecord(t.Context(), &bytes.Buffer{}), "the lab is not recorded")
	require.NoError(t, built.StartRecord(t.Context()))
	assert.EqualError(t, built.StartRecord(t.Context()), "the lab is being recorded already")

	const clients = 20
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for range clients {
			assert.True(t, ask(t, built).OK())
		}
	}()
	for going := true; going; {
		select {
		case <-asked:
			going = false
		default:
			recordOf(t, built)
		}
	}
	require.NoError(t, built.Break(t.Context()))
	assert.False(t, ask(t, built).OK())
	require.NoError(t, built.Heal(t.Context()))
	assert.True(t, ask(t, built).OK())

	record := recordOf(t, built)
	for _, p := range built.Topology().VantagePoints() {
		trace := record.At(p.Name)
		attempts := trace.Attempts(lab.Port)
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

func recordOf(t *testing.T, built *harness.Standing) *lesson.LabRecord {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, built.WriteRecord(t.Context(), &file))
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
