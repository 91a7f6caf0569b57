package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

// The magic numbers of pcap say the byte order and the unit of time.
const (
	pcapMicroseconds = 0xa1b2c3d4
	pcapNanoseconds  = 0xa1b23c4d
	pcapModified     = 0xa1b2cd34 // by Alexey Kuznetzov: as in Red Hat Linux 6 and 7
)

// lengths says in which order a record has the captured length and that on the wire (libpcap's sf-pcap.c): versions
// before 2.3 had them the other way round, and 2.3 in either.
type lengths uint8

const (
	capturedFirst lengths = iota
	capturedLast
	capturedIsLess
)

// isPcap recognizes pcap by its first four bytes, and notes what they say.
func (r *Reader) isPcap(magic []byte) bool {
	for _, r.big = range []bool{false, true} {
		r.extra = 0
		switch r.u32(magic) {
		case pcapMicroseconds:
			r.unit = time.Microsecond
			return true
		case pcapNanoseconds:
			r.unit = time.Nanosecond
			return true
		case pcapModified:
			r.unit, r.extra = time.Microsecond, 8
			return true
		}
	}
	return false
}

func (r *Reader) readPcapHeader() error {
	r.format = pcap
	h, err := r.take(24)
	if err != nil {
		return err
	}
	// The high half of the field tells of frame check sequences, if anything (libpcap's LT_LINKTYPE).
	r.link = linkType(r.u32(h[20:]))
	r.lengths = lengthsOf(r.u16(h[4:]), r.u16(h[6:]))
	return r.refuseConverted()
}

func lengthsOf(major, minor uint16) lengths {
	const dgux = 543
	switch {
	case major == 2 && minor < 3, major == dgux:
		return capturedLast
	case major == 2 && minor == 3:
		return capturedIsLess
	}
	return capturedFirst
}

// nextPcap reads the next record. Where another capture begins in its place, as in files joined by cat, that is read.
func (r *Reader) nextPcap(p *Packet) error {
	r.record = r.offset
	header := 16 + r.extra
	if b := r.arrived(); len(b) >= header && !isMagic(b) {
		captured, length := r.sizes(b)
		if whole := int64(header) + int64(captured); whole <= int64(len(b)) {
			r.leave(int(whole))
			r.fillPcap(p, b, length, b[header:whole])
			return nil
		}
	}
	if start, _ := r.in.Peek(4); len(start) == 4 && r.beginsAgain(start) {
		return r.nextJoined(p, start)
	}
	b, err := r.take(header)
	if err != nil {
		return err
	}
	h := [8]byte(b) // the next bytes may be read into its place
	captured, length := r.sizes(b)
	data, err := r.take(int(captured))
	if err != nil {
		return err
	}
	r.fillPcap(p, h[:], length, data)
	return nil
}

// sizes reads from the header of a record how many bytes were captured, and how many there were.
func (r *Reader) sizes(h []byte) (captured, length uint32) {
	captured, length = r.u32(h[8:]), r.u32(h[12:])
	if r.lengths == capturedLast || r.lengths == capturedIsLess && captured > length {
		return length, captured
	}
	return captured, length
}

func (r *Reader) fillPcap(p *Packet, h []byte, length uint32, data []byte) {
	p.Time = time.Unix(int64(r.u32(h)), int64(r.u32(h[4:]))*int64(r.unit)).UTC()
	p.Length = int(length)
	r.decode(p, r.link, data)
}

// isMagic reports whether a capture may begin here.
func isMagic(b []byte) bool {
	switch binary.LittleEndian.Uint32(b) {
	case pcapMicroseconds, pcapNanoseconds, pcapModified, blockSection:
		return true
	}
	switch be.Uint32(b) {
	case pcapMicroseconds, pcapNanoseconds, pcapModified:
		return true
	}
	return false
}

// beginsAgain reports whether a capture begins here: with the magic number of pcap, which as a time is of the year 2055,
// and its version; or with that of pcapng, and its byte order.
func (r *Reader) beginsAgain(start []byte) bool {
	if !isMagic(start) {
		return false
	}
	h, err := r.in.Peek(24)
	if err != nil {
		return false
	}
	if be.Uint32(h) == blockSection {
		return be.Uint32(h[8:]) == byteOrderMagic || binary.LittleEndian.Uint32(h[8:]) == byteOrderMagic
	}
	const major, minor = 2, 4
	return be.Uint32(h[4:]) == major<<16|minor || binary.LittleEndian.Uint32(h[4:]) == minor<<16|major
}

// nextJoined reads the header of the capture that begins here, and its first packet.
func (r *Reader) nextJoined(p *Packet, start []byte) error {
	if be.Uint32(start) == blockSection {
		if err := r.startPcapng(); err != nil {
			return err
		}
		return r.nextPcapng(p)
	}
	r.isPcap(start)
	if err := r.readPcapHeader(); err != nil {
		return err
	}
	return r.nextPcap(p)
}

// converted is what is said of a file that went through a conversion of line ends.
const converted = "its line endings were converted on the way (each byte 0a became 0d 0a), which destroys a capture: copy it again in binary mode " +
	"(FTP: type binary; adb: exec-out; git: -text in .gitattributes)"

// refuseConverted looks at what has arrived behind the header of a pcap file. Where every byte 0a has a 0d before it, and
// more of the records add up without that, a program took the file for text.
func (r *Reader) refuseConverted() error {
	b, _ := r.in.Peek(r.in.Buffered())
	if !convertedLineFeeds(b) {
		return nil
	}
	if undone := bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")); r.wholeRecords(undone) <= r.wholeRecords(b) {
		return nil
	}
	return fmt.Errorf("%w: "+converted, ErrCorrupt)
}

// convertedLineFeeds reports whether there are bytes 0a, and a 0d precedes each.
func convertedLineFeeds(b []byte) bool {
	any := false
	for i, c := range b {
		if c != '\n' {
			continue
		}
		if i == 0 || b[i-1] != '\r' {
			return false
		}
		any = true
	}
	return any
}

// wholeRecords counts the records that follow one another, up to the first that cannot be or has not arrived whole.
func (r *Reader) wholeRecords(b []byte) int {
	const longAgo = 366 * 24 * 3600
	var last uint32
	n := 0
	for header := 16 + r.extra; len(b) >= header; n++ {
		seconds, captured, length := r.u32(b), r.u32(b[8:]), r.u32(b[12:])
		if r.lengths != capturedFirst {
			captured, length = min(captured, length), max(captured, length)
		}
		apart := max(seconds, last) - min(seconds, last)
		if captured > length || int64(header)+int64(captured) > int64(len(b)) || n > 0 && apart > longAgo {
			break
		}
		last, b = seconds, b[header+int(captured):]
	}
	return n
}
