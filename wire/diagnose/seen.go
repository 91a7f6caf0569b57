package diagnose

import (
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// Seen is what one vantage point saw of an attempt: a value to keep, unlike the [Judged] itself.
type Seen struct {
	Protocol       Subject
	Client, Server netip.AddrPort
	Verdict        Verdict
	Ending         Verdict

	hasSYN         bool
	isn            uint32
	syn            wire.SYNMark
	first, last    int64
	asked, heard   int64 // when a SYN and a SYN-ACK, or an echo request and a reply, the first was seen; 0: none was
	syns, synacks  int64
	packets        [2]int64
	bytes          [2]int64 // of data, from each side
	refusals, rsts int64    // sent by the server
	clientRSTs     int64
	rejected       bool
	acked          bool // the client acknowledged a SYN-ACK
	foreign        bool // the SYN was answered from another address
	ttl            [2]uint8
	latest         [2]int64 // when the latest packet of each side was seen
	owed           [2]bool  // data of the side is unacknowledged, and has been for longer than it is under way
	unacked        [2]bool  // data or a FIN of the side is unacknowledged
	stuck          bool     // data of the client was sent again and again, and never acknowledged
	echo           Echo
	samples        [fewSamples]wire.EchoMark // of the first echo requests
	heardSeq       uint16                    // of the first echo reply
	queries        [fewQueries]uint32        // of a lookup: identifiers, each with a hash of the question
}

// Seen returns what was seen of the attempt. There is nothing to join of a neighbour that did not answer.
func (a *Judged) Seen() Seen {
	s := Seen{Protocol: a.Protocol(), Client: a.Client(), Server: a.Server(), Verdict: a.Verdict, Ending: a.Ending}
	a.subject.see(&s)
	if c, ok := a.subject.(*conn); ok {
		for dir := range c.side {
			x := &c.side[dir]
			s.unacked[dir] = x.unacknowledged() > 0
			s.owed[dir] = s.unacked[dir] && (x.stuck.count > 0 || a.view.last-x.lastData.at >= underWay)
		}
	}
	return s
}

// underWay is how long a packet, or the answer to it, may be under way between two vantage points, in ns.
const underWay = 1e9

// EchoID is the identifier of a ping.
func (s *Seen) EchoID() uint16 { return s.echo.ID }

func (n *neighbour) see(*Seen) {}

func (c *conn) see(s *Seen) {
	s.hasSYN, s.isn, s.syn = c.hasSYN, c.side[client].isn, c.synMark
	s.first, s.last = c.first.at, c.last.at
	s.asked, s.heard = c.syns.marks[0].at, c.synacks.marks[0].at
	s.syns, s.synacks = c.syns.count, c.synacks.count
	s.refusals, s.rsts, s.clientRSTs = c.refusals.count, int64(c.side[server].rsts), int64(c.side[client].rsts+c.staleRSTs)
	s.rejected, s.acked = c.rejection.seen(), c.clientAcked
	s.foreign = c.related != nil && c.related.synacks.count > 0
	s.ttl = [2]uint8{c.side[client].ttl, c.side[server].ttl}
	s.stuck = c.side[client].stuck.count > 0
	for dir := range c.side {
		s.packets[dir], s.bytes[dir], s.latest[dir] = c.side[dir].packets, c.side[dir].bytes, c.side[dir].last.at
	}
}

func (x *echo) see(s *Seen) {
	s.echo = x.outcome()
	s.first, s.last = x.first.at, x.last.at
	s.asked, s.heard = x.asked.marks[0].at, x.heard.marks[0].at
	s.packets = [2]int64{x.asked.count, x.heard.count}
	s.latest = [2]int64{x.asked.last.at, x.heard.last.at}
	s.rejected = x.refused() > 0
	s.isn, s.samples, s.heardSeq = uint32(x.key.id), x.samples, x.heardSeq
}
