package report

import (
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
)

// Path is what a ladder is drawn along: the hosts from left to right, and what was captured at them.
type Path struct {
	Hosts []PathHost
}

// PathHost is a host of a [Path].
type PathHost struct {
	Name string
	// Addr is shown below the name, where it is not empty.
	Addr string
	// Addrs are all addresses of the host, as far as they are known.
	Addrs []netip.Addr
	// Left and Right are what was captured at its interfaces towards the hosts on either side, Here what was captured
	// at all of them; nil: nothing was captured there.
	Left, Here, Right *wire.Trace
	// Off says that the host was switched off.
	Off bool
}

// blind reports whether nobody captured at the host.
func (h *PathHost) blind() bool { return h.Left == nil && h.Here == nil && h.Right == nil }

// point is a vantage point with the packets seen there.
type point struct {
	at     Spot
	name   string
	sights []*sight
}

// points are the vantage points from left to right.
func (p Path) points() []*point {
	var list []*point
	ports := p.ports()
	p.each(func(at Spot, t *wire.Trace) { list = append(list, &point{at, t.Point, p.sights(*t, at, ports)}) })
	return list
}

// each calls do for everything that was captured, from left to right.
func (p Path) each(do func(Spot, *wire.Trace)) {
	for i := range p.Hosts {
		h := &p.Hosts[i]
		for side, t := range []*wire.Trace{h.Left, h.Here, h.Right} {
			if t != nil {
				do(inside(i)+Spot(side-1), t)
			}
		}
	}
}

// ports are those of the clients whose SYN was seen anywhere.
func (p Path) ports() map[uint16]bool {
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
func (p Path) spots() []Spot {
	var list []Spot
	p.each(func(at Spot, _ *wire.Trace) { list = append(list, at) })
	return list
}

func (p Path) lifelines() []Lifeline {
	list := make([]Lifeline, len(p.Hosts))
	for i := range p.Hosts {
		h := &p.Hosts[i]
		list[i] = Lifeline{Name: h.Name, Addr: h.Addr, Off: h.Off, Blind: h.blind()}
	}
	return list
}

// hostOf is the index of the host with the address, -1 where none is known to have it, or more than one: a host that
// talks to itself is drawn as two.
func (p Path) hostOf(a netip.Addr) int {
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
func (p Path) next(from Spot, rightward bool) (Spot, bool) {
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
func (p Path) begin(w *arrowInWork) {
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
func (p Path) edge(host int, rightward bool) Spot {
	if rightward {
		return inside(host) + 1
	}
	return inside(host) - 1
}

// end says what became of the packet, and where.
func (p Path) end(w *arrowInWork) {
	last := w.Seen[len(w.Seen)-1].At
	w.To, w.Fate = last, Arrived
	next, captured := p.next(last, w.Rightward)
	switch {
	case w.Kind == wire.KindARP || w.Kind == wire.KindND:
		p.endOfRequest(w, last, next, captured)
	case p.isDestination(w, last), !captured && p.isOuter(last.Host(), w.Rightward):
		w.swallow(last)
	case !captured && w.last.unanswered:
		w.To, w.Fate = link(last.Host(), w.Rightward), Unseen
	case !captured:
		w.To = p.edge(p.outer(w.Rightward), !w.Rightward)
	case next.Host() == last.Host():
		w.To, w.Fate = inside(last.Host()), LostInside
	default:
		w.To, w.Fate = link(last.Host(), w.Rightward), LostOnLink
	}
}

// endOfRequest is for a request for a neighbour: it goes no further than the next host, and nobody has answered it.
func (p Path) endOfRequest(w *arrowInWork, last, next Spot, captured bool) {
	switch {
	case len(w.Seen) > 1:
		w.swallow(last)
	case captured && next.Host() != last.Host():
		w.To, w.Fate = link(last.Host(), w.Rightward), LostOnLink
	case !captured && !p.isOuter(last.Host(), w.Rightward):
		w.To, w.Fate = link(last.Host(), w.Rightward), Unseen
	}
}

// swallow is for a packet that has reached its host: where no answer to it leaves, it has vanished there.
func (w *arrowInWork) swallow(last Spot) {
	if w.last.unanswered {
		w.To, w.Fate = inside(last.Host()), LostInside
	}
}

func link(host int, rightward bool) Spot {
	if rightward {
		return inside(host) + 2
	}
	return inside(host) - 2
}

func (p Path) isDestination(w *arrowInWork, last Spot) bool {
	host := p.hostOf(w.last.packet.Dst)
	return host >= 0 && host == last.Host()
}

// outer is the index of the last host in the direction.
func (p Path) outer(rightward bool) int {
	if rightward {
		return len(p.Hosts) - 1
	}
	return 0
}

func (p Path) isOuter(host int, rightward bool) bool { return host == p.outer(rightward) }

// LabPath is the way through a lab from one host to another, with what was captured on it; hosts in off were switched
// off. What is asked of a router is passed on to the server: that is what it is asked for. Where no way leads from the one
// to the other, only the first host is on it.
func LabPath(t harness.Topology, f harness.Family, from, to string, traces []wire.Trace, off []string) Path {
	var path Path
	if len(t.EndsOf(to)) > 1 {
		to = serverHost
	}
	for _, hop := range way(t, from, to) {
		h := PathHost{Name: hop.host, Off: slices.Contains(off, hop.host)}
		for _, e := range t.EndsOf(hop.host) {
			for _, a := range e.Addrs {
				h.Addrs = append(h.Addrs, a.Addr())
			}
		}
		if hop.host == from || hop.host == to {
			h.Addr = t.Addr(hop.host, f).String()
		}
		h.Left, h.Right = traceAt(t, hop.host, hop.in, traces), traceAt(t, hop.host, hop.out, traces)
		path.Hosts = append(path.Hosts, h)
	}
	return path
}

// traceAt is what was captured at the interface, nil where nothing was.
func traceAt(t harness.Topology, host, iface string, traces []wire.Trace) *wire.Trace {
	for _, p := range t.VantagePoints() {
		if p.Host != host || p.Interface != iface {
			continue
		}
		if i := slices.IndexFunc(traces, func(t wire.Trace) bool { return t.Point == p.Name }); i >= 0 {
			return &traces[i]
		}
	}
	return nil
}

// hop is a host on a way, with the interfaces by which a packet from the first host comes in and goes out; empty at the
// ends of the way.
type hop struct{ host, in, out string }

// way is the shortest one from host to host. It has one hop where none leads there.
func way(t harness.Topology, from, to string) []hop {
	ways := [][]hop{{{host: from}}}
	visited := map[string]bool{from: true}
	for len(ways) > 0 {
		w := ways[0]
		ways = ways[1:]
		here := w[len(w)-1].host
		if here == to {
			return w
		}
		for _, s := range t.Segments {
			for i, e := range s.Ends {
				for j, other := range s.Ends {
					if i == j || e.Host != here || visited[other.Host] {
						continue
					}
					visited[other.Host] = true
					longer := slices.Clone(w)
					longer[len(longer)-1].out = e.Interface
					ways = append(ways, append(longer, hop{host: other.Host, in: other.Interface}))
				}
			}
		}
	}
	return []hop{{host: from}}
}
