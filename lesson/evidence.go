package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// File is a capture as a student hands it in.
type File struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// A capture is from a lab when the lab has seen its packets, each with the same headers at about the same time: initial
// sequence numbers, identifications, timestamps and ports differ from attempt to attempt, so that no other lab has them,
// and the time to live tells the two sides of the router apart. Nothing in the file itself has to be trusted.
const sameTime = 100 * time.Millisecond

// state says what a file is worth as evidence.
type state int

const (
	genuine  state = iota
	empty          // it holds no packet
	silent         // it holds none by which the lab could know it
	foreign        // none of its packets was seen in the lab
	edited         // some were, and some were not
	shifted        // they were seen, but not at that time
	filtered       // it lacks packets that passed there while it ran
	short          // it has them, and they end within their headers
)

// evidence is a file held against the record.
type evidence struct {
	name  string
	state state
	// cut says that the file ends in the middle of a packet; what comes before counts.
	cut bool
	// sides are where it was taken: a capture on all interfaces of the router is from both.
	sides []HostPlace
	// seen are the packets on each side, span when it ran there for certain: from the first packet to the last.
	seen map[HostPlace][]wire.Packet
	span span
	// total is the number of packets; which is the one that a state is about, and off by how much its time is.
	total int
	which *wire.Packet
	off   time.Duration
	// missing is the number of packets that it lacks, snapped that of those which were captured in part, and too little of them to
	// know them by (snapshot length).
	missing, snapped int
}

// span is the time from one packet to another.
type span struct{ first, last time.Time }

func (s span) has(t time.Time) bool { return !t.Before(s.first) && !t.After(s.last) }

// examine holds a file against the record. The error is for what is not a capture.
func (x *index) examine(f File) (*evidence, error) {
	packets, err := readPackets(bytes.NewReader(f.Data), x.left)
	x.left -= len(packets)
	e := &evidence{name: f.Name, total: len(packets), seen: map[HostPlace][]wire.Packet{}}
	switch {
	case errors.Is(err, errTooMany):
		return nil, fmt.Errorf("%s: %w: capture again, with a filter such as \"tcp port 8080 or icmp\"", f.Name, err)
	case errors.Is(err, wire.ErrNotCapture): // and what it looks like
		return nil, fmt.Errorf("%s: %s", f.Name, strings.TrimPrefix(err.Error(), "wire: "))
	}
	e.cut = err != nil
	if e.total == 0 {
		e.state = empty
		return e, nil
	}
	points := x.match(e, packets)
	if e.state == genuine {
		x.lookForGaps(e, points)
	}
	if e.state == silent && e.snapped > 0 || e.state == filtered && e.snapped >= e.missing {
		e.state = short
	}
	return e, nil
}

// match finds each packet in the record, and returns at which vantage points they were seen.
func (x *index) match(e *evidence, packets []wire.Packet) (points []string) {
	found, strange := 0, 0
	for i := range packets {
		p := &packets[i]
		if !telling(p) {
			if p.Truncated && p.Kind == wire.KindOther && ofServer(p) { // of which protocol, was cut off
				e.snapped++
			}
			continue
		}
		at, off := x.find(p)
		switch {
		case len(at) == 0 && p.Truncated: // what tells it from others was cut off
			e.snapped++
		case len(at) == 0:
			strange++
			if e.which == nil {
				e.which = p
			}
		case off > sameTime && isCommon(p): // it may be of any lab
		case off > sameTime:
			e.state, e.which, e.off = shifted, p, off
			return nil
		default:
			found++
			points = append(points, at...)
			e.add(p, at)
		}
	}
	switch {
	case found == 0 && strange == 0:
		e.state = silent
	case found == 0:
		e.state = foreign
	case strange > 0:
		e.state = edited
	}
	slices.Sort(points)
	return slices.Compact(points)
}

// telling reports whether the record must know the packet. A host that talks to itself does so on no link, and what is no
// protocol of the lab may be the machine's own.
func telling(p *wire.Packet) bool {
	return p.Kind != wire.KindOther && p.Src != p.Dst && !p.Src.IsLoopback() && !p.Src.IsMulticast() && !p.Dst.IsMulticast()
}

// isCommon reports whether the packet is the same in every lab, byte for byte, and each time: who asks for a hardware address, and who
// answers, has no number of its own. It tells a lab only by its time.
func isCommon(p *wire.Packet) bool { return p.Kind == wire.KindARP || p.Kind == wire.KindND }

// add notes a packet at its vantage points.
func (e *evidence) add(p *wire.Packet, points []string) {
	if e.span.first.IsZero() || p.Time.Before(e.span.first) {
		e.span.first = p.Time
	}
	if p.Time.After(e.span.last) {
		e.span.last = p.Time
	}
	var sides []HostPlace
	for _, point := range points {
		if side := sideOf(point); side != "" && !slices.Contains(sides, side) {
			sides = append(sides, side)
			e.seen[side] = append(e.seen[side], *p)
		}
	}
	for _, side := range sides {
		if !slices.Contains(e.sides, side) {
			e.sides = append(e.sides, side)
		}
	}
}

// sideOf is the side of the router on which a vantage point is, [Client] or [Server]: both ends of a link see the same.
// It is empty for others.
func sideOf(point string) HostPlace {
	switch point {
	case "client", "router:to-client":
		return Client
	case "server", "router:to-server":
		return Server
	}
	return ""
}

// lookForGaps looks whether the file has everything that it is about of what passed where it was taken, while it ran.
func (x *index) lookForGaps(e *evidence, points []string) {
	for _, side := range e.sides {
		have := map[wire.LinkIdentity]bool{}
		for i := range e.seen[side] {
			have[e.seen[side][i].OnLink()] = true
		}
		least, which := -1, (*wire.Packet)(nil) // at the end of the link where it was taken, nothing is missing
		for _, t := range x.record.Traces {
			if sideOf(t.Point) != side || !slices.Contains(points, t.Point) {
				continue
			}
			if n, first := x.gaps(t, e.span, have); least < 0 || n < least {
				least, which = n, first
			}
		}
		if least > 0 {
			e.state, e.missing, e.which = filtered, e.missing+least, which
		}
	}
}

// gaps counts the packets of a trace that are within the span, and are not had.
func (x *index) gaps(t wire.Trace, s span, have map[wire.LinkIdentity]bool) (n int, first *wire.Packet) {
	for i := range t.Packets {
		p := &t.Packets[i]
		if !x.about.has(p) || !s.has(p.Time) || have[p.OnLink()] {
			continue
		}
		if n++; first == nil {
			first = p
		}
	}
	return n, first
}
