package diagnose

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// Reading diagnoses a capture, or the pieces of one after another.
type Reading struct {
	engine    *Diagnoser
	stop      <-chan struct{}
	free      chan *Batch
	frames    int // of the pieces before this one
	inventory wire.Inventory
}

// NewReading returns one that has read nothing.
func NewReading(o Options) *Reading {
	return &Reading{engine: New(o), stop: o.Stop, free: make(chan *Batch, batchesAhead+mostHeld/batchSize)}
}

// batchesAhead is how many batches are read ahead.
const batchesAhead = 8

// Add reads a capture to its end. Frames are counted on from the piece before. Damage is what kept the capture from being
// read to its end: what comes before is diagnosed. The error is for what is no capture at all.
func (r *Reading) Add(in io.Reader) (damage, err error) {
	capture, err := wire.NewReader(in)
	if err != nil {
		return nil, err
	}
	read, err := r.feed(capture)
	if errors.Is(err, context.Canceled) { // the capture may still be in use by what reads it
		return nil, err
	}
	r.frames += read
	r.inventory.Add(capture.Inventory())
	switch {
	case err == io.EOF:
		return nil, nil
	case read == 0:
		return nil, err
	}
	return err, nil
}

// Newest is the time of the latest packet: the next piece of the same capture begins no earlier ([wire.Follows]).
func (r *Reading) Newest() time.Time { return time.Unix(0, r.engine.order.latest).UTC() }

// Frames is how many frames have been read.
func (r *Reading) Frames() int { return r.frames }

// Close diagnoses what is left.
func (r *Reading) Close() Stats {
	r.engine.Close()
	stats := r.engine.Stats()
	stats.Inventory = r.inventory
	return stats
}

// Read diagnoses a whole capture. Damage is what kept it from being read to its end: what comes before is diagnosed. The
// error is for what is no capture at all.
func Read(in io.Reader, o Options) (stats Stats, damage, err error) {
	r := NewReading(o)
	if damage, err = r.Add(in); err != nil {
		return stats, nil, err
	}
	return r.Close(), damage, nil
}

// feed gives the whole capture to the engine, and returns how many frames there were and why reading ended. Decoding runs
// ahead on another processor.
func (r *Reading) feed(capture *wire.Reader) (int, error) {
	full := make(chan *Batch, batchesAhead)
	var err error // handed over by the closing of full
	go func() {
		defer close(full)
		for err == nil {
			b := takeBatch(r.free)
			err = b.Fill(capture)
			select {
			case full <- b:
			case <-r.stop:
				return
			}
		}
	}()
	last := 0
	for {
		select {
		case <-r.stop:
			return last, context.Canceled
		case b, more := <-full:
			if !more {
				return last, err
			}
			last = max(last, b.lastFrame())
			b.renumber(r.frames)
			r.engine.AddBatch(b, r.release)
		}
	}
}

func (r *Reading) release(b *Batch) {
	select {
	case r.free <- b:
	default: // one more than are ever needed at once
	}
}

// takeBatch returns a batch that is free, or a new one: how many the engine holds depends on how close the packets are.
func takeBatch(free chan *Batch) *Batch {
	select {
	case b := <-free:
		return b
	default:
		return new(Batch)
	}
}
