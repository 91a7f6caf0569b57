// Package watch diagnoses a capture that goes on: what fails is told when it has failed, once, and its packets, with those before
// them, are cut out of a ring buffer in memory. Memory is bounded, however long it lasts and however much traffic there is: by the size of
// the ring, and by the number of connections that are followed at the same time.
package watch

import (
	"cmp"
	"io"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Options of a [Watcher].
type Options struct {
	// Each is called, once, for each attempt that is settled, failed or not. The cut is nil where no ring was asked for. Both
	// are valid until it returns; nothing is read from the capture meanwhile.
	Each func(a *diagnose.Judged, c *CutOut)
	// Ring is the size of the ring, in bytes; 0: none.
	Ring int
	// Before is how much of what the two hosts said before an attempt belongs to its cut.
	Before time.Duration
	// MaxTracked is as in [diagnose.Options]; 0 stands for [MaxTracked].
	MaxTracked int
}

// MaxTracked is how many connections, and how many pings, are followed at the same time: fewer than in a file, because memory is
// bounded by it. Beside the ring, a watcher takes less than [Overhead] bytes with it.
const (
	MaxTracked = 16384
	Overhead   = 96 << 20
)

// Watcher diagnoses a capture that goes on. It can be used by several goroutines at once.
type Watcher struct {
	mutex  sync.Mutex
	o      Options
	engine *diagnose.Diagnoser
	ring   *ring
	ifaces []string
	newest time.Time // the latest packet's time
	heard  bool      // since the last tick
	wall   time.Time // when that was noticed
	closed bool
}

// New returns a watcher that has seen nothing.
func New(o Options) *Watcher {
	w := &Watcher{o: o}
	w.engine = diagnose.New(diagnose.Options{Emit: w.emit, MaxTracked: cmp.Or(o.MaxTracked, MaxTracked)})
	if o.Ring > 0 {
		w.ring = newRing(o.Ring)
	}
	return w
}

// Read takes in a capture until it ends, and returns why it ended: nil where it ended well.
func (w *Watcher) Read(in io.Reader) error {
	reader, err := wire.NewReader(in)
	if err != nil {
		return err
	}
	var p wire.Packet
	for {
		switch err := reader.Read(&p); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		w.add(&p, reader)
	}
}

func (w *Watcher) add(p *wire.Packet, reader *wire.Reader) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.closed {
		return
	}
	if p.Time.After(w.newest) {
		w.newest = p.Time
	}
	w.heard = true
	if w.ring != nil {
		w.ring.put(p, reader.Frame(p), w.number(p.Interface))
	}
	w.engine.Add(p, reader.Payload())
}

// maxInterfaces bounds what a capture can make a watcher remember.
const maxInterfaces = 256

// number is that of an interface's name.
func (w *Watcher) number(name string) uint16 {
	i := slices.Index(w.ifaces, name)
	switch {
	case i < 0 && len(w.ifaces) == maxInterfaces:
		i = 0
	case i < 0:
		i = len(w.ifaces)
		w.ifaces = append(w.ifaces, name)
	}
	return uint16(i)
}

// Tick settles what is to be settled; now is the time by the wall's clock. That of the capture goes on as the wall's does: a capture of
// another machine, or of another day, has another one.
func (w *Watcher) Tick(now time.Time) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.closed {
		return
	}
	if w.heard {
		w.heard, w.wall = false, now
	}
	if !w.newest.IsZero() && !w.wall.IsZero() {
		w.engine.Settle(w.newest.Add(now.Sub(w.wall)))
	}
}

// Close settles what is left, and returns the counts.
func (w *Watcher) Close() diagnose.Stats {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.closed = true
	w.engine.Close()
	return w.engine.Stats()
}

func (w *Watcher) emit(a *diagnose.Judged) {
	var c *CutOut
	if w.ring != nil {
		c = &CutOut{w: w, parties: [2]netip.Addr{a.Client().Addr(), a.Server().Addr()}, begin: a.First().Add(-w.o.Before).UnixNano()}
	}
	w.o.Each(a, c)
}

// CutOut is the packets about an attempt that the ring still holds: those between its two hosts, ICMP errors about them, and the ARP and
// Neighbour Discovery of either, from some time before the attempt until now.
type CutOut struct {
	w       *Watcher
	parties [2]netip.Addr
	begin   int64
}

// each gives the records of the cut to a function.
func (c *CutOut) each(do func(*record)) {
	c.w.ring.each(func(rec *record) bool {
		if rec.at >= c.begin && c.holds(rec) {
			do(rec)
		}
		return true
	})
}

// holds reports whether a record is about the two hosts.
func (c *CutOut) holds(rec *record) bool {
	a, b := rec.between[0], rec.between[1]
	return a == c.parties[0] && b == c.parties[1] || a == c.parties[1] && b == c.parties[0] || rec.isLink && (a == c.parties[0] || a == c.parties[1])
}

// Write writes the packets as a pcapng file.
func (c *CutOut) Write(out io.Writer) error {
	w, err := wire.NewWriter(out, "tcplab watch")
	type source struct{ iface, link uint16 }
	numbers := map[source]int{}
	c.each(func(rec *record) {
		if err != nil {
			return
		}
		from := source{rec.iface, rec.link}
		n, known := numbers[from]
		if !known {
			n, err = w.AddInterface(c.w.ifaces[rec.iface], rec.link)
			numbers[from] = n
		}
		if err == nil {
			err = w.Write(n, rec.frame(), "")
		}
	})
	return err
}

// Packets is how many packets the cut has.
func (c *CutOut) Packets() int {
	n := 0
	c.each(func(*record) { n++ })
	return n
}

// Renumber gives the diagnosis the numbers that its frames have in the cut. It returns how many of them the ring holds no longer; those
// are left out.
func (c *CutOut) Renumber(d *diagnose.Diagnosis) (gone int) {
	places, n := map[int64]int64{}, int64(0)
	var frames diagnose.Frames
	c.each(func(rec *record) {
		n++
		places[rec.number] = n
		if rec.number >= d.Frames.First && frames.First == 0 {
			frames.First = n
		}
		if rec.number <= d.Frames.Last {
			frames.Last = n
		}
	})
	d.Frames = frames
	var left []diagnose.Evidence
	for _, e := range d.Evidence {
		if place, held := places[e.Frame]; held {
			left = append(left, diagnose.Evidence{Frame: place, What: e.What})
		}
	}
	gone = len(d.Evidence) - len(left)
	d.Evidence = left
	return gone
}
