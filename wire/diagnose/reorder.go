package diagnose

// Several receive queues, each on a processor of its own, hand packets to one capture: the times are right, the order in
// the file is not. So packets are held for a while, and come out in the order of their times.

// disorder is how far a packet may lag behind others in the file, in ns. Captures from several queues were seen to be
// off by 20 ms.
const disorder = 50e6

// What is held is bounded, because a fast link fills much memory within the time.
const (
	mostHeld      = 1 << 14 // packets
	mostHeldBytes = 8 << 20 // of data
)

// held is a packet that waits for earlier ones.
type held struct {
	at    int64
	batch *Batch
	index int32
	size  int32 // of its data
}

// reorder sorts packets by time, in a window of [disorder].
type reorder struct {
	queue  []held // by time; those before head are gone
	head   int
	bytes  int   // of data that is held
	latest int64 // the time of the latest packet, in ns
}

// place puts a packet where it belongs: nearly always at the end.
func (r *reorder) place(h held) {
	r.latest = max(r.latest, h.at)
	r.bytes += int(h.size)
	r.queue = append(r.queue, h)
	for i := len(r.queue) - 1; i > r.head && r.queue[i-1].at > h.at; i-- {
		r.queue[i], r.queue[i-1] = r.queue[i-1], h
	}
}

func (r *reorder) len() int { return len(r.queue) - r.head }

// isDue reports whether no packet can come any more that belongs before the first one, or too much is held.
func (r *reorder) isDue() bool {
	return r.len() > 0 && (r.queue[r.head].at < r.latest-disorder || r.len() > mostHeld || r.bytes > mostHeldBytes)
}

// take removes the first packet.
func (r *reorder) take() held {
	h := r.queue[r.head]
	r.head++
	r.bytes -= int(h.size)
	if r.head == len(r.queue) || r.head >= mostHeld {
		n := copy(r.queue, r.queue[r.head:])
		r.queue, r.head = r.queue[:n], 0
	}
	return h
}
