package wire

import (
	"net/netip"
	"testing"

	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// asked is a trace in the making, of a client at .10 and a name server at .53 of the addresses of udpPacket.
type asked struct {
	*testing.T
	trace Trace
}

func (a *asked) datagram(src, dst uint16, m dnsmessage.Message, name string) {
	a.Helper()
	data := dnsMessage(a.T, m, name)
	p := Packet{Frame: len(a.trace.Packets) + 1, Length: 28 + len(data)}
	d := decode(&p, linkRaw, udpPacket(src, dst, data))
	require.Equal(a, KindDNS, p.Kind)
	if src == portDNS { // udpPacket knows one direction
		p.Src, p.Dst = p.Dst, p.Src
	}
	a.trace.Keep(p, d.payload)
}

func (a *asked) add(p Packet) {
	p.Frame = len(a.trace.Packets) + 1
	a.trace.Keep(p, nil)
}

// A question that is sent again from another port, to which an answer comes that is cut off, and which is then asked by TCP, is one lookup;
// an ICMP error belongs to the question that it quotes.
func TestLookups(t *testing.T) {
	client, server := netip.MustParseAddr("198.51.100.10"), netip.MustParseAddr("203.0.113.53")
	a := &asked{T: t}
	a.datagram(40000, 53, dnsmessage.Message{Header: dnsmessage.Header{ID: 1}}, "db.example.")
	a.datagram(40001, 53, dnsmessage.Message{Header: dnsmessage.Header{ID: 2}}, "web.example.")
	a.datagram(40002, 53, dnsmessage.Message{Header: dnsmessage.Header{ID: 3}}, "DB.example.")
	a.datagram(53, 40002, dnsmessage.Message{Header: dnsmessage.Header{ID: 3, Response: true, Truncated: true}}, "db.example.")
	a.add(Packet{Kind: KindTCP, Src: client, Dst: server, SrcPort: 50000, DstPort: 53, TCP: TCP{Flags: SYN}})
	a.add(Packet{Kind: KindTCP, Src: server, Dst: client, SrcPort: 53, DstPort: 50000, TCP: TCP{Flags: RST | ACK}})
	a.add(Packet{Kind: KindICMP, Src: server, Dst: client, ICMP: ICMP{HasQuote: true, Quote: Quote{Protocol: uint8(layers.IPProtocolUDP),
		Src: netip.AddrPortFrom(client, 40001), Dst: netip.AddrPortFrom(server, 53)}}})
	a.add(Packet{Kind: KindTCP, Src: client, Dst: server, SrcPort: 50001, DstPort: 53, TCP: TCP{Flags: SYN}}) // asks something else

	list := a.trace.Lookups()
	require.Len(t, list, 2)
	frames := func(l NameLookup) (all []int, fromClient []bool) {
		for i := range l.Packets {
			all, fromClient = append(all, l.Packets[i].Frame), append(fromClient, l.FromClient(&l.Packets[i]))
		}
		return all, fromClient
	}
	db, fromClient := frames(list[0])
	assert.Equal(t, []int{1, 3, 4, 5, 6}, db)
	assert.Equal(t, []bool{true, true, false, true, false}, fromClient)
	assert.Equal(t, "db.example", list[0].Name)
	assert.Equal(t, DNSTypeA, list[0].Type)
	assert.Equal(t, netip.AddrPortFrom(server, 53), list[0].Server)
	web, fromClient := frames(list[1])
	assert.Equal(t, []int{2, 7}, web)
	assert.Equal(t, []bool{true, false}, fromClient)
}
