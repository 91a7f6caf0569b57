package wire

import "encoding/binary"

// decodeRadiotap moves past the header of radiotap.org, which tells its own length, and whether the header of the
// 802.11 frame is padded.
func (d *decoder) decodeRadiotap(data []byte, cut int) []byte {
	const header, timer, flags, extended, padded = 8, 1 << 0, 1 << 1, 1 << 31, 0x20
	if len(data) < header {
		return nil
	}
	size, present := int(binary.LittleEndian.Uint16(data[2:])), binary.LittleEndian.Uint32(data[4:])
	at := header
	for word := present; word&extended != 0 && at+4 <= len(data); at += 4 {
		word = binary.LittleEndian.Uint32(data[at:])
	}
	if present&timer != 0 {
		at = (at+7)&^7 + 8
	}
	pad := present&flags != 0 && at < min(size, len(data)) && data[at]&padded != 0
	if size < header {
		return nil
	}
	return d.decode80211(after(data, size), cut, pad)
}

// decodeCaptureHeader moves past the headers that drivers put before 802.11 before there was radiotap: those of Prism
// cards and of AbsoluteValue Systems. Both have their length in the second word.
func (d *decoder) decodeCaptureHeader(data []byte, cut int) []byte {
	const header, avs, prism = 8, 0x80211000, 144
	if len(data) < header {
		return nil
	}
	size := int(binary.LittleEndian.Uint32(data[4:]))
	if be.Uint32(data)&^0xfff == avs&^0xfff || size > 0xffff {
		size = int(be.Uint32(data[4:]))
	}
	if size < header || size > 4*prism {
		return nil
	}
	return d.decode80211(after(data, size), cut, false)
}

// decode80211 decodes the data frames of IEEE 802.11 that are not encrypted. With padded, the header is followed by
// bytes up to a multiple of four.
func (d *decoder) decode80211(data []byte, cut int, padded bool) []byte {
	const header, data11, qos, noData, bothDS, protected, order, aggregate = 24, 2, 8, 4, 3, 0x40, 0x80, 0x80
	if len(data) < 2 {
		return nil
	}
	kind, subtype, flags := data[0]>>2&3, data[0]>>4, data[1]
	switch {
	case kind != data11 || subtype&noData != 0:
		return d.fail(ObstacleFrame, frameWiFiControl)
	case flags&protected != 0:
		return d.fail(ObstacleFrame, frameWiFiEncrypted)
	case len(data) < header:
		return nil
	case data[22]&0xf != 0:
		return d.fail(ObstacleFragment, fragmentsOfWiFi)
	}
	size := header
	if flags&bothDS == bothDS {
		size += 6
	}
	together := false
	if subtype&qos != 0 {
		together = len(data) > size && data[size]&aggregate != 0
		size += 2
		if flags&order != 0 { // HT control
			size += 4
		}
	}
	if padded {
		size = (size + 3) &^ 3
	}
	if together {
		return d.decodeSubframes(after(data, size))
	}
	return d.decodeLLC(after(data, size), cut)
}

// decodeSubframes decodes the first subframe of an A-MSDU (IEEE 802.11-2020 section 9.3.2.2), and leaves the others to
// be read as packets of their own.
func (d *decoder) decodeSubframes(data []byte) []byte {
	const header = 14
	if len(data) < header {
		return nil
	}
	size := int(be.Uint16(data[12:]))
	end := min(header+size, len(data))
	d.rest = span{}
	if next := after(data, (header+size+3)&^3); len(next) > header && size > 0 {
		d.rest = spanOf(next, d.whole)
	}
	return d.decodeLLC(data[header:end], max(0, header+size-len(data)))
}
