package diagnose

import (
	"math"

	"github.com/tcplab/tcplab/wire"
)

func (c *conn) syn(dir int, p *wire.Packet, m mark) {
	x := &c.side[dir]
	if dir == server {
		c.simultaneous = true
	} else {
		c.refusedBefore()
		c.hasSYN, c.sized = true, true
		if n := c.syns.count; n > 0 && n < int64(len(c.synTimes)) {
			c.synTimes[c.syns.count] = uint32(min(max(0, m.at-c.syns.marks[0].at)/1000, math.MaxUint32))
		}
		c.syns.add(m)
		c.rise(p)
		c.openFast(p, m)
	}
	if x.hasISN && x.isn == p.TCP.Seq && x.hasNext {
		return // a retransmission
	}
	x.begin(p)
	if dir == client {
		c.synData = uint32(p.TCP.Payload)
		if p.TCP.Flags.Has(wire.FIN) { // of a scan; it has a number, too
			c.synData++
		}
		c.synMark, c.synID = p.TCP.SYNMark(), p.ID
	}
}

// refusedBefore is for a RST that the capture holds before the SYN that it answers.
func (c *conn) refusedBefore() {
	if s := &c.side[server]; !c.hasSYN && s.rst.seen() && c.synacks.count == 0 {
		c.refusals.add(s.rst)
		c.goodRefusals++ // it was found by its number, or by the ports alone
		s.rst, s.rsts = mark{}, 0
	}
}

// optionMultipath is the kind of the TCP option that Multipath TCP has (RFC 8684).
const optionMultipath = 30

// begin takes in what a SYN says. Data on it (TCP Fast Open, RFC 7413) is not counted: a server may leave it
// unacknowledged, and the client then sends it again.
func (s *side) begin(p *wire.Packet) {
	s.hasISN, s.isn, s.base = true, p.TCP.Seq, p.TCP.Seq+1
	if !s.hasNext || before(s.next, s.base) {
		s.hasNext, s.next = true, s.base
	}
	for o := range p.TCP.Options() {
		switch {
		case o.Malformed:
		case o.Kind == wire.OptionMSS:
			s.mss = uint16(o.Value())
		case o.Kind == wire.OptionWindowScale:
			s.shift = uint8(min(o.Value(), 14)) // RFC 7323 section 2.3
		case o.Kind == optionMultipath:
			s.multipath = true
			s.subflow = s.subflow || len(o.Data) > 0 && o.Data[0]>>4 == multipathJoin
		}
	}
}

func (c *conn) synack(dir int, p *wire.Packet, m mark) {
	x, y := &c.side[dir], &c.side[1-dir]
	if dir == client { // of a simultaneous open: it repeats the SYN and acknowledges the other's
		y.acknowledge(p.TCP.Ack, m)
		c.clientAcked, c.ackFrame = true, m
		return
	}
	if c.hasSYN && !c.acksSYN(p.TCP.Ack) {
		c.strange = m
		return
	}
	c.sized = true
	if !y.hasISN {
		y.hasISN, y.isn = true, p.TCP.Ack-1
	} else if data := p.TCP.Ack - y.isn - 1; data > 0 && y.next == y.base {
		y.next = p.TCP.Ack // what the SYN carried, and is in the capture
	}
	if c.fast != nil && c.synacks.count == 0 {
		c.fast.taken = p.TCP.Ack - y.isn - 1
	}
	if c.clientAcked {
		c.repeated.add(m)
	}
	c.synacks.add(m)
	if !x.hasISN {
		x.begin(p)
		if p.TCP.Window == 0 { // a SYN proxy, a tarpit, or a server without memory
			x.zero, c.screened = m, true
		}
	} else if x.isn != p.TCP.Seq && m.at-c.synacks.marks[0].at < soonestAgain {
		c.second = m
	}
	y.acknowledge(p.TCP.Ack, m)
}

// soonestAgain is the earliest time, in ns, at which a server sends its SYN-ACK again, or answers a repeated SYN anew.
const soonestAgain = 4e8

// acksSYN reports whether an acknowledgment number is that of the SYN, with or without data that it carried.
func (c *conn) acksSYN(ack uint32) bool {
	offset := ack - c.side[client].isn - 1
	return offset <= c.synData
}
