package diagnose

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// host is an address. Unlike netip.Addr it holds no pointer, so that it is quick to hash and nothing for the garbage
// collector to follow. An IPv4 address is behind 12 bytes of ff, which no host's IPv6 address begins with (RFC 4291
// section 2.7: it would be multicast), so that IPv4 and an address that IPv6 maps from it (::ffff:192.0.2.1) differ.
type host [16]byte

var ipv4 = [12]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

func hostOf(a netip.Addr) (h host) {
	if !a.Is4() {
		return a.As16()
	}
	b := a.As4()
	binary.LittleEndian.PutUint64(h[:], math.MaxUint64)
	binary.LittleEndian.PutUint32(h[8:], math.MaxUint32)
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

func endpointOf(addr netip.Addr, port uint16) (e endpoint) {
	*(*host)(e[:]) = hostOf(addr)
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
	if src.isAfter(&dst) {
		return flow{dst, src}, 1
	}
	return flow{src, dst}, 0
}

// isAfter compares as bytes.Compare does; it is done for every segment.
func (e *endpoint) isAfter(o *endpoint) bool {
	if a, b := binary.BigEndian.Uint64(e[:]), binary.BigEndian.Uint64(o[:]); a != b {
		return a > b
	}
	if a, b := binary.BigEndian.Uint64(e[8:]), binary.BigEndian.Uint64(o[8:]); a != b {
		return a > b
	}
	return e.port() > o.port()
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
	return mix(binary.LittleEndian.Uint64(e[:])^secret, binary.LittleEndian.Uint64(e[8:])^secrets[2]^uint64(e.port())<<32)
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
