package wire

import (
	"fmt"
	"net/netip"
	"time"
)

// What is the same of a packet at another vantage point. The rules are here once, for drawings, diagnoses and evidence.

// LinkIdentity is all of a packet that is the same wherever it was captured on one link, and by whatever program.
type LinkIdentity Packet

// OnLink returns what tells the packet from all others on its link.
func (p *Packet) OnLink() LinkIdentity {
	same := *p
	same.Time, same.Frame, same.Length, same.Truncated = time.Time{}, 0, 0, false
	same.Interface, same.InterfaceIndex, same.Outgoing = "", 0, false
	return LinkIdentity(same)
}

// Bare is what is left of it in a capture that keeps the beginning of each packet: TCP's options, and what an ICMP error
// quotes, come last.
func (i LinkIdentity) Bare() LinkIdentity {
	i.TCP.SetOptions(nil)
	i.ICMP.Quote, i.ICMP.HasQuote = Quote{}, false
	return i
}

// PathIdentity is what a packet keeps on its whole way. Addresses, ports and the time to live are not in it: routers and NAT
// change them. A copy that is sent again has the same; [Packet.IsResent] may tell it.
type PathIdentity struct {
	kind     Kind
	seq, ack uint32
	flags    Flags
	code     uint32 // type and code of ICMP
	target   string // whom a request for a neighbour is about, and whether it is answered
}

// Renumbered is the identity of a segment whose numbers were changed on the way: they are less by so much elsewhere.
func (i PathIdentity) Renumbered(seq, ack uint32) PathIdentity {
	i.seq -= seq
	i.ack -= ack
	return i
}

// flagsKept are those that matter for what a segment is; a network card may set PSH when it puts segments together.
const flagsKept = SYN | FIN | RST

// OnPath returns what tells the packet from others at all vantage points along its way.
func (p *Packet) OnPath() PathIdentity {
	id := PathIdentity{kind: p.Kind}
	switch p.Kind {
	case KindTCP:
		id.seq, id.flags = p.TCP.Seq, p.TCP.Flags&flagsKept
		if p.TCP.Payload == 0 {
			id.ack = p.TCP.Ack
		}
	case KindDNS:
		id.seq = uint32(p.DNS.ID)
		if p.DNS.Response {
			id.code = 1
		}
	case KindICMP: // a NAT changes the identifier of an echo as it does a port
		id.code = uint32(p.ICMP.Type)<<8 | uint32(p.ICMP.Code)
		id.seq, id.ack = p.ICMP.Quote.Seq, uint32(p.ICMP.Sequence)<<16|uint32(p.ICMP.Quote.Sequence)
	default:
		id.target = fmt.Sprint(p.Src, p.Neighbour.Target, p.Neighbour.Reply)
	}
	return id
}

// IsResent reports whether a segment with the same [PathIdentity] is another sending of it: IPv4's identification differs.
// IPv6 has none, and some systems always send 0.
func (p *Packet) IsResent(other *Packet) bool {
	return p.Kind == KindTCP && p.ID != 0 && other.ID != 0 && p.ID != other.ID
}

// IsCopy reports whether a packet is the same as one that was seen before at one vantage point: made on the way, or by the capture, and
// not sent again. For that a sender gives IPv4's identification and TCP's timestamp (RFC 7323) new values; where a packet has neither,
// nothing tells.
func (p *Packet) IsCopy(before *Packet) bool {
	return (p.ID != 0 || p.TCP.SYNMark().HasStamp) && p.OnLink() == before.OnLink()
}

// Contains reports whether another segment's data is within this one's: network cards and their drivers cut segments, and
// put them together (TSO, GRO).
func (p *Packet) Contains(other *Packet) bool {
	if p.Kind != KindTCP || other.Kind != KindTCP || other.TCP.Payload == 0 {
		return false
	}
	return other.TCP.Seq-p.TCP.Seq < uint32(p.TCP.Payload)
}

// Hallmark is what a connection attempt, or a ping, is known by at every vantage point.
type Hallmark struct {
	Kind           Kind // TCP, ICMP, ARP, ND or DNS
	Client, Server netip.AddrPort
	// Number is the client's initial sequence number; of a ping, its identifier.
	Number uint32
	// HasSYN says that the SYN was seen, and SYN what it said besides.
	HasSYN bool
	SYN    SYNMark
	// Requests are some of a ping's requests, the same ones at each vantage point if possible.
	Requests []EchoMark
	// Queries are some of the queries of a lookup, each its identifier and a hash of its question.
	Queries []uint32
}

// SYNMark is what address translation leaves alone of a SYN besides its number: the timestamp, and how long the options
// are. The maximum segment size among them may be clamped.
type SYNMark struct {
	HasStamp bool
	Stamp    uint32
	Options  int
}

