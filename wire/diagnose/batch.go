package diagnose

import "github.com/tcplab/tcplab/wire"

// batchSize is large because a handover between goroutines for each packet would cost more than the packet.
const batchSize = 256

// Batch is packets of a capture, their keys and their data, read ahead on another processor: [Diagnoser.AddBatch].
type Batch struct {
	packets [batchSize]wire.Packet
	keys    [batchSize]Key
	ends    [batchSize]int // of each packet's data
	data    []byte
	n       int // packets
	taken   int // of these, by the engine
	done    func(*Batch)
}

// Fill reads packets until the batch is full, or returns why reading ended. What was in the batch is gone.
func (b *Batch) Fill(r *wire.Reader) error {
	b.n, b.taken, b.data = 0, 0, b.data[:0]
	for b.n < batchSize {
		p := &b.packets[b.n]
		if err := r.Read(p); err != nil {
			return err
		}
		b.append(KeyOf(p), r.Payload())
	}
	return nil
}

// append completes the packet after the last one.
func (b *Batch) append(key Key, payload []byte) {
	b.keys[b.n] = key
	b.data = append(b.data, payload...)
	b.ends[b.n] = len(b.data)
	b.n++
}

func (b *Batch) payload(i int) []byte {
	begin := 0
	if i > 0 {
		begin = b.ends[i-1]
	}
	return b.data[begin:b.ends[i]:b.ends[i]]
}

// AddBatch takes in packets as Add does. The batch belongs to the engine until it calls done, which may be nil.
func (e *Diagnoser) AddBatch(b *Batch, done func(*Batch)) {
	b.done = done
	if b.n == 0 {
		b.release()
	}
	n := b.n // the last packet may be taken, and the batch given back, before the loop ends
	for i := range n {
		e.hold(b, i)
	}
}

// lastFrame is the number of the last packet, 0 where there is none.
func (b *Batch) lastFrame() int {
	if b.n == 0 {
		return 0
	}
	return b.packets[b.n-1].Frame
}

// renumber counts the frames on from those of the pieces before.
func (b *Batch) renumber(before int) {
	for i := range b.packets[:b.n] {
		b.packets[i].Frame += before
	}
}

// taking notes that the engine has taken in one more packet; after the last one the batch is given back.
func (b *Batch) taking() {
	b.taken++
	if b.taken == b.n {
		b.release()
	}
}

func (b *Batch) release() {
	if b.done != nil {
		b.done(b)
	}
}
