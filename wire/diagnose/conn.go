package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// The indices of a connection's sides, which are directions too: what the client sent, what the server sent.
const (
	client = 0
	server = 1
)

// series is the places of packets of one sort: the first ones, the latest, and how many there were.
type series struct {
	marks [4]mark
	last  mark
	count int64
}

func (s *series) add(m mark) {
	if s.count < int64(len(s.marks)) {
		s.marks[s.count] = m
	}
	s.last = m
	s.count++
}

// first returns the first ones, as far as they are remembered.
func (s *series) first() []mark { return s.marks[:min(s.count, int64(len(s.marks)))] }

// icmpError is an ICMP error that quotes a segment of the connection.
type icmpError struct {
	mark
	from [16]byte
	v6   bool
	kind uint8
	code uint8
	mtu  uint32
}

func (i icmpError) sender() netip.Addr { return netip.AddrFrom16(i.from).Unmap() }

func (i icmpError) message() *wire.ICMP { return &wire.ICMP{V6: i.v6, Type: i.kind, Code: i.code} }
func (i icmpError) name() string        { return i.message().Name() }
func (i icmpError) number() string      { return i.message().Number() }

// conn is a connection attempt as far as it was seen.
type conn struct {
	flow flow
	// clientAt is the index of the client in flow.
	clientAt int
	older    *conn // an earlier attempt on the same flow
	slot     int   // in the table of the tracker
	lives    uint8 // how often the table's hand may pass before the connection is given up
	queued   bool  // its end was seen
	gone     bool  // it was reported

	side    [2]side
	packets int64
	copies  int64
	first   mark
	last    mark

	hasSYN       bool
	sized        bool // roles are certain: a SYN or SYN-ACK told them
	synData      uint32
	syns         series
	synTimes     [12]int64 // one more than the longest schedule has
	synOptions   [40]byte
	synOptionsN  uint8
	tsval        uint32
	hasTSval     bool
	synacks      series
	simultaneous bool
	clientAcked  bool   // the client acknowledged the SYN-ACK
	ackFrame     mark   // by this packet
	repeated     series // SYN-ACKs after that
	strange      mark   // a SYN-ACK that acknowledges something else

	refusals    series
	refusedBare bool // the RST had no ACK
	challenge   mark // an ACK in answer to the SYN: the server holds an older connection
	staleRST    mark // the client's RST in answer to that

	rejection icmpError // of the SYN
	other     icmpError // of a later segment
	tooBig    icmpError

	ignoredRSTs int64
	contentCut  mark // where the server's answer was cut off, by its own account
	content     content
}

func (c *conn) addr(dir int) netip.AddrPort { return c.flow[c.clientAt^dir].addrPort() }

// direction returns which side sent a packet whose sender has the index from in the flow.
func (c *conn) direction(from int) int { return from ^ c.clientAt }

// flip exchanges the roles: what was guessed turned out wrong.
func (c *conn) flip() {
	c.clientAt ^= 1
	c.side[client], c.side[server] = c.side[server], c.side[client]
}

func (c *conn) add(p *wire.Packet, from int, m mark, payload []byte) {
	flags := p.TCP.Flags
	if flags&(wire.SYN|wire.ACK|wire.RST) == wire.SYN|wire.ACK && !c.sized && c.direction(from) == client {
		c.flip()
	}
	dir := c.direction(from)
	x := &c.side[dir]
	if x.packets == 0 {
		x.ttl = p.TTL
	}
	x.packets++
	x.last = m
	switch {
	case flags.Has(wire.RST):
		c.reset(dir, p, m)
	case flags.Has(wire.SYN | wire.ACK):
		c.synack(dir, p, m)
	case flags.Has(wire.SYN):
		c.syn(dir, p, m)
	default:
		c.segment(dir, p, m)
		c.content.add(c, dir, p, payload, m)
	}
}

// livesAnswered keeps connections that are in use from making room for a flood of SYNs that nobody answers.
const livesAnswered = 3

