package diagnose

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// syn is a SYN from a port of its own.
func syn(n int) wire.Packet {
	p := wire.Packet{Kind: wire.KindTCP, Frame: n + 1, Time: start.Add(time.Duration(n) * time.Millisecond)}
	p.Src, p.SrcPort, p.Dst, p.DstPort = clientAddr.Addr(), uint16(n), serverAddr.Addr(), uint16(n>>16)+80
	p.TCP = wire.TCP{Flags: wire.SYN, Seq: uint32(n)}
	return p
}

func TestFloodIsBounded(t *testing.T) {
	const room, flood = 100, 5000
	reported := 0
	e := New(Options{MaxTracked: room, Emit: func(a *Judged) {
		reported++
		assert.Equal(t, NoAnswer, a.Verdict)
	}})
	for n := range flood {
		p := syn(n)
		e.Add(&p, nil)
		require.LessOrEqual(t, len(e.table.all), room)
	}
	e.drain()
	assert.Equal(t, flood-room, reported)
	e.Close()
	assert.Equal(t, flood, reported)
	assert.EqualValues(t, flood-room, e.Stats().Evicted)
	assert.EqualValues(t, flood, e.Stats().Attempts)
}

// TestActiveConnectionOutlivesFlood: what is in use is not given up for what is not.
func TestActiveConnectionOutlivesFlood(t *testing.T) {
	var verdicts []Verdict
	e := New(Options{MaxTracked: 50, Emit: func(a *Judged) {
		if a.Client() == clientAddr {
			verdicts = append(verdicts, a.Verdict)
		}
	}})
	packets, _ := packetsOf(t, exchange+"9 < R. 301 0 101")
	for i := range packets {
		e.Add(&packets[i], nil)
		for n := range 40 {
			p := syn(1000*i + n)
			e.Add(&p, nil)
		}
	}
	e.Close()
	assert.Equal(t, []Verdict{ResetByServer}, verdicts)
}

func TestEndedConnectionsAreForgotten(t *testing.T) {
	e := New(Options{MaxEnded: 10, Emit: func(*Judged) {}})
	for n := range 1000 {
		p := syn(n)
		e.Add(&p, nil)
		p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		p.TCP = wire.TCP{Flags: wire.RST | wire.ACK, Ack: uint32(n) + 1}
		e.Add(&p, nil)
	}
	e.drain()
	assert.Len(t, e.table.all, 10)
	assert.Equal(t, 10, e.table.flows.n)
	assert.LessOrEqual(t, len(e.table.spare), 2)
}

func TestManyAttemptsOnOneFlow(t *testing.T) {
	reported := 0
	e := New(Options{Emit: func(*Judged) { reported++ }})
	for n := range 100 {
		p := syn(7)
		p.Frame, p.TCP.Seq = n+1, uint32(n)
		e.Add(&p, nil)
	}
	e.drain()
	assert.Len(t, e.table.all, wire.MostOnPorts)
	e.Close()
	assert.Equal(t, 100, reported)
}

func TestEngineDoesNotAllocate(t *testing.T) {
	e := New(Options{Emit: func(*Judged) {}})
	packets, payloads := packetsOf(t, exchange)
	feed := func() {
		for i := range packets {
			e.Add(&packets[i], payloads[i])
		}
	}
	feed()
	assert.Zero(t, testing.AllocsPerRun(100, feed))
}

func TestSchedules(t *testing.T) {
	for want, gaps := range map[string][]time.Duration{
		"":                      {time.Second},
		"exponential from 1 s":  {1010 * time.Millisecond, 2020 * time.Millisecond, 4260 * time.Millisecond},
		"linear at first":       {time.Second, 1020 * time.Millisecond, 1020 * time.Millisecond, time.Second, time.Second, 2 * time.Second},
		"exponential from 3 s":  {3 * time.Second, 6 * time.Second},
		"every half second":     {500 * time.Millisecond, 510 * time.Millisecond},
		"equal at first, from ": {3 * time.Second, 3 * time.Second, 3 * time.Second},
	} {
		got := scheduleName(gaps).English
		assert.Contains(t, got, want)
		assert.Equal(t, want == "", got == "")
	}
	assert.Empty(t, scheduleName([]time.Duration{time.Second, 7 * time.Second}).English)
}

func TestNotes(t *testing.T) {
	for text, note := range map[string]string{
		"0 > S 0 0 0\n0.1 < R. 0 0 1\n0.6 > S 0 0 0\n0.7 < S. 0 0 1\n0.8 > . 1 0 1": "succeeded after 1 refusal",
		"0 > S 0 0 0\n0.1 < R 0 0 0 raw":                                            "the RST acknowledges nothing: a client that follows RFC 9293 ignores it and goes on trying",
		"0 > S 0 0 0":                                                               "the capture ends too early to be sure",
		exchange + "1 < R. 301 0 101 ttl=50":                                        "the RST has TTL 50, the other packets of that side 64: something on the way may have sent it",
		"0 > S 0 0 0 id=5\n0.001 > S 0 0 0 id=5\n1 > S 0 0 0":                       "1 packet captured twice",
		exchange + "1 icmp 3 1 seq=101":                                             "ICMP unreachable host from 198.51.100.1 about this connection",
		"0 > S 0 0 0\n0 < S 0 0 0\n0 > S. 0 0 1\n0 < S. 0 0 1":                      "simultaneous open: both sides sent a SYN",
		exchange + "1 < . 9000 0 101\n1 > . 101 0 9000":                             "the capture lacks packets that were acknowledged",
		"0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0\n7 > S 0 0 0":                        "SYNs after gaps of 1.0, 2.0, 4.0 s: " + schedules[0].name.English,
		"0 > S 0 0 0\n0.1 < . 900 0 77777777\n0.1 > R 77777777 0 0":                 "the server still holds an older connection on these ports (challenge ACK, RFC 5961)",
	} {
		list := diagnoseText(t, text)
		require.Len(t, list, 1)
		assert.Contains(t, english(list[0].Notes), note)
	}
}
