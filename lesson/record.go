package lesson

import (
	"fmt"
	"io"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// Record is what a lab's own captures saw at every vantage point.
type Record struct{ Traces []wire.Trace }

// ReadRecord reads a record from a capture in pcapng, whose interfaces are named after the vantage points ("client",
// "router:to-server").
func ReadRecord(r io.Reader) (*Record, error) {
	all, err := wire.ReadAll(r, "")
	if err != nil {
		return nil, fmt.Errorf("read the lab's record: %w", err)
	}
	record := &Record{}
	for i := range all.Packets {
		point := all.Packets[i].Interface
		at := slices.IndexFunc(record.Traces, func(t wire.Trace) bool { return t.Point == point })
		if at < 0 {
			at = len(record.Traces)
			record.Traces = append(record.Traces, wire.Trace{Point: point})
		}
		record.Traces[at].Packets = append(record.Traces[at].Packets, all.Packets[i])
	}
	return record, nil
}

// At is what one vantage point saw; nothing where no packet passed.
func (r *Record) At(point string) wire.Trace {
	i := slices.IndexFunc(r.Traces, func(t wire.Trace) bool { return t.Point == point })
	if i < 0 {
		return wire.Trace{Point: point}
	}
	return r.Traces[i]
}
