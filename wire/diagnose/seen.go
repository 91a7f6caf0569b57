package diagnose

import "net/netip"

// Seen is what one vantage point saw of an attempt: a value to keep, unlike the [Attempt] itself.
type Seen struct {
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
}

// Seen returns what was seen of the attempt. There is nothing to join of a neighbour that did not answer.
func (a *Attempt) Seen() Seen {
	s := Seen{Client: a.Client(), Server: a.Server(), Verdict: a.Verdict, Ending: a.Ending}
	c := a.conn
	if c == nil {
		return s
	}
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
	return s
}
