package wire

// To which of several attempts on the same ports a segment belongs, its numbers say. The rule is here once, for a trace that is
// grouped as a whole ([Trace.Attempts]) and for a capture that is diagnosed packet by packet.

// Course is how far a connection attempt has come, as far as its packets were seen.
type Course struct {
	Client, Server Reach
	// FromClient says that the segment which is looked at would be the client's, if it belonged to this attempt.
	FromClient bool
	// HasSYN says that the client's SYN was seen, with so many bytes of data (RFC 7413).
	HasSYN  bool
	SYNData uint32
	// Answered says that a SYN-ACK was seen, Established that the client acknowledged one.
	Answered, Established bool
	// Simultaneous says that both sides sent a SYN (RFC 9293 section 3.5).
	Simultaneous bool
	// Challenged says that the SYN was answered by an ACK of an older connection (RFC 5961 section 4).
	Challenged bool
	// Over says that its end was seen, and Last is the time of its latest packet in nanoseconds.
	Over bool
	Last int64
}

// Reach is the numbers of one side.
type Reach struct {
	// Heard says that the side sent something.
	Heard bool
	// HasISN says that ISN, the initial number, is known.
	HasISN bool
	// HasNext says that the side's numbers are known: from Base on it has sent data, up to Next.
	HasNext bool
	// HasAcked says that the other side acknowledged something, all before Acked.
	HasAcked               bool
	ISN, Base, Next, Acked uint32
}

// MostOnPorts is how many of the latest attempts on the same ports are asked whether a segment is theirs: one that is late may
// belong to an older attempt, and to search all of them would take a time that grows with the square of a hostile capture's size.
const MostOnPorts = 4

const (
	// reuseAfter is how long, in ns, after the end of a connection a SYN with the same number is a new connection and not a
	// late copy: senders of hand-made SYNs choose the number freely.
	reuseAfter = 1e9
	// farthest is how far from a connection's numbers a segment of it may be.
	farthest = 1 << 24
	// nearSYN is how far from a SYN's number an ACK may be that acknowledges data after it, where the SYN-ACK is missing.
	nearSYN = 1 << 20
)

// Belongs returns the index of the attempt to which the segment belongs, among those on its ports, the latest first; -1 where
// it begins another. At is the segment's time in nanoseconds.
//
// A SYN belongs to the attempt with its number, an answer to a SYN to the attempt whose SYN it acknowledges, and anything else to
// the attempt whose numbers are closest.
func Belongs(p *Packet, at int64, attempts []Course) int {
	switch flags := p.TCP.Flags & (SYN | ACK | RST); {
	case len(attempts) == 0:
		return -1
	case flags == SYN:
		return ofSYN(p, at, attempts)
	case len(attempts) == 1:
		return 0
	case flags.Has(ACK) && flags != ACK:
		for i := range attempts {
			if c := &attempts[i]; c.HasSYN && !c.FromClient && c.acksSYN(p.TCP.Ack) {
				return i
			}
		}
	}
	return closest(p, attempts)
}

func ofSYN(p *Packet, at int64, attempts []Course) int {
	for i := range attempts {
		c := &attempts[i]
		x, _ := c.sides()
		switch {
		case !x.HasISN || x.ISN != p.TCP.Seq:
		case c.Established && c.Over && at-c.Last > reuseAfter:
			return -1
		case c.HasSYN || c.FromClient:
			return i
		}
	}
	if c := &attempts[0]; c.HasSYN && !c.FromClient && !c.Server.Heard && !c.Established {
		return 0 // simultaneous open
	}
	return -1
}

// closest returns the attempt whose numbers are closest to those of a segment, which is late if that is not the latest one.
func closest(p *Packet, attempts []Course) int {
	c, older := &attempts[0], &attempts[1]
	if c.IsChallenge(p) && p.TCP.Payload == 0 && !older.isNews(p) ||
		c.FromClient && c.Challenged && !c.Answered && p.TCP.Flags.Has(RST) {
		return 0
	}
	best, least := 0, c.distance(p)
	for i := range attempts[1:] {
		if d := attempts[1+i].distance(p); d < least && d < farthest {
			best, least = 1+i, d
		}
	}
	return best
}

// Quoted returns the index of the attempt of which an ICMP error quotes a segment, the latest first; -1 where there is none: the
// attempt that began with the quoted number, else the one whose numbers are closest, else the latest.
func Quoted(q *Quote, attempts []Course) int {
	if len(attempts) == 0 {
		return -1
	}
	best := 0
	for i := range attempts {
		x, _ := attempts[i].sides()
		y, _ := attempts[best].sides()
		switch {
		case !q.HasSeq:
		case attempts[i].FromClient && x.HasISN && x.ISN == q.Seq:
			return i
		case x.away(q.Seq) < min(y.away(q.Seq), farthest):
			best = i
		}
	}
	return best
}

// IsChallenge reports whether the server answers the SYN by an ACK that does not acknowledge it: it holds an older connection
// on these ports (RFC 5961 section 4). Where the SYN-ACK is missing from the capture, the ACK is near.
func (c *Course) IsChallenge(p *Packet) bool {
	return !c.FromClient && c.HasSYN && !c.Answered && !c.Established && !c.Simultaneous && p.TCP.Ack-c.Client.ISN-1 > nearSYN
}

// sides returns the numbers of the segment's sender and of its receiver.
func (c *Course) sides() (from, to *Reach) {
	if c.FromClient {
		return &c.Client, &c.Server
	}
	return &c.Server, &c.Client
}

// acksSYN reports whether an acknowledgment number is that of the SYN, with or without data that it carried.
func (c *Course) acksSYN(ack uint32) bool { return ack-c.Client.ISN-1 <= c.SYNData }

// isNews reports whether a segment acknowledges more than was acknowledged before, and so is no answer to a SYN.
func (c *Course) isNews(p *Packet) bool {
	_, y := c.sides()
	return y.HasAcked && seqBefore(y.Acked, p.TCP.Ack) && !seqBefore(y.Next, p.TCP.Ack)
}

// distance is how far a segment's numbers are from those of the attempt, as far as these are known.
func (c *Course) distance(p *Packet) uint32 {
	x, y := c.sides()
	d := x.away(p.TCP.Seq)
	if p.TCP.Flags.Has(ACK) {
		d = max(d, y.away(p.TCP.Ack))
	}
	return d
}

// away is how far a number is from those that were sent.
func (r *Reach) away(seq uint32) uint32 {
	switch {
	case !r.HasNext:
		return 0
	case seqBefore(seq, r.Base-1):
		return r.Base - 1 - seq
	case seqBefore(r.Next, seq):
		return seq - r.Next
	}
	return 0
}

// seqBefore compares sequence numbers, which wrap around (RFC 9293 section 3.4).
func seqBefore(a, b uint32) bool { return int32(a-b) < 0 }
