package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// maxRecorded is how many bytes of packets a recorder keeps: exercises need thousands, and a lab may stand for days.
const maxRecorded = 64 << 20

// errRecordFull is the error for a record that does not hold everything.
var errRecordFull = fmt.Errorf("the lab has recorded %d MiB of packets and keeps no more: take it down, and build it anew", maxRecorded>>20)

// recorder keeps every packet that passes a lab's vantage points, while it runs.
type recorder struct {
	bench   *lab.Bench
	points  []lab.VantagePoint
	running *recording // nil: it is stopped
	started int        // captures
	hole    error      // why the record is not complete; nil while it is

	mutex  sync.Mutex
	frames []recordedFrame
	size   int // bytes of the frames, also of those that were not kept
}

type recordedFrame struct {
	wire.Frame
	point   int
	capture int  // the number of the capture that has seen it
	paired  bool // it has been seen by another capture, too
}

func newRecorder(b *lab.Bench) *recorder {
	return &recorder{bench: b, points: b.Topology.VantagePoints()}
}

// start returns when every host that is on is captured.
func (r *recorder) start(ctx context.Context) (err error) {
	r.started++
	number := r.started
	r.running, err = record(ctx, r.bench, destination{keep: func(host, iface string, f wire.Frame) { r.keep(host, iface, f, number) }})
	return err
}

// stop ends the captures, once everything that had arrived is kept.
func (r *recorder) stop(ctx context.Context) {
	if r.running != nil {
		r.lose(r.running.stop(ctx))
		r.running = nil
	}
}

// flush returns when everything that has passed until now is kept, and misses nothing of what passes meanwhile: the new
// captures run before the old ones end.
func (r *recorder) flush(ctx context.Context) error {
	old := r.running
	if err := r.start(ctx); err != nil {
		r.running = old
		return err
	}
	if old != nil {
		r.lose(old.stop(ctx))
	}
	return nil
}

// lose notes that a capture has failed, as when the kernel had to drop packets. The record has a hole from then on: what
// others have captured meanwhile would be taken for what has never been.
func (r *recorder) lose(err error) {
	if err != nil && r.hole == nil {
		r.hole = fmt.Errorf("the lab's record lacks packets, and nothing can be held against it: take the lab down, and build it anew (%w)", err)
	}
}

func (r *recorder) keep(host, iface string, f wire.Frame, capture int) {
	point := slices.IndexFunc(r.points, func(p lab.VantagePoint) bool { return p.Host == host && p.Interface == iface })
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.size += len(f.Data)
	if point < 0 || r.size > maxRecorded {
		return
	}
	f.Data = bytes.Clone(f.Data)
	r.frames = append(r.frames, recordedFrame{Frame: f, point: point, capture: capture})
}

// write writes what was kept as pcapng, with an interface for each vantage point, in the order of time.
func (r *recorder) write(w io.Writer) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	switch {
	case r.hole != nil:
		return r.hole
	case r.size > maxRecorded:
		return errRecordFull
	}
	r.settle()
	file, err := wire.NewWriter(w, "tcplab")
	if err != nil {
		return err
	}
	const ethernet = 1 // LINKTYPE_ETHERNET: the links of every engine
	for _, p := range r.points {
		if _, err := file.AddInterface(p.Name, ethernet); err != nil {
			return err
		}
	}
	if err := file.WriteNames(HostNames(r.bench.Topology)); err != nil {
		return err
	}
	for _, f := range r.frames {
		if err := file.Write(f.point, f.Frame, ""); err != nil {
			return err
		}
	}
	return nil
}

// sameStamp bounds by how much the times differ that two captures have for one packet: the kernel stamps what comes in for
// each of them, one after the other.
const sameStamp = 10 * time.Millisecond

// settle puts the frames in order and removes what two captures have seen while both ran. Each of them has it once, so
// that a packet that was really sent twice stays.
func (r *recorder) settle() {
	slices.SortStableFunc(r.frames, func(a, b recordedFrame) int { return a.Time.Compare(b.Time) })
	kept := r.frames[:0]
	for _, f := range r.frames {
		if !pair(kept, &f) {
			kept = append(kept, f)
		}
	}
	clear(r.frames[len(kept):])
	r.frames = kept
}

// pair reports whether the last of the frames has the same packet from another capture, and notes it there.
func pair(frames []recordedFrame, f *recordedFrame) bool {
	for i := len(frames) - 1; i >= 0 && f.Time.Sub(frames[i].Time) <= sameStamp; i-- {
		other := &frames[i]
		if !other.paired && other.point == f.point && other.capture != f.capture && bytes.Equal(other.Data, f.Data) {
			other.paired = true
			return true
		}
	}
	return false
}

// StartRecord begins to keep every packet at every vantage point, for [Standing.WriteRecord].
func (s *Standing) StartRecord(ctx context.Context) error {
	return s.do(func(r *run) error {
		if s.recorder != nil {
			return errors.New("the lab is being recorded already")
		}
		s.recorder = newRecorder(r.bench)
		return s.recorder.start(ctx)
	})
}

// WriteRecord writes what was seen since [Standing.StartRecord], up to the last packet, as pcapng with an interface for
// each vantage point.
func (s *Standing) WriteRecord(ctx context.Context, w io.Writer) error {
	return s.do(func(*run) error {
		if s.recorder == nil {
			return errors.New("the lab is not recorded")
		}
		if err := s.recorder.flush(ctx); err != nil {
			return err
		}
		return s.recorder.write(w)
	})
}

// unrecorded does what may switch hosts off or on: captures end before, and begin anew after it.
func (s *Standing) unrecorded(ctx context.Context, do func() error) error {
	if s.recorder == nil {
		return do()
	}
	s.recorder.stop(ctx)
	err := do()
	again := s.recorder.start(ctx)
	s.recorder.lose(again)
	return errors.Join(err, again)
}
