package wire

import "net/netip"

// Only the first fragment of an IP packet has the ports, and a filter on ports takes no other. So fragments are put to the first
// of their packet: what is left over is a packet of which the capture holds a part, and says so.

// fragment is what a packet says of being a part of one.
type fragment struct {
	id       uint32
	protocol uint8
	first    bool // offset 0, and more follow
	later    bool
}

// fragmented is an IP packet of which fragments were seen.
type fragmented struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8
	first    bool
	later    int64 // fragments after the first
}

// fewFragmented is how many fragmented packets are remembered: their fragments follow closely upon one another.
const fewFragmented = 64

// The kinds of gaps that fragments are, as the number of an [ObstacleFragment].
const (
	fragmentsFollowed uint32 = iota // after a first one
	fragmentsAlone                  // without the first one
	fragmentsLacking                // first ones that nothing followed
	fragmentsOfWiFi                 // of 802.11, after the first
)

// fragments are the latest fragmented packets.
type fragments struct {
	ring [fewFragmented]fragmented
	n    int
}

// add takes in a fragment. It is rare that a capture holds one.
func (v *inventory) addFragment(p *Packet, f fragment) gap {
	g := gap{obstacle: ObstacleFragment, number: fragmentsFollowed}
	x := v.fragments.find(p, f)
	if x == nil {
		x = &v.fragments.ring[v.fragments.n%fewFragmented]
		v.fragments.n++
		*x = fragmented{src: p.Src, dst: p.Dst, id: f.id, protocol: f.protocol}
		v.lacking(p, f.first, 1)
	} else if !x.first && f.first && x.later > 0 { // those that came before the first have found it
		v.move(gap{obstacle: ObstacleFragment, number: fragmentsAlone}, g, p, x.later)
	} else if x.first && f.later && x.later == 0 {
		v.lacking(p, true, -1)
	}
	x.first = x.first || f.first
	if f.later {
		x.later++
		if !x.first {
			g.number = fragmentsAlone
		}
	}
	return g
}

func (f *fragments) find(p *Packet, part fragment) *fragmented {
	for i := range f.ring {
		x := &f.ring[i]
		if x.id == part.id && x.protocol == part.protocol && x.src == p.Src && x.dst == p.Dst && x.src.IsValid() {
			return x
		}
	}
	return nil
}

// lacking counts first fragments that nothing has followed so far.
func (v *inventory) lacking(p *Packet, first bool, n int64) {
	if !first {
		return
	}
	c := v.count(unreadKey{gap{obstacle: ObstacleFragment, number: fragmentsLacking}, sortedHosts(p.Src, p.Dst)})
	c.packets += n
	c.span(p.Time)
}

// move counts fragments that were counted as something else.
func (v *inventory) move(from, to gap, p *Packet, n int64) {
	hosts := sortedHosts(p.Src, p.Dst)
	v.count(unreadKey{from, hosts}).packets -= n
	c := v.count(unreadKey{to, hosts})
	c.packets += n
	c.span(p.Time)
}
