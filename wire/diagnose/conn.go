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
	from host
	v6   bool
	kind uint8
	code uint8
	mtu  uint32
	// about is the side that sent what the error quotes.
	about int8
}

func (i icmpError) sender() netip.Addr { return i.from.addr() }

func (i icmpError) message() *wire.ICMP { return &wire.ICMP{V6: i.v6, Type: i.kind, Code: i.code} }
func (i icmpError) name() string        { return i.message().Name() }
func (i icmpError) number() string      { return i.message().Number() }

// conn is a connection attempt as far as it was seen. First comes what nearly every segment reads or changes: of the connections that
// many hosts have at the same time, each part is fetched from memory anew.
type conn struct {
	flow flow
	hash uint64 // of flow
	// clientAt is the index of the client in flow.
	clientAt int
	older    *conn // an earlier attempt on the same flow
	owner    *conn // the attempt that it is a part of, under other addresses; itself where that is forgotten
	packets  int64
	first    mark
	last     mark
	numbers  Frames
	gap      int64 // the latest wait for a packet that is as long as a timer's, in ns
	synacks  series

	lives        uint8 // how often the table's hand may pass before the connection is given up
	queued       bool  // its end was seen
	gone         bool  // it was reported
	told         bool  // it was reported, and is kept so as not to be reported again
	hasSYN       bool
	sized        bool // roles are certain: a SYN or SYN-ACK told them
	spoken       bool // or what was said did
	simultaneous bool
	clientAcked  bool // the client acknowledged the SYN-ACK
	screened     bool // the SYN-ACK had no window: a SYN proxy, which has nobody yet to take data, sends such a one
	isPartOfMore bool // of a conversation that has other connections, too
	synID        uint16
	highestTTL   uint8 // of the SYNs

	side    [2]side
	content content
	speech  *speech // nil: nothing worth telling was said

	copies  int64
	related *related
	caller  caller   // what sent its SYN
	next    *nextTry // nil: no other address served the client
	veiled  *veiled
	path    *path
	circle  circle
	fast    *fastOpen // nil: no SYN carried data
	ended   *multipathEnd
	names   *nameStreams // of a connection to a name server
	slot    int          // in the table of the tracker

	syns      series
	meanwhile mark       // an answer to another connection, after the first of these and before the last
	synTimes  [12]uint32 // after the first, in µs; one more than the longest schedule has
	synMark   wire.SYNMark
	synData   uint32
	second    mark   // a SYN-ACK with another number, at once: of another machine
	ackFrame  mark   // the client's first acknowledgment of a SYN-ACK
	repeated  series // SYN-ACKs after that
	strange   mark   // a SYN-ACK that acknowledges something else

	refusals     series
	goodRefusals int32  // of these, those that acknowledge the SYN
	refusedAck   uint32 // what the latest of the others acknowledges; 0: nothing
	challenge    mark   // an ACK in answer to the SYN: the server holds an older connection
	staleRST     mark   // the client's RST in answer to that
	staleRSTs    int32  // how many

	rejection icmpError // of the SYN
	other     icmpError // of a later segment
	tooBig    icmpError

	ignoredRSTs int64
	pause       pause
	idle        int64 // the silence, in ns, that the RST ended or after which it is the first of its sender
	contentCut  mark  // where the server's answer was cut off, by its own account
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
	if !c.sized && !c.spoken && len(payload) > 0 {
		c.rolesBy(c.direction(from), payload)
	}
	dir := c.direction(from)
	x := &c.side[dir]
	if x.packets == 0 {
		x.ttl = p.TTL
	}
	x.packets++
	previous := x.last
	x.last = m
	c.side[1-dir].unheard = unheard{}
	switch {
	case flags.Has(wire.RST):
		c.reset(dir, p, m, previous)
		c.endMultipath(dir, p, m)
	case flags.Has(wire.SYN | wire.ACK):
		c.synack(dir, p, m)
	case flags.Has(wire.SYN):
		c.syn(dir, p, m)
	default:
		end := x.next
		c.segment(dir, p, m)
		if x.multipath {
			c.endMultipath(dir, p, m)
		}
		c.content.add(c, dir, p, payload, m)
		if x.next != end { // and not sent again
			c.listen(dir, p.TCP.Seq, payload, m)
		}
	}
}

// livesAnswered keeps connections that are in use from making room for a flood of SYNs that nobody answers.
const livesAnswered = 3

