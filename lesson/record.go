package lesson

import (
	"errors"
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
	all, err := readPackets(r, maxPackets)
	if errors.Is(err, errTooMany) {
		err = fmt.Errorf("%w: take the lab down, and build it anew", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the lab's record: %w", err)
	}
	record := &Record{}
	for i := range all {
		point := all[i].Interface
		at := slices.IndexFunc(record.Traces, func(t wire.Trace) bool { return t.Point == point })
		if at < 0 {
			at = len(record.Traces)
			record.Traces = append(record.Traces, wire.Trace{Point: point})
		}
		record.Traces[at].Packets = append(record.Traces[at].Packets, all[i])
	}
	return record, nil
}

// maxPackets bounds what is read of a capture. A small file that is compressed may unfold to any number of packets, which would
// fill the memory of who grades it.
const maxPackets = 1 << 20

// errTooMany is the error for a capture with more packets than that.
var errTooMany = errors.New("it has more packets than can be graded")

// readPackets reads a capture of so many packets at most. Where it is cut or damaged, the packets before that come with the
// error.
func readPackets(in io.Reader, most int) (list []wire.Packet, err error) {
	r, err := wire.NewReader(in)
	if err != nil {
		return nil, err
	}
	for {
		p, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return list, err
		case len(list) == most:
			return nil, errTooMany
		}
		list = append(list, p)
	}
}

// At is what one vantage point saw; nothing where no packet passed.
func (r *Record) At(point string) wire.Trace {
	i := slices.IndexFunc(r.Traces, func(t wire.Trace) bool { return t.Point == point })
	if i < 0 {
		return wire.Trace{Point: point}
	}
	return r.Traces[i]
}
