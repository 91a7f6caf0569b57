package wire

import "net/netip"

// Only the first fragment of an IP packet has the ports, and a filter on ports takes no other. So fragments are put to the first
// of their packet: what is left over is a packet of which the capture holds a part, and says so. Of a TCP segment each fragment becomes a
// segment of its own, as if the sender had cut the data so: what was seen of it is then known, and no more than that. Nothing is put
// together, which takes as much memory as a stranger likes.

// fragment is what a packet says of being a part of one.
type fragment struct {
	id       uint32
	protocol uint8
	first    bool // offset 0, and more follow
	later    bool
	more     bool // more follow
	offset   int  // in the data of the packet
	size     int  // bytes of that data in this part
	header   int  // bytes of the TCP header at its begin
}

// fragmented is an IP packet of which fragments were seen.
type fragmented struct {
	src, dst netip.Addr
	id       uint32
	protocol uint8
	first    bool
	later    int64 // fragments after the first

	segment          TCP // of the first, where it is TCP
	srcPort, dstPort uint16
	header           int // bytes of its header; 0: it is none
	early            earlyPart
}

// earlyPart is fragments next to one another that came before the first, from one place in the packet's data to another.
type earlyPart struct {
	begin, end int
	more       bool // more follow
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

// addFragment takes in a fragment. It is rare that a capture holds one.
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
	if f.first {
		x.begin(p, f)
	}
	if f.later {
		x.later++
		x.goOn(p, f)
		if !x.first {
			g.number = fragmentsAlone
		}
	}
	return g
}

// begin takes in the first fragment.
func (x *fragmented) begin(p *Packet, f fragment) {
	x.header = 0
	if p.Kind != KindTCP || p.TCP.Flags&(SYN|RST) != 0 {
		return
	}
	x.segment, x.header, x.srcPort, x.dstPort = p.TCP, f.header, p.SrcPort, p.DstPort
	x.early.join(&f)
	p.MoreFragments, p.TCP.Payload = f.more, max(0, f.size-f.header)
	if f.more {
		p.TCP.Flags &^= FIN
	}
}

// goOn makes a segment of a later fragment.
func (x *fragmented) goOn(p *Packet, f fragment) {
	switch {
	case !x.first:
		x.early.add(f)
		return
	case x.header == 0 || f.offset < x.header:
		return
	}
	x.early.join(&f)
	p.Kind, p.SrcPort, p.DstPort, p.TCP, p.MoreFragments = KindTCP, x.srcPort, x.dstPort, x.segment, f.more
	p.TCP.Seq += uint32(f.offset - x.header)
	p.TCP.Payload = f.size
	if f.more {
		p.TCP.Flags &^= FIN
	}
}

// add takes in a fragment next to the others.
func (e *earlyPart) add(f fragment) {
	end := f.offset + f.size
	switch {
	case e.end == 0:
		*e = earlyPart{f.offset, end, f.more}
	case f.offset == e.end:
		e.end, e.more = end, f.more
	case end == e.begin:
		e.begin = f.offset
	}
}

// join makes the fragment before the early ones stand for them, too.
func (e *earlyPart) join(f *fragment) {
	if e.end > 0 && f.offset+f.size == e.begin {
		f.size, f.more = e.end-f.offset, e.more
		*e = earlyPart{}
	}
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
