package wire

// progress is the course of an attempt in a trace that is grouped as a whole.
type progress struct {
	Course
	index int    // of the attempt
	fins  [2]fin // the client's, the server's
}

// fin is the number of a FIN.
type fin struct {
	seen bool
	seq  uint32
}

// advance takes in a segment of the attempt.
func (c *progress) advance(p *Packet) {
	c.Last = max(c.Last, p.Time.UnixNano())
	x, y := c.sides()
	x.Heard = true
	switch flags := p.TCP.Flags; {
	case flags.Has(RST):
		c.reset(p)
	case flags.Has(SYN | ACK):
		c.answer(p)
	case flags.Has(SYN):
		c.HasSYN, c.Simultaneous = c.HasSYN || c.FromClient, c.Simultaneous || !c.FromClient
		if c.FromClient {
			c.SYNData = uint32(p.TCP.Payload)
		}
		x.begin(p.TCP.Seq)
	case c.IsChallenge(p):
		c.Challenged = true
	default:
		if flags.Has(ACK) {
			c.Established = c.Established || c.FromClient && (!y.HasISN || !seqBefore(p.TCP.Ack, y.ISN+1)) || !c.FromClient && c.Simultaneous
			y.acknowledge(p.TCP.Ack)
		}
		c.send(p)
	}
	c.Over = c.Over || c.finAcked(0) && c.finAcked(1)
}

// answer takes in a SYN-ACK.
func (c *progress) answer(p *Packet) {
	x, y := c.sides()
	switch {
	case c.FromClient: // of a simultaneous open
		c.Established = true
	case c.HasSYN && !c.acksSYN(p.TCP.Ack):
		return // the client does not take it
	default:
		c.Answered = true
		if !y.HasISN {
			y.HasISN, y.ISN = true, p.TCP.Ack-1
		}
		x.begin(p.TCP.Seq)
	}
	y.acknowledge(p.TCP.Ack)
}

// reset takes in a RST. One that comes first may answer a SYN that the trace holds later.
func (c *progress) reset(p *Packet) {
	if c.FromClient && c.Challenged && !c.Answered {
		return // in answer to an older connection's ACK
	}
	if !c.FromClient && !c.HasSYN && !c.Server.HasNext && p.TCP.Flags.Has(ACK) {
		c.Client.HasISN, c.Client.ISN = true, p.TCP.Ack-1
	}
	c.Over = true
}

// send takes in the data of a segment, and its FIN.
func (c *progress) send(p *Packet) {
	x, _ := c.sides()
	end := p.TCP.Seq + uint32(p.TCP.Payload)
	x.know(p.TCP.Seq)
	if p.TCP.Flags.Has(FIN) {
		c.fins[c.sender()] = fin{true, end}
		end++
	}
	if seqBefore(x.Next, end) {
		x.Next = end
	}
}

func (c *progress) sender() int {
	if c.FromClient {
		return 0
	}
	return 1
}

func (c *progress) finAcked(side int) bool {
	r := []*Reach{&c.Client, &c.Server}[side]
	return c.fins[side].seen && r.HasAcked && seqBefore(c.fins[side].seq, r.Acked)
}

// begin takes in the number of a SYN or SYN-ACK; a later one with another number is of no use.
func (r *Reach) begin(isn uint32) {
	if !r.HasISN {
		r.HasISN, r.ISN = true, isn
	}
	if !r.HasNext {
		r.HasNext, r.Base, r.Next = true, r.ISN+1, r.ISN+1
	}
}

func (r *Reach) know(seq uint32) {
	if !r.HasNext {
		r.HasNext, r.Base, r.Next = true, seq, seq
	}
}

func (r *Reach) acknowledge(ack uint32) {
	r.know(ack)
	if !r.HasAcked || seqBefore(r.Acked, ack) {
		r.HasAcked, r.Acked = true, ack
	}
	if seqBefore(r.Next, ack) {
		r.Next = ack
	}
}
