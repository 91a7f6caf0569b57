package diagnose

import (
	"cmp"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// table holds the connections that were not yet reported.
type table struct {
	flows map[flow]*conn
	all   []*conn
	hand  int     // of the clock that looks for one to give up
	ended []*conn // their end was seen, oldest first
	spare []*conn
}

// Attempts on one flow that are remembered: a late packet may still belong to an older one.
const attemptsPerFlow = 4

// find returns the attempt that a segment belongs to, nil when it begins a new one.
func (t *table) find(f flow, from int, p *wire.Packet, at int64) *conn {
	head := t.flows[f]
	flags := p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST)
	switch {
	case head == nil:
		return nil
	case flags == wire.SYN:
		return head.attemptOf(from, p, at)
	case flags&wire.ACK != 0 && flags != wire.ACK:
		for c := head; c != nil; c = c.older {
			if c.hasSYN && c.direction(from) == server && c.acksSYN(p.TCP.Ack) {
				return c
			}
		}
	}
	return head
}

// reuseAfter is how long after the end of a connection a SYN with the same number is a new connection and not a late
// copy: senders of hand-made SYNs choose the number freely.
const reuseAfter = 1e9

// attemptOf returns the attempt that a SYN belongs to.
func (c *conn) attemptOf(from int, p *wire.Packet, at int64) *conn {
	for a := c; a != nil; a = a.older {
		switch x := &a.side[a.direction(from)]; {
		case !x.hasISN || x.isn != p.TCP.Seq:
		case a.clientAcked && a.over() && at-a.last.at > reuseAfter:
			return nil
		case a.hasSYN || a.direction(from) == client:
			return a
		}
	}
	answered := &c.side[server]
	if c.hasSYN && c.direction(from) == server && answered.packets == 0 && !c.clientAcked {
		return c // simultaneous open, RFC 9293 section 3.5
	}
	return nil
}

func (t *table) insert(c *conn) {
	c.older = t.flows[c.flow]
	t.flows[c.flow] = c
	c.slot = len(t.all)
	t.all = append(t.all, c)
}

// surplus returns the oldest attempt on a flow that has too many of them, else nil.
func (t *table) surplus(f flow) *conn {
	n := 0
	var last *conn
	for c := t.flows[f]; c != nil; c = c.older {
		n, last = n+1, c
	}
	if n <= attemptsPerFlow {
		return nil
	}
	return last
}

func (t *table) remove(c *conn) {
	if head := t.flows[c.flow]; head != c {
		for head.older != c {
			head = head.older
		}
		head.older = c.older
	} else if c.older != nil {
		t.flows[c.flow] = c.older
	} else {
		delete(t.flows, c.flow)
	}
	last := t.all[len(t.all)-1]
	t.all[c.slot], last.slot = last, c.slot
	t.all = t.all[:len(t.all)-1]
	c.gone = true
	if !c.queued {
		t.spare = append(t.spare, c)
	}
}

// oldestEnded takes the connection that ended first from the queue; nil when there is none.
func (t *table) oldestEnded() *conn {
	for len(t.ended) > 0 {
		c := t.ended[0]
		t.ended = t.ended[1:]
		switch {
		case c.gone:
			t.spare = append(t.spare, c)
		default:
			c.queued = false
			if c.over() { // and not alive again, after a RST that nobody heeded
				return c
			}
		}
	}
	return nil
}

// leastActive returns a connection that nobody answers, or one without a packet since the hand passed it several times.
func (t *table) leastActive() *conn {
	for {
		t.hand = (t.hand + 1) % len(t.all)
		c := t.all[t.hand]
		if c.lives == 0 {
			return c
		}
		c.lives--
	}
}

// fresh returns a connection to fill in, one that is no longer needed where there is one.
func (t *table) fresh() *conn {
	if n := len(t.spare); n > 0 {
		c := t.spare[n-1]
		t.spare = t.spare[:n-1]
		*c = conn{}
		return c
	}
	return new(conn)
}

// inOrder sorts the connections by their first packets.
func (t *table) inOrder() []*conn {
	return slices.SortedFunc(slices.Values(t.all), func(a, b *conn) int { return cmp.Compare(a.first.frame, b.first.frame) })
}
