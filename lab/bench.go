package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"sync"
)

// The hosts that every topology has.
const (
	ClientHost = "client"
	ServerHost = "server"
	RouterHost = "router" // of the routed ones
)

// Bench is a lab in use: what a fault works on.
type Bench struct {
	Lab      Lab
	Topology Topology
	Family   Family
	// Service is the program under test.
	Service Service

	kept map[string]kept // by name
}

// kept is what runs until it is stopped.
type kept interface {
	Stop(ctx context.Context) error
}

// Host returns a host of the lab.
func (b *Bench) Host(name string) (Host, error) { return b.Lab.Host(name) }

// Target is the service under test.
func (b *Bench) Target() netip.AddrPort { return b.TargetAt(ServerHost) }

// TargetAt is the service's port at the address by which the client reaches a host.
func (b *Bench) TargetAt(host string) netip.AddrPort { return b.TargetIn(host, b.Family) }

// TargetIn is that at the address of a family.
func (b *Bench) TargetIn(host string, f Family) netip.AddrPort {
	return netip.AddrPortFrom(b.Topology.Addr(host, f), uint16(b.Service.Number()))
}

// Targets are the service under test, at each of its ports.
func (b *Bench) Targets() []netip.AddrPort {
	var list []netip.AddrPort
	for _, port := range b.Service.Numbers() {
		list = append(list, netip.AddrPortFrom(b.Target().Addr(), uint16(port)))
	}
	return list
}

// PortsOf are the ports that a plan means: [Port] stands for each of the service's own, any other port for itself.
func (b *Bench) PortsOf(planned int) []int {
	if planned == Port {
		return b.Service.Numbers()
	}
	return []int{planned}
}

// StartService starts the service under test, and returns when it listens.
func (b *Bench) StartService(ctx context.Context) error { return b.RunService(ctx, b.Service) }

// RunService lets a service run on the server, in the place of the one that does, and returns when it listens.
func (b *Bench) RunService(ctx context.Context, s Service) error {
	if b.Service.Own != nil {
		return b.runOwn(ctx, s)
	}
	host, err := b.Host(ServerHost)
	if err != nil {
		return err
	}
	argv, told := s.Command()
	if err := b.KeepTold(ctx, KeptService, host.Command(argv...), told); err != nil {
		return fmt.Errorf("start the service: %w", err)
	}
	return nil
}

// runOwn starts somebody's own server. No other service runs in its place: what that one does would say nothing about it.
func (b *Bench) runOwn(ctx context.Context, s Service) error {
	if s != b.Service {
		return fmt.Errorf("it puts a server of tcplab's that misbehaves in the place of yours: %w with a server of your own", ErrUnsupported)
	}
	if err := b.End(ctx, KeptService); err != nil {
		return fmt.Errorf("stop the server before it: %w", err)
	}
	started, err := b.startOwn(ctx, s)
	if err != nil {
		return err
	}
	b.keepAs(KeptService, started)
	return nil
}

// StopService ends the service in good order and returns when it has ended.
func (b *Bench) StopService(ctx context.Context) error {
	if err := b.End(ctx, KeptService); err != nil {
		return fmt.Errorf("stop the service: %w", err)
	}
	return nil
}

// keptService is the name under which the service under test is kept.
const KeptService = "service"

// Keep starts a long-running command under a name, in the place of the one that was kept under it, and returns when the
// command is ready (see [Start]). It runs until [Bench.End], or until the lab is removed.
func (b *Bench) Keep(ctx context.Context, name string, cmd *Cmd) error {
	return b.KeepTold(ctx, name, cmd, "")
}

// KeepTold is Keep for a command that reads something first from its standard input.
func (b *Bench) KeepTold(ctx context.Context, name string, cmd *Cmd, told string) error {
	if err := b.End(ctx, name); err != nil {
		return fmt.Errorf("stop the %s before it: %w", name, err)
	}
	r, err := startTold(ctx, cmd, told)
	if err != nil {
		return err
	}
	b.keepAs(name, r)
	return nil
}

func (b *Bench) keepAs(name string, k kept) {
	if b.kept == nil {
		b.kept = map[string]kept{}
	}
	b.kept[name] = k
}

// End ends in good order what is kept under a name, if anything is, and returns when it has ended.
func (b *Bench) End(ctx context.Context, name string) error {
	r := b.kept[name]
	if r == nil {
		return nil
	}
	b.Lose(name)
	return r.Stop(ctx)
}

// Lose forgets what was kept under a name: it has died with its host. A function of this process has not, but its listener was the
// host's.
func (b *Bench) Lose(name string) {
	if f, ok := b.kept[name].(*ownFunction); ok {
		_ = f.listener.End()
	}
	delete(b.kept, name)
}

// Close removes the lab. Its programs end with it; a function of this process has to be told.
func (b *Bench) Close(ctx context.Context) error {
	var err error
	if f, ok := b.kept[KeptService].(*ownFunction); ok {
		err = f.Stop(ctx)
	}
	return errors.Join(err, b.Lab.Close(ctx))
}

// Query runs a verb that prints JSON on a host.
func (b *Bench) Query(ctx context.Context, host string, argv []string, into any) error {
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

// Do runs a verb on a host for its effect.
func (b *Bench) Do(ctx context.Context, host string, argv []string) error {
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	if _, err := h.Command(argv...).Output(ctx); err != nil {
		return fmt.Errorf("host %s: %w", host, err)
	}
	return nil
}

// Configure gives a host again the addresses and routes of the topology.
func (b *Bench) Configure(ctx context.Context, host string) error {
	config, err := b.Topology.Config(host)
	if err != nil {
		return err
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	cmd := h.Command(ConfigureVerb()...)
	cmd.Stdin = bytes.NewReader(text)
	if _, err := cmd.Output(ctx); err != nil {
		return fmt.Errorf("host %s: %w", host, err)
	}
	return nil
}

// EachHost does something for every host at once.
func (t Topology) EachHost(do func(host string) error) error {
	errs := make([]error, len(t.Hosts))
	var group sync.WaitGroup
	for i, h := range t.Hosts {
		group.Go(func() { errs[i] = do(h.Name) })
	}
	group.Wait()
	return errors.Join(errs...)
}
