package wire

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDatagrams(t *testing.T) {
	a, b := netip.MustParseAddr("198.51.100.10"), netip.MustParseAddr("203.0.113.10")
	udp := func(from, to netip.Addr, source, destination uint16) Packet {
		return Packet{Kind: KindUDP, Src: from, Dst: to, SrcPort: source, DstPort: destination}
	}
	quoting := func(protocol uint8, port uint16) Packet {
		p := Packet{Kind: KindICMP, Src: b, Dst: a}
		p.ICMP.Type, p.ICMP.Code, p.ICMP.HasQuote = 3, 3, true
		p.ICMP.Quote.Protocol, p.ICMP.Quote.Dst = protocol, netip.AddrPortFrom(b, port)
		return p
	}
	trace := Trace{Point: "client", Packets: []Packet{
		udp(a, b, 40000, 5353), udp(a, b, 40000, 5354), udp(b, a, 5353, 40000), udp(a, b, 40000, 53), udp(b, a, 53, 40000),
		{Kind: KindTCP, Src: a, Dst: b, SrcPort: 40000, DstPort: 5353},
		quoting(17, 5354), quoting(17, 53), quoting(6, 5353),
	}}
	assert.Equal(t, DatagramCount{Point: "client", ToService: 2, FromService: 1, Errors: 1}, trace.Datagrams(5353, 5354))
	assert.Equal(t, "datagrams at client: 1 to the service, 1 from it, 0 ICMP errors about them", trace.Datagrams(5353).String())
}
