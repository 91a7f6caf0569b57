package ladder

import (
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// Columns is what a ladder is drawn along: the hosts from left to right, and what was captured at them.
type Columns struct {
	Hosts []Column
	// Stood says that connections which stood before the capture are shown beside new ones, as a client with a pool uses both. Else they are
	// what is left of an earlier time, where there are new ones.
	Stood bool
}

// Column is a host of a [Columns].
type Column struct {
	Name string
	// Addr is shown below the name, where it is not empty.
	Addr string
	// Role is what the host is, where its name does not say it: "NAT".
	Role string
	// Addrs are all addresses of the host, as far as they are known.
	Addrs []netip.Addr
	// Left and Right are what was captured at its interfaces towards the hosts on either side, Here what was captured
	// at all of them; nil: nothing was captured there.
	Left, Here, Right *wire.Trace
	// LeftToo and RightToo are what was captured beside Left and Right: at other hosts that share the lifeline, and at interfaces towards
	// them.
	LeftToo, RightToo []*wire.Trace
	// Off says that the host was switched off.
	Off bool
}

// Holds reports whether what was captured at a vantage point is a part of the column.
func (h *Column) Holds(t *wire.Trace) bool {
	return slices.Contains(slices.Concat([]*wire.Trace{h.Left, h.Here, h.Right}, h.LeftToo, h.RightToo), t)
}

// Blind reports whether nobody captured at the host.
func (h *Column) Blind() bool { return h.Left == nil && h.Here == nil && h.Right == nil }

// point is a vantage point with the packets seen there.
type point struct {
	at     Spot
	name   string
	sights []*sight
	counts map[wire.PathIdentity]int
}

// points are the vantage points from left to right.
func (p Columns) points() []*point {
	var list []*point
	var ports map[uint16]bool
	known := numbers{}
	if !p.Stood {
		ports = p.ports()
	}
	p.each(func(at Spot, t *wire.Trace) {
		seen := p.sights(*t, at, ports, known)
		list = append(list, &point{at, t.Point, seen, noteNext(seen)})
	})
	return list
}

// each calls do for everything that was captured, from left to right.
func (p Columns) each(do func(Spot, *wire.Trace)) {
	for i := range p.Hosts {
		h := &p.Hosts[i]
		for side, traces := range [][]*wire.Trace{append([]*wire.Trace{h.Left}, h.LeftToo...), {h.Here}, append([]*wire.Trace{h.Right}, h.RightToo...)} {
			for _, t := range traces {
				if t != nil {
					do(Inside(i)+Spot(side-1), t)
				}
			}
		}
	}
}

// ports are those of the clients whose SYN was seen anywhere.
func (p Columns) ports() map[uint16]bool {
	ports := map[uint16]bool{}
	p.each(func(_ Spot, t *wire.Trace) {
		for _, a := range t.Attempts(0) {
			if a.HasSYN {
				ports[a.Client.Port()] = true
			}
		}
	})
	return ports
}

// spots are where something was captured, from left to right.
func (p Columns) spots() []Spot {
	var list []Spot
	p.each(func(at Spot, _ *wire.Trace) { list = append(list, at) })
	return list
}

func (p Columns) lifelines() []Lifeline {
	list := make([]Lifeline, len(p.Hosts))
	for i := range p.Hosts {
		h := &p.Hosts[i]
		list[i] = Lifeline{Name: h.Name, Role: h.Role, Addr: h.Addr, Off: h.Off, Blind: h.Blind()}
	}
	return list
}

// hostOf is the index of the host with the address, -1 where none is known to have it, or more than one: a host that
// talks to itself is drawn as two.
func (p Columns) hostOf(a netip.Addr) int {
	found := -1
	for i, h := range p.Hosts {
		switch {
		case !slices.Contains(h.Addrs, a):
		case found >= 0:
			return -1
		default:
			found = i
		}
	}
	return found
}

// next is the vantage point after the spot in the direction, if there is one.
func (p Columns) next(from Spot, rightward bool) (Spot, bool) {
	spots := p.spots()
	if !rightward {
		slices.Reverse(spots)
	}
	for _, s := range spots {
		if beyond(s, from, rightward) {
			return s, true
		}
	}
	return 0, false
}

// begin says where the packet was sent: by the host that captured it first, or by one before it that captured nothing.
func (p Columns) begin(w *arrowInWork) {
	first := w.Seen[0].At
	w.From = first
	sender := p.hostOf(w.first.packet.Src)
	if sender == first.Host() {
		return
	}
	if before, captured := p.next(first, !w.Rightward); captured {
		// It would have been seen there, had it come from further away: it was sent by the router itself, or by something on
		// the link that nobody knows of.
		if before.Host() != first.Host() {
			w.From = link(first.Host(), !w.Rightward)
		}
		return
	}
	end := 0
	if !w.Rightward {
		end = len(p.Hosts) - 1
	}
	if end != first.Host() {
		w.From = p.edge(end, w.Rightward)
	}
}

// edge is the interface by which a packet leaves a host in the direction.
func (p Columns) edge(host int, rightward bool) Spot {
	if rightward {
		return Inside(host) + 1
	}
	return Inside(host) - 1
}

// end says what became of the packet, and where.
func (p Columns) end(w *arrowInWork) {
	last := w.Seen[len(w.Seen)-1].At
	w.To, w.Fate = last, Arrived
	next, captured := p.next(last, w.Rightward)
	switch {
	case w.Kind == wire.KindARP || w.Kind == wire.KindND:
		p.endOfRequest(w, last, next, captured)
	case w.last.returns:
	case p.isDestination(w, last), !captured && p.isOuter(last.Host(), w.Rightward):
		w.vanish(wire.Passage{Near: 1, Far: 1, Unanswered: w.last.unanswered}, last, last)
	case captured:
		w.vanish(wire.Passage{Near: 1}, last, next)
	case w.last.unanswered:
		w.To, w.Fate = link(last.Host(), w.Rightward), Unseen
	default:
		w.To = p.edge(p.outer(w.Rightward), !w.Rightward)
	}
}

// endOfRequest is for a request for a neighbour: it goes no further than the next host, and nobody has answered it.
func (p Columns) endOfRequest(w *arrowInWork, last, next Spot, captured bool) {
	switch {
	case len(w.Seen) > 1:
		w.vanish(wire.Passage{Near: 1, Far: 1, Unanswered: w.last.unanswered}, last, last)
	case captured && next.Host() != last.Host():
		w.vanish(wire.Passage{Near: 1}, last, next)
	case !captured && !p.isOuter(last.Host(), w.Rightward):
		w.To, w.Fate = link(last.Host(), w.Rightward), Unseen
	}
}

// vanish says where the packet has vanished, if it has, between the last spot at which it was seen and the next vantage point.
func (w *arrowInWork) vanish(p wire.Passage, last, next Spot) {
	switch p.Whereabouts() {
	case wire.LostAtEnd:
		w.To, w.Fate = Inside(last.Host()), LostInside
	case wire.LostBetween:
		w.To, w.Fate = link(last.Host(), w.Rightward), LostOnLink
		if next.Host() == last.Host() {
			w.To, w.Fate = Inside(last.Host()), LostInside
		}
	}
}

func link(host int, rightward bool) Spot {
	if rightward {
		return Inside(host) + 2
	}
	return Inside(host) - 2
}

func (p Columns) isDestination(w *arrowInWork, last Spot) bool {
	host := p.hostOf(w.last.packet.Dst)
	return host >= 0 && host == last.Host()
}

// outer is the index of the last host in the direction.
func (p Columns) outer(rightward bool) int {
	if rightward {
		return len(p.Hosts) - 1
	}
	return 0
}

func (p Columns) isOuter(host int, rightward bool) bool { return host == p.outer(rightward) }
