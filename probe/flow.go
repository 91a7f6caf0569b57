package probe

import (
	"net/netip"
	"sync/atomic"

	"github.com/tcplab/tcplab/wire"
)

// maxPackets bounds what is kept of a server that talks without being asked.
const maxPackets = 4096

// protocolTCP is IANA's number.
const protocolTCP = 6

// flow is one connection attempt, and the packets that belong to it.
type flow struct {
	server netip.AddrPort
	local  netip.Addr // as the route says
	hop    netip.Addr // whom the link layer asks for; zero on this machine
	// port is this end's. It is set before the first packet leaves, by the goroutine that connects, and read by the
	// one that captures.
	port    atomic.Uint32
	packets []wire.Packet
}

// client is this end of the connection, with port 0 as long as that is not known.
func (f *flow) client() netip.AddrPort {
	return netip.AddrPortFrom(f.local.WithZone(""), uint16(f.port.Load()))
}

// take keeps a packet that belongs to the flow, numbered among its like.
func (f *flow) take(p wire.Packet) {
	if len(f.packets) < maxPackets && f.owns(&p) {
		p.Frame = len(f.packets) + 1
		f.packets = append(f.packets, p)
	}
}

// owns reports whether a packet is of the connection, an ICMP error about it, or about the next hop's hardware address.
func (f *flow) owns(p *wire.Packet) bool {
	switch p.Kind {
	case wire.KindTCP:
		return f.joins(p.SrcAddrPort(), p.DstAddrPort()) || f.joins(p.DstAddrPort(), p.SrcAddrPort())
	case wire.KindICMP:
		q := &p.ICMP.Quote
		return p.ICMP.HasQuote && q.Protocol == protocolTCP && f.joins(q.Src, q.Dst)
	case wire.KindARP, wire.KindND:
		if p.Neighbour.Target != f.hop {
			return false
		}
		// Of IPv6, who asks may be any address of this interface; it asks no other's neighbours but by multicast.
		return p.Neighbour.Reply || p.Kind == wire.KindND || p.Src == f.local.WithZone("")
	}
	return false
}

// joins reports whether a packet from a to b is one of this end's.
func (f *flow) joins(a, b netip.AddrPort) bool {
	port := f.port.Load()
	return port != 0 && uint32(a.Port()) == port && b.Port() == f.server.Port() && b.Addr() == f.server.Addr().WithZone("")
}

// isHeard reports whether the server acknowledged more than the SYN, or said something of its own; true also where the capture
// does not hold the handshake, and so shows nothing of the server's answers.
func (f *flow) isHeard() bool {
	var isn uint32
	asked, answered := false, false
	for i := range f.packets {
		p := &f.packets[i]
		flags := p.TCP.Flags
		switch fromServer := p.SrcAddrPort() == netip.AddrPortFrom(f.server.Addr().WithZone(""), f.server.Port()); {
		case p.Kind != wire.KindTCP:
		case !fromServer && flags.Has(wire.SYN):
			isn, asked = p.TCP.Seq, true
		case !fromServer:
		case flags.Has(wire.SYN | wire.ACK):
			answered = true
		case p.TCP.Payload > 0, flags&(wire.FIN|wire.RST) != 0, flags.Has(wire.ACK) && p.TCP.Ack != isn+1:
			return true
		}
	}
	return !asked || !answered
}
