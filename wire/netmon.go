package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	netMonMagic    = "GMBU" // version 2
	netMonOldMagic = "RTSS" // version 1
)

// largestStored bounds what is held of a file that has to be read as a whole.
const largestStored = 1 << 30

// storedFrames is a capture of Microsoft Network Monitor: the table that says where the frames are comes last.
type storedFrames struct {
	file  []byte
	table []byte // of offsets, 4 bytes each
	minor byte   // of the version
	start time.Time
	link  uint16
}

// linksOfNetMon are the media types of Network Monitor 2.
var linksOfNetMon = map[uint16]linkType{1: linkEthernet, 2: linkTokenRing, 3: linkFDDI, 6: linkNetMon80211, 7: linkRaw, 8: linkRaw, 9: linkRaw}

// netMonRegistry is what is added to a number of the tcpdump group's registry; the numbers from netMonEvents on are
// no packets, but what Network Monitor notes about the machine.
const (
	netMonRegistry = 0xe000
	netMonEvents   = 0xffe0
)

// startNetMon reads a capture of Network Monitor 2, whose layout is in the help of that program, "Capture File Format":
// version, media, start (SYSTEMTIME), and where the table of the frames is.
func (r *Reader) startNetMon() error {
	const header, major2 = 40, 2
	r.format, r.big = netmon, false
	file, err := io.ReadAll(io.LimitReader(r.in, largestStored+1))
	r.offset += int64(len(file))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && len(file) < header:
		return ErrTruncated
	case err != nil:
		return err
	case len(file) > largestStored:
		return fmt.Errorf("%w: it has more than %d MB: cut it with editcap -c", ErrCorrupt, largestStored>>20)
	case file[5] != major2:
		return fmt.Errorf("%w: it is of Network Monitor %d, and known is version %d", ErrCorrupt, file[5], major2)
	}
	s := storedFrames{file: file, minor: file[4], link: r.u16(file[6:]), start: systemTime(file[8:24])}
	at, size := int64(r.u32(file[24:])), int64(r.u32(file[28:]))
	if at > int64(len(file)) {
		return ErrTruncated
	}
	s.table = file[at:min(at+size, int64(len(file)))]
	if at+size > int64(len(file)) || size%4 != 0 {
		s.table = s.table[:len(s.table)&^3]
	}
	r.stored = s
	return nil
}

// systemTime reads Windows' SYSTEMTIME: year, month, day of the week, day, hour, minute, second, millisecond. It has no time
// zone, and is taken for UTC.
func systemTime(b []byte) time.Time {
	field := func(i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) }
	return time.Date(field(0), time.Month(field(1)), field(3), field(4), field(5), field(6), field(7)*1e6, time.UTC)
}

func (r *Reader) nextNetMon(p *Packet) error {
	const header = 16
	s := &r.stored
	for len(s.table) >= 4 {
		at := int64(binary.LittleEndian.Uint32(s.table))
		s.table = s.table[4:]
		r.record = min(at, int64(len(s.file))) // which is where it would have to go on
		if at+header > int64(len(s.file)) {
			return ErrTruncated
		}
		h := s.file[at : at+header]
		delta, length, captured := r.u64(h), r.u32(h[8:]), int64(r.u32(h[12:]))
		begin := at + header
		if captured > maxRecord {
			return fmt.Errorf("%w: a record claims %d bytes", ErrCorrupt, captured)
		}
		if begin+captured > int64(len(s.file)) {
			return ErrTruncated
		}
		link, at2 := s.trailer(s.file[begin+captured:])
		if link >= netMonEvents {
			continue
		}
		p.Time = at2
		if at2.IsZero() {
			p.Time = s.start.Add(time.Duration(delta) * time.Microsecond)
		}
		p.Length = int(length)
		r.decode(p, netMonLink(link), s.file[begin:begin+captured])
		return nil
	}
	return io.EOF
}

// trailer reads what follows a frame: from version 2.1 on its media, from 2.3 on its time (FILETIME).
func (s *storedFrames) trailer(b []byte) (uint16, time.Time) {
	const withMedia, withTime, timeAt, size = 1, 3, 6, 14
	if s.minor < withMedia || len(b) < 2 {
		return s.link, time.Time{}
	}
	var at time.Time
	if s.minor >= withTime && len(b) >= size {
		at = fileTime(binary.LittleEndian.Uint64(b[timeAt:]))
	}
	return binary.LittleEndian.Uint16(b), at
}

// fileTime reads Windows' FILETIME, units of 100 ns since 1601; 0 is no time.
func fileTime(t uint64) time.Time {
	const perSecond, to1970 = 1e7, 11644473600
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(int64(t/perSecond)-to1970, int64(t%perSecond)*100).UTC()
}

func netMonLink(media uint16) linkType {
	if link, ok := linksOfNetMon[media]; ok {
		return link
	}
	if media >= netMonRegistry {
		return linkType(media - netMonRegistry)
	}
	return linkType(0xff00) + linkType(media)
}
