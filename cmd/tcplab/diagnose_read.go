package main

import (
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// batch is packets, their keys and their data, handed from the goroutine that decodes to the one that diagnoses: a handover for each
// packet would cost more than the packet.
type batch struct {
	packets [256]wire.Packet
	keys    [256]diagnose.Key
	ends    [256]int // of each packet's data
	data    []byte
	n       int
}

// fill reads packets until the batch is full or the capture ends.
func (b *batch) fill(r *wire.Reader) error {
	b.n, b.data = 0, b.data[:0]
	for b.n < len(b.packets) {
		if err := r.Read(&b.packets[b.n]); err != nil {
			return err
		}
		b.keys[b.n] = diagnose.KeyOf(&b.packets[b.n])
		b.data = append(b.data, r.Payload()...)
		b.ends[b.n] = len(b.data)
		b.n++
	}
	return nil
}

func (b *batch) feed(engine *diagnose.Engine) {
	begin := 0
	for i := range b.n {
		engine.AddKeyed(&b.packets[i], b.keys[i], b.data[begin:b.ends[i]])
		begin = b.ends[i]
	}
}

// feedAll gives the whole capture to the engine, and returns why reading ended. Decoding runs ahead on another processor.
func feedAll(r *wire.Reader, engine *diagnose.Engine) error {
	const ahead = 8
	free, full := make(chan *batch, ahead), make(chan *batch, ahead)
	for range ahead {
		free <- new(batch)
	}
	var err error // handed over by the closing of full
	go func() {
		defer close(full)
		for b := range free {
			err = b.fill(r)
			full <- b
			if err != nil {
				return
			}
		}
	}()
	for b := range full {
		b.feed(engine)
		free <- b
	}
	return err
}
