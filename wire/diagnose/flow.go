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

func flowOfPacket(p *wire.Packet) (flow, int) {
	return flowOf(endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort))
}

// before compares sequence numbers, which wrap around.
func before(a, b uint32) bool { return int32(a-b) < 0 }
