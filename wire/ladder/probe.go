package ladder

import "github.com/tcplab/tcplab/wire"

// The probes: segments that have nothing to say, and only want an answer.
const (
	keepAlive   = "keep-alive"
	windowProbe = "window probe"
)

// sender is what is known of one end of a connection.
type sender struct {
	known  bool
	next   uint32 // the number behind all that it has sent
	acked  uint32 // up to which the other end has acknowledged that
	closed bool   // it takes no data now (window 0)
}

// noteProbes finds the segments by which a kernel asks whether the other end is still there (RFC 9293 section 3.8.4), or takes data again
// (section 3.8.6.1): all that was sent is acknowledged, and the number is one below the next.
func noteProbes(f *wire.Attempt, list []*sight) {
	var ends [2]sender
	for _, s := range list {
		if s.packet.Kind != wire.KindTCP {
			continue
		}
		me, other := &ends[0], &ends[1]
		if !f.FromClient(s.packet) {
			me, other = other, me
		}
		t := &s.packet.TCP
		if t.Flags.Has(wire.RST) {
			continue
		}
		if t.Flags&(wire.SYN|wire.FIN) == 0 && t.Payload <= 1 && me.known && me.acked == me.next && t.Seq == me.next-1 {
			s.probe = keepAlive
			if other.closed {
				s.probe = windowProbe
			}
		}
		me.sent(t)
		if t.Flags.Has(wire.ACK) {
			other.acked = t.Ack
		}
	}
}

// sent takes in a segment that the end has sent.
func (e *sender) sent(t *wire.TCP) {
	end := t.Seq + uint32(t.Payload)
	for _, flag := range []wire.Flags{wire.SYN, wire.FIN} {
		if t.Flags.Has(flag) {
			end++
		}
	}
	if !e.known || int32(end-e.next) > 0 {
		e.known, e.next = true, end
	}
	e.closed = t.Window == 0
}
