package signature

import (
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/wire"
)

var start = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// family is the endpoints of an attempt: the signatures must be the same for both.
type family struct {
	client, server netip.AddrPort
	router         netip.Addr
	v6             bool
}

var (
	v4 = family{netip.MustParseAddrPort("198.51.100.10:40000"), netip.MustParseAddrPort("203.0.113.10:8080"),
		netip.MustParseAddr("198.51.100.1"), false}
	v6 = family{netip.MustParseAddrPort("[2001:db8:1::10]:40000"), netip.MustParseAddrPort("[2001:db8:2::10]:8080"),
		netip.MustParseAddr("2001:db8:1::1"), true}
)

// The initial sequence numbers of every attempt built here; the client's wraps around.
const (
	clientISN = 0xffffffff
	serverISN = 5000
)

// linuxSYN are the options of a SYN as Linux sends them.
var linuxSYN = []byte{2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7}

// at puts the time since the first packet, in seconds, on a packet.
func at(seconds float64, p wire.Packet) wire.Packet {
	p.Time = start.Add(time.Duration(seconds * float64(time.Second)).Round(time.Microsecond))
	return p
}

func (f family) segment(fromClient bool, flags wire.Flags, seq, ack uint32, window uint16, options ...byte) wire.Packet {
	src, dst := f.server, f.client
	if fromClient {
		src, dst = dst, src
	}
	p := wire.Packet{Kind: wire.KindTCP, Src: src.Addr(), SrcPort: src.Port(), Dst: dst.Addr(), DstPort: dst.Port(),
		TCP: wire.TCP{Flags: flags, Seq: seq, Ack: ack, Window: window}}
	p.TCP.SetOptions(options)
	return p
}

func (f family) syn() wire.Packet {
	return f.segment(true, wire.SYN, clientISN, 0, 64240, linuxSYN...)
}

func (f family) synAck() wire.Packet {
	return f.segment(false, wire.SYN|wire.ACK, serverISN, 0, 65160, 2, 4, 5, 180)
}

func (f family) ack() wire.Packet {
	return f.segment(true, wire.ACK, 0, serverISN+1, 502)
}

// refusal is the RST of a port that nobody listens on: no server ISN, sequence number 0.
func (f family) refusal() wire.Packet {
	return f.segment(false, wire.RST|wire.ACK, 0, 0, 0)
}

// unreachable is the ICMP error "unreachable port" about the client's SYN.
func (f family) unreachable() wire.Packet {
	m := wire.ICMP{V6: f.v6, Type: 3, Code: 3, HasQuote: true,
		Quote: wire.Quote{Src: f.client, Dst: f.server, Protocol: 6, HasSeq: true, Seq: clientISN}}
	if f.v6 {
		m.Type, m.Code = 1, 4
	}
	return wire.Packet{Kind: wire.KindICMP, Src: f.router, Dst: f.client.Addr(), ICMP: m}
}

// tooBig is the ICMP error by which a router tells the server the next hop's MTU.
func (f family) tooBig() wire.Packet {
	m := wire.ICMP{V6: f.v6, Type: 3, Code: 4, MTU: 1400, HasQuote: true,
		Quote: wire.Quote{Src: f.server, Dst: f.client, Protocol: 6, HasSeq: true, Seq: serverISN + 1}}
	if f.v6 {
		m.Type, m.Code = 2, 0
	}
	return wire.Packet{Kind: wire.KindICMP, Src: f.router, Dst: f.server.Addr(), ICMP: m}
}

// echo is a request of the client's ping, or the reply to it.
func (f family) echo(fromClient bool, sequence uint16) wire.Packet {
	m := wire.ICMP{V6: f.v6, ID: pingID, Sequence: sequence}
	src, dst := f.server, f.client
	switch {
	case fromClient && f.v6:
		m.Type = 128
	case fromClient:
		m.Type = 8
	case f.v6:
		m.Type = 129
	}
	if fromClient {
		src, dst = dst, src
	}
	return wire.Packet{Kind: wire.KindICMP, Src: src.Addr(), Dst: dst.Addr(), ICMP: m}
}

// pingID is the identifier of every ping here.
const pingID = 4711

// noHost is the ICMP error "unreachable host" about a request of the client's ping.
func (f family) noHost(sequence uint16) wire.Packet {
	q := wire.Quote{Src: netip.AddrPortFrom(f.client.Addr(), 0), Dst: netip.AddrPortFrom(f.server.Addr(), 0), Protocol: 1,
		HasEcho: true, ID: pingID, Sequence: sequence}
	m := wire.ICMP{V6: f.v6, Type: 3, Code: 1, HasQuote: true, Quote: q}
	if f.v6 {
		m.Type, m.Code, m.Quote.Protocol = 1, 3, 58
	}
	return wire.Packet{Kind: wire.KindICMP, Src: f.router, Dst: f.client.Addr(), ICMP: m}
}

// ping groups the packets, which must be one echo exchange.
func ping(packets ...wire.Packet) wire.Attempt {
	list := wire.Trace{Packets: packets}.Echoes()
	if len(list) != 1 {
		panic("not one echo exchange")
	}
	return list[0]
}

// attempt groups the packets, which must be one attempt; none are the zero attempt.
func attempt(packets ...wire.Packet) wire.Attempt {
	list := wire.Trace{Packets: packets}.Attempts(8080)
	switch len(list) {
	case 0:
		return wire.Attempt{}
	case 1:
		return list[0]
	}
	panic("more than one attempt")
}

// options are the defaults with the textbook's schedule.
func options() Options {
	return Options{Tolerance: DefaultTolerance(),
		Schedule: []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}}
}
