package ladder

import (
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// What completes a handshake in the server's place and then passes the connection on (a SYN proxy) has told the client a number of its own, and changes all
// that follows by the difference.

// numbers are the servers' initial sequence numbers by the client's, in the order in which they were met.
type numbers map[uint32][]number

// number is an initial sequence number of a server, and by how much it is greater than at the vantage points before.
type number struct{ first, shift uint32 }

// shift is by how much the server's numbers are greater here than at the vantage points before.
func (n numbers) shift(f *wire.Attempt) (shift uint32) {
	if !f.HasSYN || f.Echo || f.Lookup {
		return 0
	}
	known := n[f.ISN]
	var here []uint32
	for i := range f.Packets {
		if p := &f.Packets[i]; p.Kind == wire.KindTCP && p.TCP.Flags.Has(wire.SYN|wire.ACK) && !f.FromClient(p) {
			here = append(here, p.TCP.Seq)
		}
	}
	if len(here) > 0 && len(known) > 0 {
		shift = here[0] - known[0].first
	}
	for _, k := range known {
		if slices.Contains(here, k.first) {
			shift = k.shift
			break
		}
	}
	for _, first := range here {
		n[f.ISN] = append(n[f.ISN], number{first, shift})
	}
	return shift
}

// identity is what a packet of the attempt has in common with itself at the vantage points before. The handshake is not passed on.
func (s *sight) identity(f *wire.Attempt, shift uint32) wire.PathIdentity {
	id := s.packet.OnPath()
	switch {
	case shift == 0 || s.packet.Kind != wire.KindTCP || s.handshake:
	case !f.FromClient(s.packet):
		return id.Renumbered(shift, 0)
	case s.packet.TCP.Payload == 0:
		return id.Renumbered(0, shift)
	}
	return id
}

// isOfHandshake reports whether a packet is a SYN, a SYN-ACK, or the client's first segment after that.
func isOfHandshake(f *wire.Attempt, p *wire.Packet) bool {
	if p.Kind != wire.KindTCP || !f.HasSYN {
		return false
	}
	if p.TCP.Flags.Has(wire.SYN) {
		return true
	}
	first := slices.IndexFunc(f.Packets, func(o wire.Packet) bool {
		return o.Kind == wire.KindTCP && f.FromClient(&o) && !o.TCP.Flags.Has(wire.SYN)
	})
	return first >= 0 && f.Packets[first].Frame == p.Frame
}

// takeHandshakes says of handshakes that a host on the way completes that they have arrived: it has sent its own SYN-ACK.
func takeHandshakes(list []*arrowInWork) {
	for _, syn := range list {
		if syn.Class != "syn" || syn.Fate != LostInside || !slices.ContainsFunc(list, syn.isAccepted) {
			continue
		}
		for _, w := range list {
			if w.first.handshake && w.first.isn == syn.first.isn && w.Fate == LostInside && w.To.Host() == syn.To.Host() {
				w.Fate = Arrived
			}
		}
	}
}

// isAccepted reports whether an arrow is a SYN-ACK that answers the SYN where it ended.
func (w *arrowInWork) isAccepted(answer *arrowInWork) bool {
	after := answer.Sent().Sub(w.Last())
	return answer.Class == "synack" && answer.first.isn == w.first.isn && answer.Rightward != w.Rightward && answer.From.Host() == w.To.Host() && after >= 0 && after < atOnce
}
