package diagnose

import (
	"cmp"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// table holds the connections that were not yet reported.
type table struct {
	flows flowTable
	all   []*conn
	hand  int     // of the clock that looks for one to give up
	ended []*conn // their end was seen, oldest first
	spare []*conn
	room  [wire.MostOnPorts]wire.Course
}

// find returns the attempt that a segment belongs to, nil when it begins a new one. The rule is [wire.Belongs]; nearly always there
// is one attempt on the ports, and the segment is no SYN.
func (t *table) find(k *Key, p *wire.Packet, at int64) *conn {
	head := t.flows.latest(k.hash, &k.flow)
	if head == nil || head.older == nil && p.TCP.Flags&(wire.SYN|wire.ACK|wire.RST) != wire.SYN {
		return head
	}
	return head.back(wire.Belongs(p, at, t.courses(head, int(k.from))))
}

// courses are those of the attempts on the ports of the latest one.
func (t *table) courses(head *conn, from int) []wire.Course {
	n := 0
	for c := head; c != nil && n < len(t.room); c = c.older {
		t.room[n] = c.course(c.direction(from))
		n++
	}
	return t.room[:n]
}

// back returns the attempt so many before this one, nil for -1.
func (c *conn) back(n int) *conn {
	if n < 0 {
		return nil
	}
	for range n {
		c = c.older
	}
	return c
}

// course is how far the attempt has come when a segment of the side dir arrives.
func (c *conn) course(dir int) wire.Course {
	return wire.Course{
		Client: c.side[client].reach(), Server: c.side[server].reach(), FromClient: dir == client,
		HasSYN: c.hasSYN, SYNData: c.synData, Answered: c.synacks.count > 0, Established: c.clientAcked,
		Simultaneous: c.simultaneous, Challenged: c.challenge.seen(), Over: c.over(), Last: c.last.at,
	}
}

func (s *side) reach() wire.Reach {
	return wire.Reach{Heard: s.packets > 0, HasISN: s.hasISN, HasNext: s.hasNext, HasAcked: s.hasAcked,
		ISN: s.isn, Base: s.base, Next: s.next, Acked: s.acked}
}

func (t *table) insert(c *conn) {
	c.older = t.flows.put(c)
	c.slot = len(t.all)
	t.all = append(t.all, c)
}

// surplus returns the oldest attempt on a flow that has too many of them, else nil.
func (t *table) surplus(head *conn) *conn {
	n := 0
	var last *conn
	for c := head; c != nil; c = c.older {
		n, last = n+1, c
	}
	if n <= wire.MostOnPorts {
		return nil
	}
	return last
}

func (t *table) remove(c *conn) {
	t.flows.remove(c)
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
