package diagnose

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/tcplab/tcplab/wire"
)

// A mirror port that copies both directions of a link, a router captured on two interfaces, or "any" as the interface
// puts the same packet into a capture twice. It must not be taken for a retransmission: that is a packet of its own,
// with another IP identification (RFC 6864 allows the same one, of 0, for atomic datagrams) and, mostly, another
// timestamp option.

// The copies follow within the time that a packet takes through a box. A retransmission follows after an RTO, which
// is 200 ms at the least on Linux, or after a round trip.
const (
	copyWithin        = 50e6 // with an identification or a timestamp to know it by, in ns
	copyWithinBlindly = 2e6  // with neither
	duplicateSlots    = 1 << 14
)

// seed is of this process: a capture cannot be made for packets to look alike.
var seed = maphash.MakeSeed()

// duplicates remembers the latest packets, of all connections, in a table of fixed size.
type duplicates struct {
	slots [duplicateSlots]struct {
		hash uint64
		at   int64
	}
}

// printOf returns a hash of what a segment keeps on its way through a router; flow is a hash of its ends and its direction.
func printOf(p *wire.Packet, flow uint64) uint64 {
	t := &p.TCP
	h := mix(flow^secrets[0], uint64(t.Seq)<<32|uint64(t.Ack)^secrets[1]) // a factor of 0 would leave nothing of the flow
	h = mix(h^secrets[1], uint64(p.ID)<<48|uint64(t.Flags)<<32|uint64(t.Window)^uint64(t.Payload)<<16^secrets[2])
	options := t.RawOptions()
	for len(options) >= 8 {
		h = mix(h^secrets[3], binary.LittleEndian.Uint64(options)^secrets[0])
		options = options[8:]
	}
	rest := uint64(len(options))
	for _, b := range options {
		rest = rest<<8 | uint64(b)
	}
	return mix(h^secrets[3], rest^secrets[1])
}

// echoFingerprint is what an echo, or an error about one, keeps on its way through a router. By its sequence number it
// is known as well as by an identification.
type echoFingerprint struct {
	key        echoKey
	from       host
	kind, code uint8
	id         uint16
	sequence   uint16
}

// seenEcho reports whether the packet of an echo exchange is a copy of one that has just been seen, and remembers it.
func (d *duplicates) seenEcho(p *wire.Packet, key echoKey, at int64) bool {
	sequence := p.ICMP.Sequence
	if p.ICMP.HasQuote {
		sequence = p.ICMP.Quote.Sequence
	}
	hash := maphash.Comparable(seed, echoFingerprint{key, hostOf(p.Src), p.ICMP.Type, p.ICMP.Code, p.ID, sequence})
	return d.remember(hash, at, copyWithin)
}

// dnsFingerprint is what a DNS message keeps on its way through a router.
type dnsFingerprint struct {
	from, to endpoint
	id       uint16
	dns      wire.DNS
}

// seenDNS reports whether a DNS message is a copy of one that has just been seen, and remembers it.
func (d *duplicates) seenDNS(p *wire.Packet, from, to endpoint, at int64) bool {
	return d.remember(maphash.Comparable(seed, dnsFingerprint{from, to, p.ID, p.DNS}), at, copyWithin)
}

// rememberKey does so for a segment.
func (d *duplicates) rememberKey(k *Key, at int64) bool {
	if k.blind {
		return d.remember(k.print, at, copyWithinBlindly)
	}
	return d.remember(k.print, at, copyWithin)
}

// remember reports whether the packet with this hash has been seen within the time, in ns.
func (d *duplicates) remember(hash uint64, at, within int64) bool {
	slot := &d.slots[hash%duplicateSlots]
	age := at - slot.at
	known := slot.hash == hash && age > -within && age < within
	slot.hash, slot.at = hash, at
	return known
}

// isTimestampAlone reports whether the options are a timestamp behind two bytes of padding, as nearly every stack sends them (RFC 7323
// appendix A).
func isTimestampAlone(options []byte) bool {
	const begin = wire.OptionNOP<<24 | wire.OptionNOP<<16 | wire.OptionTimestamps<<8 | 10
	return len(options) == 12 && binary.BigEndian.Uint32(options) == begin
}

func hasTimestamp(t *wire.TCP) bool {
	if isTimestampAlone(t.RawOptions()) {
		return true
	}
	for o := range t.Options() {
		if o.Kind == wire.OptionTimestamps && !o.Malformed {
			return true
		}
	}
	return false
}
