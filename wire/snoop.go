package wire

import (
	"fmt"
	"time"
)

const snoopMagic = "snoop\x00\x00\x00"

// linksOfSnoop are the data link types of RFC 1761, section "Datalink Type", and those that Solaris added.
var linksOfSnoop = map[uint32]linkType{0: linkEthernet, 2: linkTokenRing, 4: linkEthernet, 8: linkFDDI, 18: linkSunATM, 26: linkIPoIB,
	0x80000001: linkIPNET}

// startSnoop reads the header of a capture of Solaris' snoop, RFC 1761: version and data link type.
func (r *Reader) startSnoop() error {
	const header, version = 16, 2
	r.format, r.big = snoop, true
	h, err := r.take(header)
	if err != nil {
		return err
	}
	if v := r.u32(h[8:]); v != version {
		return fmt.Errorf("%w: it is snoop of version %d, and known is version %d", ErrCorrupt, v, version)
	}
	link, known := linksOfSnoop[r.u32(h[12:])]
	if !known {
		return fmt.Errorf("wire: %w: this is a snoop capture of data link type %d: convert it with editcap -F pcapng", ErrNotCapture, r.u32(h[12:]))
	}
	r.link = link
	return nil
}

func (r *Reader) nextSnoop(p *Packet) error {
	const header = 24
	r.record = r.offset
	h, err := r.take(header)
	if err != nil {
		return err
	}
	length, captured, record := r.u32(h), r.u32(h[4:]), r.u32(h[8:])
	seconds, microseconds := r.u32(h[16:]), r.u32(h[20:])
	if int64(record) < int64(captured)+header {
		return fmt.Errorf("%w: a record of %d bytes claims a packet of %d bytes", ErrCorrupt, record, captured)
	}
	p.Time = time.Unix(int64(seconds), int64(microseconds)*1000).UTC()
	p.Length = int(length)
	if int64(record) > maxRecord {
		return fmt.Errorf("%w: a record claims %d bytes", ErrCorrupt, record)
	}
	data, err := r.take(int(record) - header) // with the padding
	if err != nil {
		return err
	}
	r.decode(p, r.link, data[:captured])
	return nil
}
