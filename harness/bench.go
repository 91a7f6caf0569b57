package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
)

// The hosts that every topology has.
const (
	clientHost = "client"
	serverHost = "server"
	routerHost = "router" // of the routed ones
)

// Bench is a lab in use: what a fault works on.
type Bench struct {
	Lab      Lab
	Topology Topology
	Family   Family

	service *running
	proxy   *running
}

// Host returns a host of the lab.
func (b *Bench) Host(name string) (Host, error) { return b.Lab.Host(name) }

// Target is the service under test.
func (b *Bench) Target() netip.AddrPort { return b.TargetAt(serverHost) }

// TargetAt is the service's port at the address by which the client reaches a host.
func (b *Bench) TargetAt(host string) netip.AddrPort {
	return netip.AddrPortFrom(b.Topology.Addr(host, b.Family), Port)
}

// StartService starts the service under test, and returns when it listens.
func (b *Bench) StartService(ctx context.Context) error { return b.startService(ctx, Serve) }

func (b *Bench) startService(ctx context.Context, told string) error {
	host, err := b.Host(serverHost)
	if err != nil {
		return err
	}
	service, err := startTold(ctx, host.Command(ToldVerb(Port)...), told)
	if err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	b.service = service
	return nil
}

// StopService ends the service in good order and returns when it has ended.
func (b *Bench) StopService(ctx context.Context) error {
	if err := end(ctx, &b.service); err != nil {
		return fmt.Errorf("stop the service: %w", err)
	}
	return nil
}

// end ends what runs, if anything does, and returns when it has ended.
func end(ctx context.Context, which **running) error {
	r := *which
	if r == nil {
		return nil
	}
	*which = nil
	return r.stop(ctx)
}

// query runs a verb that prints JSON on a host.
func (b *Bench) query(ctx context.Context, host string, argv []string, into any) error {
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	out, err := h.Command(argv...).Output(ctx)
	if err != nil {
		return fmt.Errorf("host %s: %w", host, err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("host %s: %v printed what is not JSON: %q", host, argv, out)
	}
	return nil
}

// do runs a verb on a host for its effect.
func (b *Bench) do(ctx context.Context, host string, argv []string) error {
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	if _, err := h.Command(argv...).Output(ctx); err != nil {
		return fmt.Errorf("host %s: %w", host, err)
	}
	return nil
}
