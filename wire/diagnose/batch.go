package diagnose

import (
	"time"

	"github.com/tcplab/tcplab/wire"
)

// batchSize is large because a handover between goroutines for each packet would cost more than the packet.
const batchSize = 256

// Batch is packets of a capture and their data, read ahead on another processor: [Diagnoser.AddBatch].
type Batch struct {
	segments [batchSize]segment
	others   []wire.Packet // what is no TCP segment
	names    []string      // of interfaces
	data     []byte        // of each packet its TCP options, and the payload
	packet   wire.Packet   // that is read
	n        int           // packets
	taken    int           // of these, by the engine
	done     func(*Batch)
}

// segment is a packet that waits for its turn. Thousands do, and go from one processor to another: so a TCP segment takes a third
// of the room of a [wire.Packet], and no pointer. Of other packets it has the place among those that are kept whole.
type segment struct {
	key       Key
	at, frame int64
	seq, ack  uint32
	payload   uint32 // on the wire
	end       uint32 // in the data of the batch
	iface     uint32 // the number of the interface in the kernel
	name      uint16 // the place of the interface's name
	other     uint16 // the place of a packet that is no TCP segment, counted from 1
	flags     wire.Flags
	window    uint16
	id        uint16
	mac       [6]byte
	ttl       uint8
	options   uint8 // bytes of options in the data
	outgoing  bool
	more      bool // fragments of its packet follow
}

// Fill reads packets until the batch is full, or returns why reading ended. What was in the batch is gone.
func (b *Batch) Fill(r *wire.Reader) error {
	b.clear()
	for b.n < batchSize {
		if err := r.Read(&b.packet); err != nil {
			return err
		}
		b.append(&b.packet, r.Payload())
	}
	return nil
}

func (b *Batch) clear() {
	b.n, b.taken, b.data, b.others, b.names = 0, 0, b.data[:0], b.others[:0], b.names[:0]
}

// latestWhole is the last time, in seconds since 1970, of a segment that is not kept whole: nanoseconds must fit.
const latestWhole = 9e9

// append adds a packet.
func (b *Batch) append(p *wire.Packet, payload []byte) {
	s := &b.segments[b.n]
	s.other, s.options = 0, 0
	if seconds := p.Time.Unix(); p.Kind != wire.KindTCP || seconds < 0 || seconds > latestWhole {
		b.others = append(b.others, *p)
		s.other, s.at, s.frame = uint16(len(b.others)), nanoseconds(p.Time), int64(p.Frame)
		s.key = KeyOf(p)
	} else {
		b.appendSegment(s, p)
	}
	b.data = append(b.data, payload...)
	s.end = uint32(len(b.data))
	b.n++
}

func (b *Batch) appendSegment(s *segment, p *wire.Packet) {
	s.key.fill(p)
	t := &p.TCP
	s.at, s.frame, s.iface, s.mac, s.outgoing = p.Time.UnixNano(), int64(p.Frame), p.InterfaceIndex, p.SrcMAC, p.Outgoing
	s.more = p.MoreFragments
	s.id, s.ttl, s.seq, s.ack, s.flags, s.window, s.payload = p.ID, p.TTL, t.Seq, t.Ack, t.Flags, t.Window, uint32(t.Payload)
	if n := len(b.names); n == 0 || b.names[n-1] != p.Interface {
		b.names = append(b.names, p.Interface)
	}
	s.name = uint16(len(b.names) - 1)
	options := t.RawOptions()
	if isTimestampAlone(options) && !t.Flags.Has(wire.SYN) {
		options = nil // as on most segments: but for a SYN it tells copies apart, which the key does, and nothing else
	}
	s.options = uint8(len(options))
	b.data = append(b.data, options...)
}

// at returns a packet; a TCP segment is put together in the room given, as far as a verdict may depend on it.
func (b *Batch) at(i int, room *wire.Packet) *wire.Packet {
	s := &b.segments[i]
	if s.other > 0 {
		return &b.others[s.other-1]
	}
	src, dst := &s.key.flow[s.key.from], &s.key.flow[1-s.key.from]
	room.Kind, room.Time, room.Frame = wire.KindTCP, time.Unix(0, s.at).UTC(), int(s.frame)
	room.Src, room.SrcPort, room.Dst, room.DstPort = src.addr(), src.port, dst.addr(), dst.port
	room.InterfaceIndex, room.SrcMAC, room.Outgoing, room.ID, room.TTL = s.iface, s.mac, s.outgoing, s.id, s.ttl
	room.Interface, room.MoreFragments = b.names[s.name], s.more
	t := &room.TCP
	t.Seq, t.Ack, t.Flags, t.Window, t.Payload = s.seq, s.ack, s.flags, s.window, int(s.payload)
	begin := b.begin(i)
	t.SetOptions(b.data[begin : begin+int(s.options)])
	return room
}

// begin is where the data of a packet begins.
func (b *Batch) begin(i int) int {
	if i == 0 {
		return 0
	}
	return int(b.segments[i-1].end)
}

func (b *Batch) payload(i int) []byte {
	s := &b.segments[i]
	return b.data[b.begin(i)+int(s.options) : s.end : s.end]
}

// AddBatch takes in packets as Add does. The batch belongs to the engine until it calls done, which may be nil.
func (e *Diagnoser) AddBatch(b *Batch, done func(*Batch)) {
	b.done = done
	if b.n == 0 {
		b.release()
	}
	n := b.n // the last packet may be taken, and the batch given back, before the loop ends
	for i := range n {
		e.hold(b, i)
	}
}

// lastFrame is the number of the last packet, 0 where there is none.
func (b *Batch) lastFrame() int {
	if b.n == 0 {
		return 0
	}
	return int(b.segments[b.n-1].frame)
}

// renumber counts the frames on from those of the pieces before.
func (b *Batch) renumber(before int) {
	if before == 0 {
		return
	}
	for i := range b.segments[:b.n] {
		b.segments[i].frame += int64(before)
	}
	for i := range b.others {
		b.others[i].Frame += before
	}
}

// taking notes that the engine has taken in one more packet; after the last one the batch is given back.
func (b *Batch) taking() {
	b.taken++
	if b.taken == b.n {
		b.release()
	}
}

func (b *Batch) release() {
	if b.done != nil {
		b.done(b)
	}
}
