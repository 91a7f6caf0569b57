package wire

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	client = netip.AddrPortFrom(client4, 40000)
	server = netip.AddrPortFrom(server4, 8080)
	router = netip.MustParseAddr("198.51.100.1")
)

func segment(src, dst netip.AddrPort, flags Flags, seq, ack uint32) Packet {
	return Packet{Kind: KindTCP, Src: src.Addr(), SrcPort: src.Port(), Dst: dst.Addr(), DstPort: dst.Port(),
		TCP: TCP{Flags: flags, Seq: seq, Ack: ack}}
}

func up(flags Flags, seq, ack uint32) Packet   { return segment(client, server, flags, seq, ack) }
func down(flags Flags, seq, ack uint32) Packet { return segment(server, client, flags, seq, ack) }

func quoting(q Quote) Packet {
	q.Protocol = protocolTCP
	return Packet{Kind: KindICMP, Src: router, Dst: client4, ICMP: ICMP{Type: 3, Code: 1, HasQuote: true, Quote: q}}
}

// attemptsOf numbers the packets and groups them.
func attemptsOf(port uint16, packets ...Packet) []Attempt {
	for i := range packets {
		packets[i].Frame = i + 1
		packets[i].Time = start.Add(time.Duration(i) * time.Second)
	}
	return Trace{Packets: packets}.Attempts(port)
}

// frames lists the frame numbers of each attempt.
func frames(list []Attempt) [][]int {
	var all [][]int
	for _, a := range list {
		var one []int
		for _, p := range a.Packets {
			one = append(one, p.Frame)
		}
		all = append(all, one)
	}
	return all
}

func TestAttempts(t *testing.T) {
	other := netip.AddrPortFrom(client4, 40001)
	elsewhere := netip.AddrPortFrom(server4, 443)
	for name, c := range map[string]struct {
		port    uint16
		packets []Packet
		want    [][]int
	}{
		"nothing":               {0, nil, nil},
		"retransmitted SYNs":    {0, []Packet{up(SYN, 5, 0), up(SYN, 5, 0), up(SYN, 5, 0)}, [][]int{{1, 2, 3}}},
		"a new ISN":             {0, []Packet{up(SYN, 5, 0), down(RST|ACK, 0, 6), up(SYN, 9, 0), down(RST|ACK, 0, 10)}, [][]int{{1, 2}, {3, 4}}},
		"late answer":           {0, []Packet{up(SYN, 5, 0), up(SYN, 9, 0), down(RST|ACK, 0, 6)}, [][]int{{1, 3}, {2}}},
		"late retransmission":   {0, []Packet{up(SYN, 5, 0), up(SYN, 9, 0), up(SYN, 5, 0)}, [][]int{{1, 3}, {2}}},
		"two clients":           {0, []Packet{up(SYN, 5, 0), segment(other, server, SYN, 5, 0), down(SYN|ACK, 1, 6)}, [][]int{{1, 3}, {2}}},
		"challenge ACK":         {0, []Packet{up(SYN, 5, 0), down(ACK, 70, 80), up(RST, 80, 0), up(SYN, 5, 0), down(SYN|ACK, 1, 6)}, [][]int{{1, 2, 3, 4, 5}}},
		"another port":          {8080, []Packet{segment(client, elsewhere, SYN, 5, 0), up(SYN, 5, 0)}, [][]int{{2}}},
		"from the port":         {8080, []Packet{segment(server, client, SYN, 5, 0)}, nil},
		"any port":              {0, []Packet{segment(client, elsewhere, SYN, 5, 0), up(SYN, 5, 0)}, [][]int{{1}, {2}}},
		"SYN-ACK before SYN":    {0, []Packet{down(SYN|ACK, 1, 6), up(SYN, 5, 0)}, [][]int{{1, 2}}},
		"new after midstream":   {0, []Packet{up(ACK, 5, 9), up(SYN, 5, 0)}, [][]int{{1}, {2}}},
		"ICMP for the SYN":      {8080, []Packet{up(SYN, 5, 0), quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: 5})}, [][]int{{1, 2}}},
		"ICMP for an older SYN": {0, []Packet{up(SYN, 5, 0), up(SYN, 9, 0), quoting(Quote{Src: client, Dst: server, HasSeq: true, Seq: 5})}, [][]int{{1, 3}, {2}}},
		"ICMP without a number": {0, []Packet{up(SYN, 5, 0), up(SYN, 9, 0), quoting(Quote{Src: client, Dst: server})}, [][]int{{1}, {2, 3}}},
		"ICMP for the SYN-ACK":  {0, []Packet{up(SYN, 5, 0), quoting(Quote{Src: server, Dst: client, HasSeq: true, Seq: 1})}, [][]int{{1, 2}}},
		"ICMP for another":      {8080, []Packet{quoting(Quote{Src: client, Dst: elsewhere})}, nil},
		"ICMP for the unseen":   {0, []Packet{quoting(Quote{Src: client, Dst: server})}, [][]int{{1}}},
		"ICMP without a quote":  {0, []Packet{{Kind: KindICMP, Src: router, Dst: client4}}, nil},
		"other packets":         {0, []Packet{{Kind: KindUDP}, {Kind: KindARP}, {}}, nil},
	} {
		assert.Equal(t, c.want, frames(attemptsOf(c.port, c.packets...)), name)
	}
}

