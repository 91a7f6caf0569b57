package diagnose

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// neighbour is an address that was asked for on the link, and has not answered since.
type neighbour struct {
	asker, target netip.Addr
	v6, told      bool
	visible       bool // the capture holds more of the asker than its broadcasts
	requests      series
}

// neighbours are those that owe an answer.
type neighbours struct {
	pending map[netip.Addr][]*neighbour // by target
	// visible are askers that the capture shows more of than broadcasts: of these it would also have shown the answer.
	visible map[netip.Addr]bool
	askers  map[netip.Addr]bool
}

// maxNeighbours bounds what a scan of a network can take in memory.
const maxNeighbours = 1 << 12

// add takes in an ARP or Neighbour Discovery message.
func (n *neighbours) add(p *wire.Packet, m mark) {
	target := p.Neighbour.Target
	if p.Neighbour.Reply {
		n.see(p.Dst)
		n.answer(target)
		return
	}
	n.answer(p.Src) // who asks is alive
	if isProbe(p) || len(n.pending) >= maxNeighbours {
		return
	}
	if n.pending == nil {
		n.pending, n.askers = map[netip.Addr][]*neighbour{}, map[netip.Addr]bool{}
	}
	n.askers[p.Src] = true
	n.asked(p, target).requests.add(m)
}

// asked returns what is pending between the two, from now on.
func (n *neighbours) asked(p *wire.Packet, target netip.Addr) *neighbour {
	for _, asked := range n.pending[target] {
		if asked.asker == p.Src {
			return asked
		}
	}
	asked := &neighbour{asker: p.Src, target: target, v6: p.Kind == wire.KindND}
	n.pending[target] = append(n.pending[target], asked)
	return asked
}

// isProbe reports whether a request does not want an answer: duplicate address detection (RFC 5227, RFC 4862) and
// gratuitous announcements.
func isProbe(p *wire.Packet) bool {
	return p.Src.IsUnspecified() || p.Src == p.Neighbour.Target
}

// answer strikes an address off the list, whoever asked for it.
func (n *neighbours) answer(target netip.Addr) { delete(n.pending, target) }

// see notes that the capture holds more of a host than its broadcasts.
func (n *neighbours) see(asker netip.Addr) {
	if n.visible == nil {
		n.visible = map[netip.Addr]bool{}
	}
	if len(n.visible) < maxNeighbours {
		n.visible[asker] = true
	}
}

// heard takes in any other packet: its sender is alive, and who sends to an asked-for address has found it.
func (n *neighbours) heard(p *wire.Packet) {
	if len(n.pending) == 0 || !p.Src.IsValid() {
		return
	}
	n.answer(p.Src)
	n.pending[p.Dst] = slices.DeleteFunc(n.pending[p.Dst], func(asked *neighbour) bool { return asked.asker == p.Src })
	if len(n.pending[p.Dst]) == 0 {
		delete(n.pending, p.Dst)
	}
}

// A request that is alone may yet be answered.
const (
	fewestRequests = 2
	shortestAsking = 5e8 // ns from the first request to the last
)

// unanswered are the addresses that were asked for in vain, in order. Requests are broadcasts, which a capture sees
// of every host on the link, while the answers go to the asker alone: of an asker whose other packets are not in the
// capture, no answer is to be expected in it.
func (n *neighbours) unanswered() []*neighbour {
	var list []*neighbour
	for _, askers := range n.pending {
		for _, asked := range askers {
			r := &asked.requests
			if r.count >= fewestRequests && r.last.at-r.marks[0].at >= shortestAsking &&
				(n.visible[asked.asker] || len(n.askers) == 1) {
				asked.visible = n.visible[asked.asker]
				list = append(list, asked)
			}
		}
	}
	slices.SortFunc(list, func(a, b *neighbour) int {
		return cmp.Compare(a.requests.marks[0].frame, b.requests.marks[0].frame)
	})
	return list
}
