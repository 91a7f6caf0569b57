package diagnose

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// host is an address. Unlike netip.Addr it holds no pointer, so that it is nothing for the garbage collector to follow, and two words,
// so that it is quick to compare and to hash. An IPv4 address is behind 12 bytes of ff, which no host's IPv6 address begins with
// (RFC 4291 section 2.7: it would be multicast), so that IPv4 and an address that IPv6 maps from it (::ffff:192.0.2.1) differ.
type host struct{ high, low uint64 }

const ipv4 = math.MaxUint32 << 32 // of the low half, before an IPv4 address

func hostOf(a netip.Addr) host {
	if a.Is4() {
		b := a.As4()
		return host{math.MaxUint64, ipv4 | uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return host{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])}
}

func (h host) addr() netip.Addr {
	if h.high == math.MaxUint64 && h.low&ipv4 == ipv4 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(h.low))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], h.high)
	binary.BigEndian.PutUint64(b[8:], h.low)
	return netip.AddrFrom16(b)
}

// isAfter compares as bytes.Compare does with the bytes of the addresses.
func (h host) isAfter(o host) bool {
	if h.high != o.high {
		return h.high > o.high
	}
	return h.low > o.low
}

// endpoint is a host and a port.
type endpoint struct {
	host
	port uint16
}

func endpointOf(addr netip.Addr, port uint16) endpoint { return endpoint{hostOf(addr), port} }

func (e endpoint) addrPort() netip.AddrPort { return netip.AddrPortFrom(e.addr(), e.port) }

// flow is a pair of endpoints, the lower one first: the same for both directions.
type flow [2]endpoint

// flowOf returns the flow between two endpoints, and the index of src in it.
func flowOf(src, dst endpoint) (flow, int) {
	if src.host.isAfter(dst.host) || src.host == dst.host && src.port > dst.port {
		return flow{dst, src}, 1
	}
	return flow{src, dst}, 0
}

// secrets are of this process: a capture cannot be made for flows or packets to look alike. They are odd, so that no product of
// them loses a bit.
var secrets = func() (s [4]uint64) {
	for i := range s {
		s[i] = maphash.Comparable(seed, i) | 1
	}
	return s
}()

// mix is a step of a hash: both halves of a product, as wyhash does it.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

func (e *endpoint) hash(secret uint64) uint64 {
	return mix(e.high^secret, e.low^secrets[2]^uint64(e.port)<<32)
}

func (f *flow) hash() uint64 {
	return mix(f[0].hash(secrets[0])^secrets[3], f[1].hash(secrets[1])^secrets[2])
}

// Key is what the engine knows a TCP segment's connection by. It depends on the packet alone, and so can be computed
// ahead, on another processor, as [Batch.Fill] does.
type Key struct {
	hash uint64 // of the flow
	// print tells a copy of the segment, see [duplicates].
	print uint64
	flow  flow
	from  uint8 // the index of the sender in it
	blind bool  // there is neither an identification nor a timestamp to know a copy by
}

// KeyOf returns the packet's key; that of a packet which is no TCP segment is of no use and not computed.
func KeyOf(p *wire.Packet) (k Key) {
	if p.Kind == wire.KindTCP {
		k.fill(p)
	}
	return k
}

func (k *Key) fill(p *wire.Packet) {
	f, from := flowOf(endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort))
	k.flow, k.from, k.hash = f, uint8(from), f.hash()
	k.print = printOf(p, k.hash+uint64(from))
	k.blind = p.ID == 0 && !hasTimestamp(&p.TCP)
}

// before compares sequence numbers, which wrap around.
func before(a, b uint32) bool { return int32(a-b) < 0 }
