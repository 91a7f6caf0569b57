package lab

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// StartStandIn lets the lab's own service for datagrams take the ports of somebody's own server, so that the way to them can be proven
// before that server runs: no datagram of the lab's is ever sent to the server, which may take it for an error, or answer nothing.
func (b *Bench) StartStandIn(ctx context.Context) error {
	host, err := b.Host(ServerHost)
	if err != nil {
		return err
	}
	for _, port := range b.Service.Numbers() {
		argv, told := Service{Proto: ProtoUDP, Port: port}.Command()
		if err := b.KeepTold(ctx, standInAt(port), host.Command(argv...), told); err != nil {
			return fmt.Errorf("start the lab's own service on UDP port %d: %w", port, err)
		}
	}
	return nil
}

// EndStandIn gives the ports back, and returns when nobody has them. A program that is just being started has a copy of every descriptor
// until its execve(2), and so keeps a port in use for a moment.
func (b *Bench) EndStandIn(ctx context.Context) error {
	for _, port := range b.Service.Numbers() {
		if err := b.End(ctx, standInAt(port)); err != nil {
			return err
		}
		for {
			var taken []netip.AddrPort
			if err := b.Query(ctx, ServerHost, ListenersOfVerb(b.Service, port), &taken); err != nil {
				return err
			}
			if len(taken) == 0 {
				break
			}
			select {
			case <-time.After(betweenLooks):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

func standInAt(port int) string { return fmt.Sprintf("stand-in on port %d", port) }