// note counts a packet that belongs to the connection, copies included.
func (c *conn) note(m mark) {
	c.packets++
	if c.side[client].packets > 0 && c.side[server].packets > 0 {
		c.lives = livesAnswered
	}
	if m.at < c.first.at {
		c.first.at = m.at // the capture is out of order
	}
	c.last.at, c.last.frame = max(c.last.at, m.at), m.frame
}

func (c *conn) syn(dir int, p *wire.Packet, m mark) {
	x := &c.side[dir]
	if dir == server {
		c.simultaneous = true
	} else {
		c.refusedBefore()
		c.hasSYN, c.sized = true, true
		if c.syns.count < int64(len(c.synTimes)) {
			c.synTimes[c.syns.count] = m.at
		}
		c.syns.add(m)
	}
	if x.hasISN && x.isn == p.TCP.Seq && x.hasNext {
		return // a retransmission
	}
	x.begin(p)
	if dir == client {
		c.synData = uint32(p.TCP.Payload)
		c.synOptionsN = uint8(copy(c.synOptions[:], p.TCP.RawOptions()))
		c.tsval, c.hasTSval = timestamp(&p.TCP)
	}
}

// refusedBefore is for a RST that the capture holds before the SYN that it answers.
func (c *conn) refusedBefore() {
	if s := &c.side[server]; !c.hasSYN && s.rst.seen() && c.synacks.count == 0 {
		c.refusals.add(s.rst)
		s.rst, s.rsts = mark{}, 0
	}
}

// begin takes in what a SYN says. Data on it (TCP Fast Open, RFC 7413) is not counted: a server may leave it
// unacknowledged, and the client then sends it again.
func (s *side) begin(p *wire.Packet) {
	s.hasISN, s.isn = true, p.TCP.Seq
	if !s.hasNext || before(s.next, s.isn+1) {
		s.hasNext, s.next = true, s.isn+1
	}
	for o := range p.TCP.Options() {
		switch {
		case o.Malformed:
		case o.Kind == wire.OptionMSS:
			s.mss = uint16(o.Value())
		case o.Kind == wire.OptionWindowScale:
			s.shift = uint8(min(o.Value(), 14)) // RFC 7323 section 2.3
		}
	}
}

func timestamp(t *wire.TCP) (uint32, bool) {
	for o := range t.Options() {
		if o.Kind == wire.OptionTimestamps && !o.Malformed {
			return o.Value(), true
		}
	}
	return 0, false
}

func (c *conn) synack(dir int, p *wire.Packet, m mark) {
	x, y := &c.side[dir], &c.side[1-dir]
	if dir == client { // of a simultaneous open: it repeats the SYN and acknowledges the other's
		y.acknowledge(p.TCP.Ack)
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
	}
	if c.clientAcked {
		c.repeated.add(m)
	}
	c.synacks.add(m)
	if !x.hasISN {
		x.begin(p)
	}
	y.acknowledge(p.TCP.Ack)
}

// acksSYN reports whether an acknowledgment number is that of the SYN, with or without data that it carried.
func (c *conn) acksSYN(ack uint32) bool {
	offset := ack - c.side[client].isn - 1
	return offset <= c.synData
}

// segment takes in a segment that is neither SYN nor RST.
func (c *conn) segment(dir int, p *wire.Packet, m mark) {
	x, y := &c.side[dir], &c.side[1-dir]
	if c.isChallenge(dir, p) {
		c.challenge = m
		return
	}
	news := false
	if p.TCP.Flags.Has(wire.ACK) {
		c.completeHandshake(dir, p, m)
		news = y.acknowledge(p.TCP.Ack)
		c.windowOf(dir, p, m)
	}
	c.outliveRST(dir, news || p.TCP.Payload > 0 && x.hasNext && !before(p.TCP.Seq, x.next))
	closed := y.zero.seen()
	if closed && x.hasNext && (p.TCP.Payload == 1 || before(p.TCP.Seq, x.next)) {
		y.probes, y.probe = y.probes+1, m
	}
	fin := p.TCP.Flags.Has(wire.FIN)
	if p.TCP.Payload > 0 || !fin && x.hasNext && x.isKeepAlive(p.TCP.Seq, 0) {
		x.send(p, m, closed)
	}
	if y.fin.seen() {
		y.afterFIN += int64(p.TCP.Payload)
	}
	if fin {
		x.finish(p.TCP.Seq+uint32(p.TCP.Payload), m)
	}
	if !x.hasNext {
		x.hasNext, x.next = true, p.TCP.Seq
	}
}

