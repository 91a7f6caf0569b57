package diagnose

// flowTable finds the latest attempt between two ends by a hash that was computed when the packet was read. It is a table of its own
// because the hash and the comparison of a map's key of 36 bytes were a sixth of the time that a capture takes.
type flowTable struct {
	slots []flowSlot // a power of two; less than half of them are taken, and what does not find its slot free takes the next
	n     int
}

type flowSlot struct {
	hash uint64
	conn *conn // the latest attempt; the others are older than it
}

const fewestSlots = 1 << 10

// home is the slot where a hash belongs.
func (t *flowTable) home(hash uint64) int { return int(hash & uint64(len(t.slots)-1)) }

func (t *flowTable) next(i int) int { return (i + 1) & (len(t.slots) - 1) }

// slot is the slot of a flow, or the free one where it would be.
func (t *flowTable) slot(hash uint64, f *flow) int {
	i := t.home(hash)
	for s := &t.slots[i]; s.conn != nil && (s.hash != hash || s.conn.flow != *f); s = &t.slots[i] {
		i = t.next(i)
	}
	return i
}

// latest returns the latest attempt between the ends, nil where there is none.
func (t *flowTable) latest(hash uint64, f *flow) *conn {
	if t.n == 0 {
		return nil
	}
	return t.slots[t.slot(hash, f)].conn
}

// put makes an attempt the latest, and returns the one that was.
func (t *flowTable) put(c *conn) (older *conn) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	s := &t.slots[t.slot(c.hash, &c.flow)]
	if older = s.conn; older == nil {
		t.n++
	}
	*s = flowSlot{c.hash, c}
	return older
}

func (t *flowTable) grow() {
	old := t.slots
	t.slots = make([]flowSlot, max(fewestSlots, 2*len(old)))
	for _, s := range old {
		if s.conn == nil {
			continue
		}
		i := t.home(s.hash)
		for t.slots[i].conn != nil {
			i = t.next(i)
		}
		t.slots[i] = s
	}
}

// remove forgets an attempt, the latest one or one before it.
func (t *flowTable) remove(c *conn) {
	i := t.slot(c.hash, &c.flow)
	if head := t.slots[i].conn; head != c {
		for head.older != c {
			head = head.older
		}
		head.older = c.older
		return
	}
	if t.slots[i].conn = c.older; c.older == nil {
		t.free(i)
		t.n--
	}
}

// free empties a slot, and moves into it what is behind it and would not be found any longer.
func (t *flowTable) free(i int) {
	for j := t.next(i); t.slots[j].conn != nil; j = t.next(j) {
		if home := t.home(t.slots[j].hash); (j-home)&(len(t.slots)-1) >= (j-i)&(len(t.slots)-1) {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = flowSlot{}
}
