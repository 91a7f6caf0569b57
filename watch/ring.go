package watch

import (
	"encoding/binary"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// ring holds the latest frames, in a bounded memory: chunks, of which the oldest one makes room for new frames.
type ring struct {
	chunks [][]byte // the one that is filled is the last; those before it are older
	most   int      // chunks
}

// chunkSize is larger than any frame that a reader gives.
const chunkSize = 2 << 20

// record is a frame in the ring, and what it is about.
type record struct {
	at      int64 // ns
	number  int64 // in the capture
	link    uint16
	iface   uint16 // among the watcher's
	isLink  bool   // it is ARP or Neighbour Discovery
	between [2]netip.Addr
	length  int
	data    []byte
}

// recordHead is the size of a record without its data: time, number, link, interface, kind, two addresses, two lengths.
const recordHead = 8 + 8 + 2 + 2 + 1 + 16 + 16 + 4 + 4

// newRing returns one that takes so many bytes of memory, rounded up to two chunks at least.
func newRing(size int) *ring { return &ring{most: max(2, (size+chunkSize-1)/chunkSize)} }

// room returns the chunk that has room for so many bytes.
func (r *ring) room(n int) *[]byte {
	if last := len(r.chunks) - 1; last >= 0 && len(r.chunks[last])+n <= chunkSize {
		return &r.chunks[last]
	}
	fresh := []byte(nil)
	if len(r.chunks) == r.most {
		fresh = r.chunks[0][:0]
		copy(r.chunks, r.chunks[1:])
		r.chunks = r.chunks[:len(r.chunks)-1]
	} else {
		fresh = make([]byte, 0, chunkSize)
	}
	r.chunks = append(r.chunks, fresh)
	return &r.chunks[len(r.chunks)-1]
}

// put keeps a frame.
func (r *ring) put(p *wire.Packet, f wire.Frame, iface uint16) {
	const longest = chunkSize - recordHead
	data := f.Data[:min(len(f.Data), longest)]
	between := parties(p)
	c := r.room(recordHead + len(data))
	b := *c
	b = binary.LittleEndian.AppendUint64(b, uint64(f.Time.UnixNano()))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.Frame))
	b = binary.LittleEndian.AppendUint16(b, f.Link)
	b = binary.LittleEndian.AppendUint16(b, iface)
	b = append(b, uint8(p.Kind))
	for _, addr := range between {
		sixteen := netip.IPv6Unspecified().As16()
		if addr.IsValid() {
			sixteen = addr.As16()
		}
		b = append(b, sixteen[:]...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(f.Length))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	*c = append(b, data...)
}

// isLinkKind reports whether a packet asks for a hardware address, or answers that.
func isLinkKind(k wire.Kind) bool { return k == wire.KindARP || k == wire.KindND }

// parties are the two hosts that a packet is about: those of the quoted packet where it is an ICMP error; who asks and who is asked for
// in ARP and Neighbour Discovery.
func parties(p *wire.Packet) [2]netip.Addr {
	switch {
	case p.Kind == wire.KindICMP && p.ICMP.HasQuote:
		return [2]netip.Addr{p.ICMP.Quote.Src.Addr(), p.ICMP.Quote.Dst.Addr()}
	case isLinkKind(p.Kind) && p.Neighbour.Reply:
		return [2]netip.Addr{p.Dst, p.Neighbour.Target}
	case isLinkKind(p.Kind):
		return [2]netip.Addr{p.Src, p.Neighbour.Target}
	}
	return [2]netip.Addr{p.Src, p.Dst}
}

// each gives the frames to a function, oldest first, until that returns false. A record's data is valid until the ring changes.
func (r *ring) each(do func(*record) bool) {
	for _, b := range r.chunks {
		for len(b) > 0 {
			var rec record
			rec.at = int64(binary.LittleEndian.Uint64(b))
			rec.number = int64(binary.LittleEndian.Uint64(b[8:]))
			rec.link = binary.LittleEndian.Uint16(b[16:])
			rec.iface = binary.LittleEndian.Uint16(b[18:])
			rec.isLink = isLinkKind(wire.Kind(b[20]))
			for i := range rec.between {
				rec.between[i] = netip.AddrFrom16([16]byte(b[21+16*i:])).Unmap()
			}
			rec.length = int(binary.LittleEndian.Uint32(b[53:]))
			size := int(binary.LittleEndian.Uint32(b[57:]))
			rec.data = b[recordHead : recordHead+size]
			b = b[recordHead+size:]
			if !do(&rec) {
				return
			}
		}
	}
}

// frame is the record as a frame to write.
func (rec *record) frame() wire.Frame {
	return wire.Frame{Time: time.Unix(0, rec.at).UTC(), Length: rec.length, Data: rec.data, Link: rec.link}
}
