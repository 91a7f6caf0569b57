package lesson

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// guise is what is changed in the captures of a question: when it was, and the numbers that tell one attempt from another.
// Two students who are asked for the same case have files that differ, and neither the clock nor a number tells which case
// it is. What happens stays the same, packet by packet and gap by gap. Checksums that the sender had left to its network
// card are filled in.
type guise struct {
	shift      time.Duration // of all times
	port, echo uint16
	seq, stamp [2]uint32 // of the client, of the server
}

// The captures of a quiz begin within so long after a day, and those of its questions at some distance.
const (
	guiseDays     = 90 * 24 * time.Hour
	guiseInterval = 10 * time.Minute
)

var guiseDay = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// guise is that of a question whose record began at a time.
func (q Quiz) guise(number int, began time.Time) *guise {
	key := q.digest(fmt.Sprintf("question %d", number))
	word := func(i int) uint32 { return binary.BigEndian.Uint32(key[4*i:]) }
	moment := time.Duration(binary.BigEndian.Uint64(q.digest("moment")) % uint64(guiseDays))
	begins := guiseDay.Add(moment + time.Duration(number)*guiseInterval)
	return &guise{shift: begins.Sub(began), port: uint16(word(0)), echo: uint16(word(1)),
		seq: [2]uint32{word(2), word(3)}, stamp: [2]uint32{word(4), word(5)}}
}

const (
	ethernet       = 1 // libpcap's LINKTYPE_ETHERNET
	ethernetHeader = 14
	etherTypeIPv4  = 0x0800
	protocolICMP   = 1 // IANA's numbers
	protocolTCP    = 6
)

// change gives a frame of the record the guise. Its bytes are changed in place.
func (g *guise) change(f *wire.Frame) {
	f.Time = f.Time.Add(g.shift)
	if b := f.Data; binary.BigEndian.Uint16(b[ethernetHeader-2:]) == etherTypeIPv4 {
		g.ip(b[ethernetHeader:])
	}
}

// ip changes what an IPv4 packet carries (RFC 791), also one that an ICMP error quotes.
func (g *guise) ip(b []byte) {
	header, length := int(b[0]&0x0f)*4, int(binary.BigEndian.Uint16(b[2:]))
	body := b[header:min(length, len(b))]
	switch b[9] {
	case protocolTCP:
		g.tcp(body)
		if len(b) >= length { // not so where a quote is cut
			pseudo := binary.BigEndian.AppendUint32(slices.Clone(b[12:20]), protocolTCP<<16|uint32(len(body))) // RFC 9293 section 3.1
			fill(body, 16, pseudo)
		}
	case protocolICMP:
		g.icmp(body)
		fill(body, 2, nil)
	}
}

// tcp changes a segment: the client's port, both sides' sequence numbers and timestamps.
func (g *guise) tcp(b []byte) {
	from, port := 0, b[0:]
	if binary.BigEndian.Uint16(b) == lab.Port {
		from, port = 1, b[2:]
	}
	binary.BigEndian.PutUint16(port, g.ephemeral(binary.BigEndian.Uint16(port)))
	flags := wire.Flags(b[13])
	if !flags.Has(wire.RST|wire.ACK) || binary.BigEndian.Uint32(b[4:]) != 0 { // the RST for a SYN has number 0, RFC 9293 section 3.10.7.1
		add(b[4:], g.seq[from])
	}
	if flags.Has(wire.ACK) {
		add(b[8:], g.seq[1-from])
	}
	header := int(b[12]>>4) * 4
	g.options(b[20:header], from, flags)
	g.date(b[header:])
}

// options changes the timestamps (RFC 7323) and the edges of SACK blocks (RFC 2018).
func (g *guise) options(b []byte, from int, flags wire.Flags) {
	const end, noOperation, sack, timestamps = 0, 1, 5, 8
	for len(b) > 0 && b[0] != end {
		if b[0] == noOperation {
			b = b[1:]
			continue
		}
		option := b[:b[1]]
		switch option[0] {
		case timestamps:
			add(option[2:], g.stamp[from])
			if flags.Has(wire.ACK) {
				add(option[6:], g.stamp[1-from])
			}
		case sack:
			for edge := 2; edge < len(option); edge += 4 {
				add(option[edge:], g.seq[1-from])
			}
		}
		b = b[len(option):]
	}
}

// ephemeral moves a port within Linux's range for clients, net.ipv4.ip_local_port_range.
func (g *guise) ephemeral(port uint16) uint16 {
	const lowest, number = 32768, 60999 - 32768 + 1
	return uint16(lowest + (int(port)-lowest+int(g.port))%number)
}

// icmp changes a message: the identifier of an echo, and the time that ping writes into it (on a 64-bit machine as two
// little-endian numbers, seconds and microseconds); of an error, the packet that it quotes.
func (g *guise) icmp(b []byte) {
	const echoReply, echoRequest, header = 0, 8, 8
	if b[0] != echoReply && b[0] != echoRequest {
		g.ip(b[header:])
		return
	}
	binary.BigEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:])+g.echo)
	if data := b[header:]; len(data) >= 16 {
		sent := time.Unix(int64(binary.LittleEndian.Uint64(data)), int64(binary.LittleEndian.Uint64(data[8:]))*1000)
		sent = sent.Add(g.shift)
		binary.LittleEndian.PutUint64(data, uint64(sent.Unix()))
		binary.LittleEndian.PutUint64(data[8:], uint64(sent.Nanosecond()/1000))
	}
}

// date changes the time that a web server writes (RFC 9110 section 6.6.1), which takes as many bytes as before.
func (g *guise) date(payload []byte) {
	const field, layout = "\r\nDate: ", "Mon, 02 Jan 2006 15:04:05 GMT"
	_, date, found := bytes.Cut(payload, []byte(field))
	if !found || len(date) < len(layout) {
		return
	}
	if written, err := time.Parse(layout, string(date[:len(layout)])); err == nil {
		copy(date, written.Add(g.shift).Format(layout))
	}
}

// add adds to a number of four bytes.
func add(b []byte, n uint32) { binary.BigEndian.PutUint32(b, binary.BigEndian.Uint32(b)+n) }

// fill writes the checksum of a message into it (RFC 1071); the pseudo-header counts, too.
func fill(message []byte, at int, pseudo []byte) {
	binary.BigEndian.PutUint16(message[at:], 0)
	var sum uint32
	for _, part := range [][]byte{pseudo, message} {
		for i, b := range part {
			sum += uint32(b) << (8 * (1 - i%2))
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(message[at:], ^uint16(sum))
}
