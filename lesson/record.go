package lesson

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// LabRecord is what a lab's own captures saw at every vantage point.
type LabRecord struct{ Traces []wire.Trace }

// ReadRecord reads a record from a capture in pcapng, whose interfaces are named after the vantage points ("client",
// "router:to-server").
func ReadRecord(r io.Reader) (*LabRecord, error) {
	all, err := readPackets(r, maxPackets)
	if errors.Is(err, errTooMany) {
		err = fmt.Errorf("%w: take the lab down, and build it anew", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the lab's record: %w", err)
	}
	record := &LabRecord{}
	index := map[string]int{}
	for i := range all {
		point := all[i].Interface
		at, known := index[point]
		if !known {
			if len(index) == maxPoints {
				return nil, fmt.Errorf("read the lab's record: it has more than %d vantage points, as no lab has", maxPoints)
			}
			at = len(record.Traces)
			index[point] = at
			record.Traces = append(record.Traces, wire.Trace{Point: point})
		}
		record.Traces[at].Packets = append(record.Traces[at].Packets, all[i])
	}
	return record, nil
}

// Bounds of what is read of a record, and of all captures of an answer together. A small file that is compressed may unfold to
// any number of packets, which would fill the memory of the one who grades it.
const (
	maxPackets = 1 << 16
	maxPoints  = 64
)

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
func (r *LabRecord) At(point string) wire.Trace {
	i := slices.IndexFunc(r.Traces, func(t wire.Trace) bool { return t.Point == point })
	if i < 0 {
		return wire.Trace{Point: point}
	}
	return r.Traces[i]
}

// ofMystery refuses a record with vantage points that no mystery has.
func (r *LabRecord) ofMystery() error {
	for _, t := range r.Traces {
		if !slices.ContainsFunc(topology.VantagePoints(), func(p lab.VantagePoint) bool { return p.Name == t.Point }) {
			return fmt.Errorf("read the lab's record: the lab has no vantage point %q", t.Point)
		}
	}
	return nil
}
