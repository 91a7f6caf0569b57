package probe

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// DefaultTimeout covers the first retransmission of a SYN, after 1 s, and the second, as connect timeouts should.
const DefaultTimeout = 3 * time.Second

// parallel is how many addresses of a name are probed at the same time.
const parallel = 4

// Run probes every address of the target and returns the results in the order of the addresses. The error is for what
// could not be probed at all: a name without addresses, or a context that ended.
func Run(ctx context.Context, t Target, timeout time.Duration) ([]Probed, error) {
	addrs, err := t.Resolve(ctx, timeout)
	if err != nil {
		return nil, err
	}
	results := make([]Probed, len(addrs))
	turn := make(chan struct{}, parallel)
	var all sync.WaitGroup
	for i, addr := range addrs {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			results[i] = one(ctx, addr, timeout)
			results[i].Target = t.String()
		})
	}
	all.Wait()
	return results, ctx.Err()
}

// one probes one address. Ping and connect are at the same time: with a host that is silent each takes all of the
// timeout.
func one(ctx context.Context, server netip.AddrPort, timeout time.Duration) Probed {
	r := Probed{Server: server.String(), Evidence: []PacketSeen{}, Notes: []string{}, Unseen: []string{}, Rivals: []string{}, Causes: []diagnose.Cause{}, Next: []string{}}
	r.Route = findRoute(server)
	if r.Route.Error != "" {
		r.offline(server)
		return r
	}
	flow := &flow{server: server, local: r.Route.From, hop: r.hop(server.Addr())}
	tap, err := startTap(ctx, r.Route, flow)
	if err != nil {
		r.unseen(lang.Text{English: "the packets of the connection: %v", Korean: "연결의 패킷: %v"}, err)
	}
	var both sync.WaitGroup
	both.Go(func() { r.Ping = ping(ctx, server.Addr(), timeout) })
	felt := connect(ctx, flow, timeout)
	both.Wait()
	r.look(server.Addr())
	if tap != nil {
		if err := tap.stop(); err != nil {
			r.unseen(lang.Text{English: "some packets: %v", Korean: "일부 패킷: %v"}, err)
		}
	}
	r.conclude(flow, felt, tap != nil)
	return r
}

// hop is the address that the link layer is asked for: that of the router, or the target's own; none on this machine.
func (r *Probed) hop(server netip.Addr) netip.Addr {
	switch {
	case r.Route.Local:
		return netip.Addr{}
	case r.Route.Via.IsValid():
		return r.Route.Via
	}
	return server.WithZone("")
}

// look reads the entry of the next hop, after the connection attempt: before it there may be none.
func (r *Probed) look(server netip.Addr) {
	hop := r.hop(server)
	if !hop.IsValid() {
		return
	}
	n, err := readNeighbour(hop)
	if err != nil {
		r.unseen(lang.Text{English: "the neighbour table: %v", Korean: "이웃 테이블: %v"}, err)
	}
	r.Neighbour = n
}
