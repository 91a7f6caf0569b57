package faults

import (
	"bytes"
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"
)

// tlsHandshake is the first byte of a record with a message of the handshake (RFC 8446 section 5.1).
const tlsHandshake = 0x16

// forgedTTL is the time to live of a forged RST. The ends begin with 64: devices that forge a RST often differ from them.
const forgedTTL = 128

// forged is a RST for each end of a connection, in the name of the other one, as frames.
type forged struct{ toSender, toReceiver []byte }

// asksFor reports whether a segment's data begins a handshake of TLS and has the name in it: a ClientHello has the server's name (RFC 6066 section 3).
// It does not parse the message, because the devices that look for names do not parse it, either.
func (s segment) asksFor(frame []byte, name string) bool {
	data := frame[s.data:s.end]
	return len(data) > 0 && data[0] == tlsHandshake && bytes.Contains(data, []byte(name))
}

// resets answers a frame with a ClientHello that asks for the name. It reports false for any other frame.
func resets(frame []byte, name string) (f forged, is bool) {
	s, ok := segmentIn(frame)
	if !ok || !s.asksFor(frame, name) {
		return f, false
	}
	data := frame[s.data:s.end]
	seq, ack := binary.BigEndian.Uint32(frame[s.tcp+4:]), binary.BigEndian.Uint32(frame[s.tcp+8:])
	f.toReceiver = s.reset(frame, seq, ack)
	f.toSender = s.reset(s.turned(frame), ack, seq+uint32(len(data)))
	return f, true
}

// ends are the addresses and the ports of a segment, the sender's first.
type ends string

// ends of the segment.
func (s segment) ends(frame []byte) ends {
	at, size := s.addresses()
	return ends(frame[at:at+2*size]) + ends(frame[s.tcp:s.tcp+4])
}

// isDropped reports whether a frame is on a connection whose ClientHello asks for the name, that message included. The SYN of a new
// connection lets the ports begin anew.
func (d *direction) isDropped(frame []byte) bool {
	const syn, flags = 0x02, 13
	s, ok := segmentIn(frame)
	if !ok {
		return false
	}
	if frame[s.tcp+flags]&syn != 0 {
		delete(d.dropped, s.ends(frame))
	} else if s.asksFor(frame, d.DropName) {
		d.dropped[s.ends(frame)] = true
	}
	return d.dropped[s.ends(frame)]
}

// addresses is where the addresses of the sender and of the receiver begin, and how long each is.
func (s segment) addresses() (at, size int) {
	if s.v6 {
		return s.ip + 8, 16
	}
	return s.ip + 12, 4
}

// turned is the frame with its ends exchanged.
func (s segment) turned(frame []byte) []byte {
	frame = slices.Clone(frame)
	swap := func(at, size int) {
		for i := at; i < at+size; i++ {
			frame[i], frame[i+size] = frame[i+size], frame[i]
		}
	}
	swap(vnetHeader, 6)
	swap(s.addresses())
	swap(s.tcp, 2)
	return frame
}

// reset is the frame with a RST in the place of the segment, and nothing for the kernel to fill in.
func (s segment) reset(frame []byte, seq, ack uint32) []byte {
	const rstAck = 0x14
	frame = slices.Clone(frame[:s.tcp+tcpHeader])
	clear(frame[:vnetHeader])
	ip, tcp := frame[s.ip:s.tcp], frame[s.tcp:]
	if s.v6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-40+tcpHeader))
		ip[7] = forgedTTL
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+tcpHeader))
		ip[8] = forgedTTL
		binary.BigEndian.PutUint16(ip[10:], 0)
		binary.BigEndian.PutUint16(ip[10:], checksum(ip))
	}
	binary.BigEndian.PutUint32(tcp[4:], seq)
	binary.BigEndian.PutUint32(tcp[8:], ack)
	clear(tcp[12:])
	tcp[12], tcp[13] = tcpHeader/4<<4, rstAck
	at, size := s.addresses()
	pseudo := slices.Concat(frame[at:at+2*size], []byte{0, unix.IPPROTO_TCP}, bigEndian(tcpHeader))
	binary.BigEndian.PutUint16(tcp[16:], checksum(slices.Concat(pseudo, tcp)))
	return frame
}

// checksum is the Internet's (RFC 1071) of an even number of bytes.
func checksum(data []byte) uint16 {
	var sum uint32
	for ; len(data) > 1; data = data[2:] {
		sum += uint32(binary.BigEndian.Uint16(data))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
