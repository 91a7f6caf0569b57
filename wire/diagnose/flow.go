package diagnose

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// host is an address. Unlike netip.Addr it holds no pointer, so that it is quick to hash and nothing for the garbage
// collector to follow. An IPv4 address is behind 12 bytes of ff, which no host's IPv6 address begins with (RFC 4291
// section 2.7: it would be multicast), so that IPv4 and an address that IPv6 maps from it (::ffff:192.0.2.1) differ.
type host [16]byte

var ipv4 = [12]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

func hostOf(a netip.Addr) host {
	if !a.Is4() {
		return a.As16()
	}
	var h host
	copy(h[:], ipv4[:])
	b := a.As4()
	copy(h[len(ipv4):], b[:])
	return h
}

func (h host) addr() netip.Addr {
	if [len(ipv4)]byte(h[:]) == ipv4 {
		return netip.AddrFrom4([4]byte(h[len(ipv4):]))
	}
	return netip.AddrFrom16(h)
}

// endpoint is a host and a port.
type endpoint [18]byte

func endpointOf(addr netip.Addr, port uint16) endpoint {
	var e endpoint
	h := hostOf(addr)
	copy(e[:], h[:])
	binary.BigEndian.PutUint16(e[16:], port)
	return e
}

func (e endpoint) addrPort() netip.AddrPort {
	return netip.AddrPortFrom(e.host().addr(), e.port())
}

func (e endpoint) host() host { return host(e[:16]) }

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
// ahead, on another processor, as [Batch.Fill] does.
type Key struct {
	flow flow
	from int // the index of the sender in it
	// print and within tell a copy of the segment, see [duplicates].
	print  uint64
	within int64
}

// KeyOf returns the packet's key; that of a packet which is no TCP segment is of no use and not computed.
func KeyOf(p *wire.Packet) Key {
	if p.Kind != wire.KindTCP {
		return Key{}
	}
	f, from := flowOf(endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort))
	print, within := printOf(p, f, from)
	return Key{f, from, print, within}
}

// before compares sequence numbers, which wrap around.
func before(a, b uint32) bool { return int32(a-b) < 0 }