func TestAttemptEnds(t *testing.T) {
	high := netip.AddrPortFrom(server4, 50000)
	for name, c := range map[string]struct {
		port    uint16
		packets []Packet
		client  netip.AddrPort
		hasSYN  bool
	}{
		"SYN":                  {0, []Packet{up(SYN, 5, 0)}, client, true},
		"SYN to a high port":   {0, []Packet{segment(client, high, SYN, 5, 0)}, client, true},
		"SYN-ACK only":         {0, []Packet{segment(high, client, SYN|ACK, 5, 6)}, client, false},
		"SYN-ACK before SYN":   {0, []Packet{down(SYN|ACK, 1, 6), up(SYN, 5, 0)}, client, true},
		"midstream, by port":   {50000, []Packet{segment(high, client, ACK, 5, 6)}, client, false},
		"midstream, lower":     {0, []Packet{down(ACK, 5, 6)}, client, false},
		"midstream, lower too": {0, []Packet{up(ACK, 5, 6)}, client, false},
		"midstream, no clue":   {0, []Packet{segment(netip.AddrPortFrom(client4, 8080), server, ACK, 5, 6)}, netip.AddrPortFrom(client4, 8080), false},
		"ICMP quotes server":   {0, []Packet{quoting(Quote{Src: server, Dst: client})}, client, false},
	} {
		list := attemptsOf(c.port, c.packets...)
		require.Len(t, list, 1, name)
		assert.Equal(t, c.client, list[0].Client, name)
		assert.Equal(t, c.hasSYN, list[0].HasSYN, name)
	}
}

func TestRelativeNumbers(t *testing.T) {
	const wrap = 0xffffffff // the client's numbers wrap around
	a := attemptsOf(0, up(SYN, wrap, 0), down(SYN|ACK, 1000, 0), up(ACK, 0, 1001), down(FIN|ACK, 1001, 1))[0]
	var got [][2]uint32
	for i := range a.Packets {
		got = append(got, [2]uint32{a.Seq(&a.Packets[i]), a.Ack(&a.Packets[i])})
	}
	assert.Equal(t, [][2]uint32{{0, 1}, {0, 1}, {1, 1}, {1, 2}}[1:], got[1:])
	assert.Zero(t, got[0][0])

	refused := attemptsOf(0, up(SYN, 700, 0), down(RST|ACK, 0, 701))[0]
	rst := &refused.Packets[1]
	assert.Equal(t, [2]uint32{0, 1}, [2]uint32{refused.Seq(rst), refused.Ack(rst)}, "no server ISN: the number itself")

	midstream := attemptsOf(0, down(PSH|ACK, 5000, 9000), up(ACK, 9000, 5100))[0]
	assert.Equal(t, uint32(0), midstream.Seq(&midstream.Packets[0]))
	assert.Equal(t, uint32(0), midstream.Ack(&midstream.Packets[0]))
	assert.Equal(t, uint32(100), midstream.Ack(&midstream.Packets[1]))

	oneSided := attemptsOf(0, down(SYN|ACK, 5000, 9001))[0]
	assert.Equal(t, uint32(9000), oneSided.ISN, "the SYN that it acknowledges")
	assert.Equal(t, uint32(1), oneSided.Ack(&oneSided.Packets[0]))
}

func TestFromClient(t *testing.T) {
	a := attemptsOf(0, up(SYN, 5, 0), down(SYN|ACK, 1, 6),
		quoting(Quote{Src: client, Dst: server}), quoting(Quote{Src: server, Dst: client}))[0]
	var got []bool
	for i := range a.Packets {
		got = append(got, a.FromClient(&a.Packets[i]))
	}
	assert.Equal(t, []bool{true, false, false, true}, got)
}

func TestTraceOn(t *testing.T) {
	trace := Trace{Point: "router", Packets: []Packet{{Frame: 1, Interface: "to-client"}, {Frame: 2, Interface: "to-server"}, {Frame: 3, Interface: "to-client"}}}
	side := trace.On("to-client")
	assert.Equal(t, "router:to-client", side.Point)
	require.Len(t, side.Packets, 2)
	assert.Equal(t, 3, side.Packets[1].Frame)
}
