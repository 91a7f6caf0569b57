package diagnose

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// endpoint is an address, IPv4 ones mapped into IPv6, and a port. Unlike netip.AddrPort it holds no pointer, so that
// it is quick to hash and nothing for the garbage collector to follow.
type endpoint [18]byte

func endpointOf(addr netip.Addr, port uint16) endpoint {
	var e endpoint
	a := addr.As16()
	copy(e[:], a[:])
	binary.BigEndian.PutUint16(e[16:], port)
	return e
}

func (e endpoint) addrPort() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(e[:16])).Unmap(), e.port())
}

func (e endpoint) port() uint16 { return binary.BigEndian.Uint16(e[16:]) }

// flow is a pair of endpoints, the lower one first: the same for both directions.
type flow [2]endpoint

// flowOf returns the flow between two endpoints, and the index of src in it.
func flowOf(src, dst endpoint) (flow, int) {
	if bytes.Compare(src[:], dst[:]) <= 0 {
		return flow{src, dst}, 0
	}
	return flow{dst, src}, 1
}

// Key is what the engine knows a TCP segment's connection by. It depends on the packet alone, and so can be computed
// ahead, on another processor: [Engine.AddKeyed].
type Key struct {
	flow flow
	from int // the index of the sender in it
}

// KeyOf returns the packet's key; that of a packet which is no TCP segment is of no use and not computed.
func KeyOf(p *wire.Packet) Key {
	if p.Kind != wire.KindTCP {
		return Key{}
	}
	f, from := flowOf(endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort))
	return Key{f, from}
}

// before compares sequence numbers, which wrap around.
func before(a, b uint32) bool { return int32(a-b) < 0 }