// finish takes in a FIN with this sequence number.
func (s *side) finish(seq uint32, m mark) {
	s.fins++
	if !s.fin.seen() {
		s.fin, s.finSeq = m, seq
	}
	if !s.hasNext || before(s.next, seq+1) {
		s.hasNext, s.next = true, seq+1
	}
}

// isChallenge reports whether the server answers the SYN by an ACK that does not acknowledge it: it holds an older
// connection on these ports (RFC 5961 section 4). Where the SYN-ACK is missing from the capture, the ACK is near.
func (c *conn) isChallenge(dir int, p *wire.Packet) bool {
	const near = 1 << 20
	return dir == server && c.hasSYN && c.synacks.count == 0 && !c.clientAcked && !c.simultaneous &&
		p.TCP.Ack-c.side[client].isn-1 > near
}

// completeHandshake notes the client's acknowledgment of the SYN-ACK, which data implies where it was not captured.
func (c *conn) completeHandshake(dir int, p *wire.Packet, m mark) {
	if c.clientAcked {
		return
	}
	s := &c.side[server]
	if dir == client && (!s.hasISN || !before(p.TCP.Ack, s.isn+1)) || dir == server && c.simultaneous {
		c.clientAcked, c.ackFrame = true, m
	}
}

// windowOf takes in the window that a side offers.
func (c *conn) windowOf(dir int, p *wire.Packet, m mark) {
	x := &c.side[dir]
	x.window = uint32(p.TCP.Window) << x.shift
	switch {
	case p.TCP.Window != 0:
		x.zero, x.probes = mark{}, 0
	case !x.zero.seen() && !p.TCP.Flags.Has(wire.FIN):
		x.zero = m
	}
}

func (c *conn) reset(dir int, p *wire.Packet, m mark) {
	x := &c.side[dir]
	switch {
	case c.hasSYN && c.synacks.count == 0 && !c.clientAcked && dir == server:
		c.refusals.add(m)
		c.refusedBare = !p.TCP.Flags.Has(wire.ACK)
		x.rstTTL = p.TTL
	case c.challenge.seen() && c.synacks.count == 0 && dir == client:
		c.staleRST = m
	default:
		x.rsts++
		if y := &c.side[1-dir]; p.TCP.Flags.Has(wire.ACK) && y.hasNext && !before(y.next, p.TCP.Ack) {
			y.acknowledge(p.TCP.Ack)
		}
		if !x.rst.seen() {
			x.rst, x.rstTTL, x.afterRST = m, p.TTL, false
		}
		if !c.sized && !x.hasNext && p.TCP.Flags.Has(wire.ACK) && dir == server {
			c.side[client].hasISN, c.side[client].isn = true, p.TCP.Ack-1 // of a SYN that the capture may hold later
		}
	}
}

// outliveRST forgets a RST that neither side heeded: both make progress after it. It was out of the window, or forged.
func (c *conn) outliveRST(dir int, progress bool) {
	if !progress || !c.side[client].rst.seen() && !c.side[server].rst.seen() {
		return
	}
	c.side[dir].afterRST = true
	if !c.side[client].afterRST || !c.side[server].afterRST {
		return
	}
	for i := range c.side {
		c.ignoredRSTs += int64(c.side[i].rsts)
		c.side[i].rst, c.side[i].rsts, c.side[i].afterRST = mark{}, 0, false
	}
}

// over reports whether the end of the connection was seen, so that it can be forgotten when room is needed.
func (c *conn) over() bool {
	x, y := &c.side[client], &c.side[server]
	return x.rst.seen() || y.rst.seen() || c.refusals.count > 0 || x.finAcked() && y.finAcked()
}
