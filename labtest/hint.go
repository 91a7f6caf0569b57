package labtest

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// hint is why a call may have made no connection with the service, by what was seen of it, as the end of a sentence.
func (l *Lab) hint(ctx context.Context, traces []wire.Trace) string {
	i := slices.IndexFunc(traces, func(t wire.Trace) bool { return t.Point == lab.ClientHost })
	if i < 0 {
		return ""
	}
	seen, target := traces[i], l.standing.Target()
	if l.standing.Service().UDP() {
		if other, ok := l.elsewhere(seen, wire.KindUDP); ok {
			return fmt.Sprintf("; its datagrams went to %s, and the service is at %s", other, target)
		}
		return "; it sent no datagram in the lab: does the client use lab.Dial?"
	}
	if from, ok := l.wrote(seen); ok {
		return fmt.Sprintf("; it made no new connection, and used the one from %s that was there before", from)
	}
	if other, ok := l.elsewhere(seen, wire.KindTCP); ok {
		return fmt.Sprintf("; it connected to %s, and the service is at %s", other, target)
	}
	if with, err := l.sockets(ctx); err == nil {
		for _, s := range with {
			if s.State == "ESTAB" {
				return fmt.Sprintf("; it made no new connection, and sent nothing on the one from %s that stands: the answer came from somewhere else, or the call did nothing", s.Local)
			}
		}
	}
	return "; it made no connection in the lab: does the client use lab.Dial?"
}

// wrote is the client's end of a connection with the service that was there before, and on which it sent something.
func (l *Lab) wrote(seen wire.Trace) (from netip.AddrPort, ok bool) {
	for _, port := range l.standing.Ports() {
		for _, a := range seen.Attempts(port) {
			if !a.HasSYN && slices.ContainsFunc(a.Packets, func(p wire.Packet) bool { return p.Kind == wire.KindTCP && a.FromClient(&p) && p.TCP.Payload > 0 }) {
				return a.Client, true
			}
		}
	}
	return from, false
}

// elsewhere is where the client first asked something other than the service: by a SYN, or by a datagram.
func (l *Lab) elsewhere(seen wire.Trace, kind wire.Kind) (other netip.AddrPort, ok bool) {
	own, service := l.standing.Topology().Addr(lab.ClientHost, l.standing.Family()), l.standing.Target().Addr()
	for i := range seen.Packets {
		p := &seen.Packets[i]
		begins := kind == wire.KindUDP || p.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN
		if p.Kind == kind && p.Src == own && begins && !(p.Dst == service && slices.Contains(l.standing.Ports(), p.DstPort)) {
			return p.DstAddrPort(), true
		}
	}
	return other, false
}