// SYNMark returns it.
func (t *TCP) SYNMark() SYNMark {
	m := SYNMark{Options: len(t.RawOptions())}
	for o := range t.Options() {
		if o.Kind == OptionTimestamps && !o.Malformed {
			m.HasStamp, m.Stamp = true, o.Value()
		}
	}
	return m
}

// Hallmark returns what the attempt is known by elsewhere.
func (a *Attempt) Hallmark() Hallmark {
	h := Hallmark{Kind: KindTCP, Client: a.Client, Server: a.Server, Number: a.ISN, HasSYN: a.HasSYN}
	if a.Echo {
		h.Kind, h.Number = KindICMP, uint32(a.EchoID)
	}
	for i := range a.Packets {
		switch p := &a.Packets[i]; {
		case a.Echo && p.ICMP.IsEchoRequest():
			h.Requests = append(h.Requests, p.EchoMark())
		case !a.Echo && p.Kind == KindTCP && isSYN(p) && p.TCP.Seq == a.ISN:
			h.SYN = p.TCP.SYNMark()
		}
	}
	return h
}

// Finder finds attempts of one capture by their hallmarks of another.
type Finder struct {
	list   []Hallmark
	echoes []int
	exact  map[hallmarkKey]int
	number map[uint32][]int // by initial sequence number
	stamp  map[uint32][]int // by the timestamp of the SYN
	asked  map[uint32][]int // by the queries of a lookup
}

// hallmarkKey is what is the same when nothing rewrites addresses.
type hallmarkKey struct {
	kind           Kind
	client, server netip.AddrPort
	number         uint32
}

func (h *Hallmark) key() hallmarkKey { return hallmarkKey{h.Kind, h.Client, h.Server, h.Number} }

// NewFinder returns a finder among the attempts of a capture.
func NewFinder(list []Hallmark) *Finder {
	f := &Finder{list, nil, map[hallmarkKey]int{}, map[uint32][]int{}, map[uint32][]int{}, map[uint32][]int{}}
	for i := range list {
		h := &list[i]
		f.exact[h.key()] = i
		switch {
		case h.Kind == KindICMP:
			f.echoes = append(f.echoes, i)
		case h.Kind == KindDNS:
			for _, query := range h.Queries {
				f.asked[query] = append(f.asked[query], i)
			}
		case h.HasSYN:
			f.number[h.Number] = append(f.number[h.Number], i)
			if h.SYN.HasStamp && h.SYN.Stamp != 0 {
				f.stamp[h.SYN.Stamp] = append(f.stamp[h.SYN.Stamp], i)
			}
		}
	}
	return f
}

// Find returns the index of the attempt, -1 where it is not there, and whether its addresses were translated in between: it is
// found by the initial sequence number, and where that is rewritten too, by the timestamp of the SYN; a ping by the data of its
// requests.
func (f *Finder) Find(h *Hallmark) (index int, translated bool) {
	if i, ok := f.exact[h.key()]; ok {
		return i, false
	}
	found := -1
	switch {
	case h.Kind == KindDNS:
		return f.findLookup(h)
	case h.Kind == KindICMP:
		found = f.findEcho(h)
	case h.HasSYN:
		found = f.findSYN(h)
	}
	return found, found >= 0
}

func (f *Finder) findSYN(h *Hallmark) int {
	for _, i := range f.number[h.Number] {
		if f.list[i].SYN == h.SYN {
			return i
		}
	}
	if found := f.stamp[h.SYN.Stamp]; h.SYN.HasStamp && len(found) == 1 && f.list[found[0]].SYN == h.SYN {
		return found[0]
	}
	return -1
}

// findLookup finds a lookup of which one query is the same; it is translated where the hosts are others.
func (f *Finder) findLookup(h *Hallmark) (index int, translated bool) {
	foreign, several := -1, false
	for _, query := range h.Queries {
		for _, i := range f.asked[query] {
			if other := &f.list[i]; other.Client.Addr() == h.Client.Addr() && other.Server.Addr() == h.Server.Addr() {
				return i, false
			}
			several = several || foreign >= 0 && foreign != i
			foreign = i
		}
	}
	if several {
		return -1, false
	}
	return foreign, foreign >= 0
}

// findEcho finds the only ping with the same data: some programs send the same always.
func (f *Finder) findEcho(h *Hallmark) int {
	found := -1
	for _, i := range f.echoes {
		switch {
		case !h.sharesRequest(&f.list[i]):
		case found >= 0:
			return -1
		default:
			found = i
		}
	}
	return found
}

func (h *Hallmark) sharesRequest(other *Hallmark) bool {
	for _, a := range h.Requests {
		for _, b := range other.Requests {
			if a == b {
				return true
			}
		}
	}
	return false
}
