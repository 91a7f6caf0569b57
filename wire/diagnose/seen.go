package diagnose

import "net/netip"

// Seen is what one vantage point saw of an attempt: a value to keep, unlike the [Attempt] itself.
type Seen struct {
	Protocol       Protocol
	Client, Server netip.AddrPort
	Verdict        Verdict
	Ending         Verdict

	hasSYN         bool
	isn            uint32
	tsval          uint32
	hasTSval       bool
	options        string
	first, last    int64
	syn, synack    int64 // when the first was seen; 0: none was
	syns, synacks  int64
	packets        [2]int64
	bytes          [2]int64 // of data, from each side
	refusals, rsts int64    // sent by the server
	clientRSTs     int64
	rejected       bool
	echo           Echo
	samples        [fewSamples]sample // of the first echo requests
	heardSeq       uint16             // of the first echo reply
}

// Seen returns what was seen of the attempt. There is nothing to join of a neighbour that did not answer.
func (a *Attempt) Seen() Seen {
	s := Seen{Protocol: a.Protocol(), Client: a.Client(), Server: a.Server(), Verdict: a.Verdict, Ending: a.Ending}
	a.subject.see(&s)
	return s
}

// EchoID is the identifier of a ping.
func (s *Seen) EchoID() uint16 { return s.echo.ID }

func (n *neighbour) see(*Seen) {}

func (c *conn) see(s *Seen) {
	s.hasSYN, s.isn, s.tsval, s.hasTSval = c.hasSYN, c.side[client].isn, c.tsval, c.hasTSval
	s.options = string(c.synOptions[:c.synOptionsN])
	s.first, s.last = c.first.at, c.last.at
	s.syn, s.synack = c.syns.marks[0].at, c.synacks.marks[0].at
	s.syns, s.synacks = c.syns.count, c.synacks.count
	s.refusals, s.rsts, s.clientRSTs = c.refusals.count, int64(c.side[server].rsts), int64(c.side[client].rsts)
	s.rejected = c.rejection.seen()
	for dir := range c.side {
		s.packets[dir], s.bytes[dir] = c.side[dir].packets, c.side[dir].bytes
	}
}

func (x *echo) see(s *Seen) {
	s.echo = x.outcome()
	s.first, s.last = x.first.at, x.last.at
	s.syn, s.synack = x.asked.marks[0].at, x.heard.marks[0].at
	s.packets = [2]int64{x.asked.count, x.heard.count}
	s.rejected = x.refused() > 0
	s.isn, s.samples, s.heardSeq = uint32(x.key.id), x.samples, x.heardSeq
}
