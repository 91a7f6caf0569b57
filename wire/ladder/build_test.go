package ladder_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
)

var (
	clientAddr = netip.MustParseAddr("198.51.100.10")
	routerAddr = netip.MustParseAddr("198.51.100.1")
	behindAddr = netip.MustParseAddr("203.0.113.1")
	serverAddr = netip.MustParseAddr("203.0.113.10")

	start = time.Unix(1_700_000_000, 0)
)

// The vantage points of the default topology by the letters of their hosts and sides, from left to right.
var pointsByLetter = []struct{ letter, name string }{
	{"c", "client"}, {"l", "router:to-client"}, {"r", "router:to-server"}, {"s", "server"},
}

// tracesOf reads what the vantage points saw from text, one packet a line:
//
//	TIME > FLAGS SEQ LENGTH ACK [OPTION...] @ POINTS    from the client; < from the server
//	TIME icmp TYPE CODE [OPTION...] @ POINTS            from the router, about the client's SYN
//	TIME who [OPTION...] @ POINTS                       the router asks for the server's hardware address
//
// The time is in seconds. POINTS are letters in the order of the packet's way: c, l and r (left and right of the
// router), s; it takes 5 µs from one to the next. Options: id=N, ttl=N, src=ADDR:PORT, dst=ADDR:PORT, win=N.
func tracesOf(t *testing.T, text string) []wire.Trace {
	t.Helper()
	traces := make([]wire.Trace, len(pointsByLetter))
	for i, p := range pointsByLetter {
		traces[i].Point = p.name
	}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		p, points := packetOf(t, f)
		for i, letter := range strings.Split(points, "") {
			at := slices.IndexFunc(pointsByLetter, func(p struct{ letter, name string }) bool { return p.letter == letter })
			require.GreaterOrEqual(t, at, 0, letter)
			p.Frame = len(traces[at].Packets) + 1
			seen := p
			seen.Time = p.Time.Add(time.Duration(i) * 5 * time.Microsecond)
			traces[at].Packets = append(traces[at].Packets, seen)
		}
	}
	return traces
}

func packetOf(t *testing.T, f []string) (wire.Packet, string) {
	t.Helper()
	p := wire.Packet{Time: start.Add(time.Duration(floatOf(t, f[0]) * float64(time.Second))), Kind: wire.KindTCP, TTL: 64}
	client, server := netip.AddrPortFrom(clientAddr, 40000), netip.AddrPortFrom(serverAddr, 8080)
	src, dst := client, server
	switch f[1] {
	case ">", "<":
		if f[1] == "<" {
			src, dst = dst, src
		}
		p.TCP = wire.TCP{Flags: flagsOf(f[2]), Seq: numberOf(t, f[3]), Payload: int(numberOf(t, f[4])), Ack: numberOf(t, f[5]), Window: 500}
		f = f[6:]
	case "icmp":
		p.Kind = wire.KindICMP
		p.ICMP = wire.ICMP{Type: uint8(numberOf(t, f[2])), Code: uint8(numberOf(t, f[3])), HasQuote: true,
			Quote: wire.Quote{Src: client, Dst: server, Protocol: 6, HasSeq: true, Seq: 100}}
		src, dst = netip.AddrPortFrom(routerAddr, 0), netip.AddrPortFrom(clientAddr, 0)
		f = f[4:]
	case "who":
		p.Kind, p.Neighbour.Target = wire.KindARP, serverAddr
		src, dst = netip.AddrPortFrom(behindAddr, 0), netip.AddrPortFrom(serverAddr, 0)
		f = f[2:]
	default:
		require.FailNow(t, "neither a segment nor a message", "%q", f[1])
	}
	points := ""
	for i, option := range f {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "id":
			p.ID = uint16(numberOf(t, value))
		case "ttl":
			p.TTL = uint8(numberOf(t, value))
		case "win":
			p.TCP.Window = uint16(numberOf(t, value))
		case "src":
			src = netip.MustParseAddrPort(value)
		case "dst":
			dst = netip.MustParseAddrPort(value)
		case "@":
			points = f[i+1]
		}
	}
	p.Src, p.SrcPort, p.Dst, p.DstPort = src.Addr(), src.Port(), dst.Addr(), dst.Port()
	return p, points
}

func flagsOf(text string) wire.Flags {
	var flags wire.Flags
	for i, letter := range "FSRP." {
		if strings.ContainsRune(text, letter) {
			flags |= 1 << i
		}
	}
	return flags
}

func floatOf(t *testing.T, text string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return f
}

func numberOf(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	require.NoError(t, err)
	return uint32(n)
}

// wayOf is the way from the client over the router to the server, with what was captured on it.
func wayOf(traces []wire.Trace) ladder.Columns {
	return ladder.Columns{Hosts: []ladder.Column{
		{Name: "client", Addrs: []netip.Addr{clientAddr}, Right: &traces[0]},
		{Name: "router", Addrs: []netip.Addr{routerAddr, behindAddr}, Left: &traces[1], Right: &traces[2]},
		{Name: "server", Addrs: []netip.Addr{serverAddr}, Left: &traces[3]},
	}}
}

func ladderOf(t *testing.T, text string) ladder.Ladder {
	t.Helper()
	return ladder.New(wayOf(tracesOf(t, text)))
}

// fates are the arrows in one line each: the label, the way and the end.
func fates(l ladder.Ladder) []string {
	var list []string
	for i := range l.Arrows {
		a := &l.Arrows[i]
		list = append(list, fmt.Sprintf("%s: %d to %d, %s", a.Label, a.From, a.To, a.Fate))
	}
	return list
}
