package diagnose

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

var (
	clientAddr = netip.MustParseAddrPort("198.51.100.10:40000")
	serverAddr = netip.MustParseAddrPort("203.0.113.10:8080")
	routerAddr = netip.MustParseAddr("198.51.100.1")
	start      = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
)

const (
	clientISN = 0xfffffff0 // wraps around soon
	serverISN = 5000
)

// packetsOf reads a capture from text, one packet a line:
//
//	TIME > FLAGS SEQ LENGTH ACK [OPTION...]    from the client; < from the server
//	TIME icmp TYPE CODE [seq=N]                quotes a segment of the client
//	TIME arp > | <                             the client asks for the server's address, the server answers
//
// The time is in seconds; numbers are relative to each side's initial one. Options: win=N, id=N, ttl=N, isn=N (the
// client's in this packet), port=N (the client's), raw (SEQ and ACK are the numbers themselves), text=T (the data).
func packetsOf(t testing.TB, text string) ([]wire.Packet, [][]byte) {
	t.Helper()
	var packets []wire.Packet
	var payloads [][]byte
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		p := wire.Packet{Frame: len(packets) + 1, TTL: 64, ID: uint16(len(packets) + 1)}
		p.Time = start.Add(time.Duration(number(t, f[0]) * 1e9))
		var payload []byte
		switch f[1] {
		case ">", "<":
			payload = segmentOf(t, &p, f[1] == ">", f[2:])
		case "icmp":
			icmpOf(t, &p, f[2:])
		case "arp":
			p.Kind, p.TTL, p.ID = wire.KindARP, 0, 0
			p.Src, p.Dst = clientAddr.Addr(), serverAddr.Addr()
			p.Neighbour.Target = serverAddr.Addr()
			if f[2] == "<" {
				p.Src, p.Dst = p.Dst, p.Src
				p.Neighbour.Reply = true
			}
		default:
			require.Fail(t, "no such packet", line)
		}
		packets, payloads = append(packets, p), append(payloads, payload)
	}
	return packets, payloads
}

func number(t testing.TB, s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return n
}

var flagBits = map[rune]wire.Flags{'S': wire.SYN, '.': wire.ACK, 'F': wire.FIN, 'R': wire.RST, 'P': wire.PSH}

func segmentOf(t testing.TB, p *wire.Packet, up bool, f []string) []byte {
	p.Kind = wire.KindTCP
	for _, r := range f[0] {
		p.TCP.Flags |= flagBits[r]
	}
	if f[0] == "-" {
		p.TCP.Flags = 0
	}
	seq, size, ack := uint32(number(t, f[1])), int(number(t, f[2])), uint32(number(t, f[3]))
	options := map[string]string{}
	for _, o := range f[4:] {
		name, value, _ := strings.Cut(o, "=")
		options[name] = value
	}
	value := func(name string, otherwise uint32) uint32 {
		if s, ok := options[name]; ok {
			return uint32(number(t, s))
		}
		return otherwise
	}
	cISN := value("isn", clientISN)
	p.Src, p.SrcPort = clientAddr.Addr(), uint16(value("port", uint32(clientAddr.Port())))
	p.Dst, p.DstPort = serverAddr.Addr(), serverAddr.Port()
	p.TCP.Seq, p.TCP.Ack = seq+cISN, ack+serverISN
	if !up {
		p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		p.TCP.Seq, p.TCP.Ack = seq+serverISN, ack+cISN
	}
	if _, raw := options["raw"]; raw {
		p.TCP.Seq, p.TCP.Ack = seq, ack
	}
	if !p.TCP.Flags.Has(wire.ACK) {
		p.TCP.Ack = 0
	}
	p.TCP.Window = uint16(value("win", 64240))
	p.TTL = uint8(value("ttl", 64))
	p.ID = uint16(value("id", uint32(p.ID)))
	p.TCP.Payload = size
	if text, ok := options["text"]; ok {
		payload := []byte(strings.NewReplacer("_", " ", `\n`, "\r\n").Replace(text))
		p.TCP.Payload = max(size, len(payload))
		return payload
	}
	if p.TCP.Flags.Has(wire.SYN) {
		p.TCP.SetOptions([]byte{2, 4, 5, 180}) // an MSS of 1460
	}
	return nil
}

func icmpOf(t testing.TB, p *wire.Packet, f []string) {
	p.Kind, p.Src, p.Dst = wire.KindICMP, routerAddr, clientAddr.Addr()
	p.ICMP = wire.ICMP{Type: uint8(number(t, f[0])), Code: uint8(number(t, f[1])), HasQuote: true}
	p.ICMP.Quote = wire.Quote{Src: clientAddr, Dst: serverAddr, Protocol: protocolTCP, HasSeq: true, Seq: clientISN}
	if len(f) > 2 {
		p.ICMP.Quote.Seq = clientISN + uint32(number(t, strings.TrimPrefix(f[2], "seq=")))
	}
}

// result is what is asserted of an attempt.
type result struct {
	verdict string // "midstream/ok" with an ending, "no-answer?" where inconclusive
	packets int64
	Explanation
	seen Seen
}

func diagnosed(packets []wire.Packet, payloads [][]byte, o Options) ([]result, Stats) {
	var list []result
	o.Emit = func(a *Attempt) {
		verdict := string(a.Verdict)
		if a.Ending != "" {
			verdict += "/" + string(a.Ending)
		}
		if a.Inconclusive {
			verdict += "?"
		}
		list = append(list, result{verdict, a.Packets(), a.Explain(), a.Seen()})
	}
	e := New(o)
	for i := range packets {
		e.Add(&packets[i], payloads[i])
	}
	e.Close()
	return list, e.Stats()
}

func diagnoseText(t testing.TB, text string) []result {
	packets, payloads := packetsOf(t, text)
	list, _ := diagnosed(packets, payloads, Options{})
	return list
}

func verdictsOf(list []result) string {
	var names []string
	for _, r := range list {
		names = append(names, r.verdict)
	}
	return strings.Join(names, " ")
}

// handshake is three packets in the first 20 ms.
const handshake = `
0.000 > S  0 0 0
0.010 < S. 0 0 1
0.011 > .  1 0 1
`

// exchange adds a request of 100 bytes and an answer of 300.
const exchange = handshake + `
0.020 > P. 1 100 1
0.030 < .  1 0 101
0.040 < P. 1 300 101
0.041 > .  101 0 301
`