// note counts a packet that belongs to the connection, copies included.
func (c *conn) note(m mark) {
	c.packets++
	c.numbers.take(m.frame)
	if c.owner != nil {
		c.owner.numbers.take(m.frame)
	}
	if c.side[client].packets > 0 && c.side[server].packets > 0 {
		c.lives = livesAnswered
	}
	if m.at < c.first.at {
		c.first.at = m.at // the capture is out of order
	}
	length := m.at - c.last.at
	if length >= shortestGap {
		c.gap = length
	}
	if length >= shortestPause {
		c.pause = pause{m, length}
	}
	c.last.at, c.last.frame = max(c.last.at, m.at), m.frame
}

// shortestGap tells a timer's wait from the time between a packet and its answer, or its copy at another interface, in ns.
const shortestGap = 1e8

// pause is a time in which no packet of the connection was seen.
type pause struct {
	mark         // the first packet after it
	length int64 // ns
}

// shortestPause is how long nothing must be seen for it to be worth telling, in ns.
const shortestPause = 5e9

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
		if news = y.acknowledge(p.TCP.Ack, m); !news {
			y.acknowledgeBehind(p)
		} else {
			x.hears()
		}
		c.windowOf(dir, p, m)
	}
	c.outliveRST(dir, news || p.TCP.Payload > 0 && x.hasNext && !before(p.TCP.Seq, x.next))
	if x.rst.seen() && p.TCP.Payload > 0 && before(x.rstSeq, p.TCP.Seq+uint32(p.TCP.Payload)) {
		x.beyond = true
	}
	closed := y.zero.seen()
	if closed && x.hasNext && (p.TCP.Payload == 1 || before(p.TCP.Seq, x.next)) {
		y.probes, y.probe = y.probes+1, m
		if !x.isKeepAlive(p.TCP.Seq, p.TCP.Payload) { // which is counted as one
			x.unheard.add(m)
		}
	}
	fin := p.TCP.Flags.Has(wire.FIN)
	if p.TCP.Payload > 0 || !fin && x.hasNext && x.isKeepAlive(p.TCP.Seq, 0) {
		x.send(p, m, closed)
	}
	if y.fin.seen() {
		y.afterFIN += int64(p.TCP.Payload)
	}
	if fin && !x.fin.seen() {
		x.deaf = y.sent() == 0 || c.sized && y.hasAcked && y.acked == y.base
	}
	x.know(p.TCP.Seq)
	if fin {
		x.finish(p.TCP.Seq+uint32(p.TCP.Payload), m)
	}
}

// finish takes in a FIN with this sequence number.
func (s *side) finish(seq uint32, m mark) {
	if !s.fin.seen() {
		s.fin, s.finSeq = m, seq
	}
	if seq == s.finSeq {
		s.fins, s.lastFIN = s.fins+1, m
	}
	if before(s.next, seq+1) {
		s.next = seq + 1
	}
}

// isChallenge reports whether the server answers the SYN by an ACK of an older connection ([wire.Course.IsChallenge]).
func (c *conn) isChallenge(dir int, p *wire.Packet) bool {
	if c.clientAcked || c.synacks.count > 0 {
		return false // as nearly always
	}
	course := c.course(dir)
	return course.IsChallenge(p)
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

// reset takes in a RST; previous is the latest packet of the same side.
func (c *conn) reset(dir int, p *wire.Packet, m, previous mark) {
	x := &c.side[dir]
	switch {
	case c.hasSYN && c.synacks.count == 0 && !c.clientAcked && dir == server:
		c.refusals.add(m)
		if p.TCP.Flags.Has(wire.ACK) && c.acksSYN(p.TCP.Ack) {
			c.goodRefusals++
		} else {
			c.refusedAck = p.TCP.Ack
		}
		x.rstTTL = p.TTL
	case c.challenge.seen() && c.synacks.count == 0 && dir == client:
		c.staleRST = m
		c.staleRSTs++
	default:
		x.rsts++
		// A RST without a connection behind it acknowledges 0, which proves nothing heard.
		if y := &c.side[1-dir]; p.TCP.Flags.Has(wire.ACK) && p.TCP.Ack != 0 && y.hasNext && !before(y.next, p.TCP.Ack) {
			y.acknowledge(p.TCP.Ack, m)
		}
		if !x.rst.seen() {
			if c.pause.seen() && previous.isBefore(c.pause.mark) {
				c.idle = c.pause.length
			}
			x.rst, x.rstTTL, x.afterRST = m, p.TTL, false
			x.rstSeq, x.rstAck, x.beyond = p.TCP.Seq, 0, false
			if p.TCP.Flags.Has(wire.ACK) {
				x.rstAck = p.TCP.Ack
			}
			x.unknown = x.knowsNothing(p)
			x.deaf = x.deaf || !x.fin.seen() && c.side[1-dir].sent() == 0
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
