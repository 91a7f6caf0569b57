package harness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// NoFault breaks nothing: the fault of the healthy case.
type NoFault struct{}

func (NoFault) String() string { return "nothing" }

// Inject does nothing.
func (NoFault) Inject(context.Context, *Bench) error { return nil }

// Verify has nothing to prove.
func (NoFault) Verify(context.Context, *Bench) error { return nil }

// Heal does nothing.
func (NoFault) Heal(context.Context, *Bench) error { return nil }

// StopService ends the program that listens on the server; the host stays up.
type StopService struct{}

func (StopService) String() string {
	return fmt.Sprintf("nobody listens on TCP port %d of the server", Port)
}

// Inject ends the service.
func (StopService) Inject(ctx context.Context, b *Bench) error { return b.StopService(ctx) }

// Verify looks for sockets in state LISTEN: there must be none.
func (StopService) Verify(ctx context.Context, b *Bench) error {
	var listening []netip.AddrPort
	if err := b.query(ctx, serverHost, ListenersVerb(Port), &listening); err != nil {
		return err
	}
	if len(listening) > 0 {
		return fmt.Errorf("the server still listens on %v", listening)
	}
	return nil
}

// Heal starts the service again.
func (StopService) Heal(ctx context.Context, b *Bench) error { return b.StartService(ctx) }

// HangService lets the service's program do nothing any more, as one in a deadlock or stopped by a signal (SIGSTOP): its
// socket listens, so the kernel completes handshakes and acknowledges requests. No reply ever comes.
type HangService struct{}

func (HangService) String() string {
	return fmt.Sprintf("the service on TCP port %d of the server hangs", Port)
}

// Inject lets a program that does nothing listen in the service's place.
func (HangService) Inject(ctx context.Context, b *Bench) error {
	if err := b.StopService(ctx); err != nil {
		return err
	}
	return b.startService(ctx, Hang)
}

// unanswered is for how long a request must go without a reply: one from the host itself has it in microseconds.
const unanswered = time.Second

// Verify sends a request from the server to itself, so that nothing of it is on the lab's links: it must be connected and
// get no reply. That connection stays where the program never takes it, in the socket's accept queue.
func (HangService) Verify(ctx context.Context, b *Bench) error {
	var o Outcome
	if err := b.query(ctx, serverHost, DialVerb(b.Target(), unanswered), &o); err != nil {
		return err
	}
	switch {
	case o.OK():
		return errors.New("the service still replies")
	case !o.Timeout || o.Stage != "read":
		return fmt.Errorf("a request from the server itself must be connected and wait for its reply, but: %s", o.Error)
	}
	return nil
}

// Heal ends that program and starts the service again.
func (HangService) Heal(ctx context.Context, b *Bench) error {
	if err := b.StopService(ctx); err != nil {
		return err
	}
	return b.StartService(ctx)
}

// StopHost switches a host off in the way of a cloud: nothing answers for it. Its last hop would tell on it with ICMP
// "host unreachable" once ARP had failed; so the neighbour entry is pinned there, and frames go to a hardware address
// that nobody has any more.
type StopHost struct {
	// Host is the one that dies, and LastHop the one before it on the way from the client.
	Host, LastHop string
}

func (f StopHost) String() string { return fmt.Sprintf("the %s is switched off", f.Host) }

// Inject pins the neighbour entries, then cuts the power.
func (f StopHost) Inject(ctx context.Context, b *Bench) error {
	host, err := b.Host(f.Host)
	if err != nil {
		return err
	}
	stopper, ok := host.(Stopper)
	if !ok {
		return fmt.Errorf("switch off host %s: %w by this engine", f.Host, ErrUnsupported)
	}
	if err := f.neighbours(ctx, b, "pin"); err != nil {
		return err
	}
	return stopper.Stop(ctx)
}

// Verify asks the host to do something, which must fail because it is off, and looks at the last hop's entries.
func (f StopHost) Verify(ctx context.Context, b *Bench) error {
	switch err := b.do(ctx, f.Host, ListenersVerb(Port)); {
	case err == nil:
		return fmt.Errorf("host %s still runs commands", f.Host)
	case !errors.Is(err, ErrHostStopped):
		return err
	}
	var table []Neighbour
	if err := b.query(ctx, f.LastHop, NeighboursVerb(), &table); err != nil {
		return err
	}
	for _, want := range f.pinned(b.Topology) {
		if !slices.Contains(table, want) {
			return fmt.Errorf("host %s has not pinned %s to %s", f.LastHop, want.Addr, want.MAC)
		}
	}
	return nil
}

// Heal switches the host on, lets the last hop ask for it again, and starts the service that died with it.
func (f StopHost) Heal(ctx context.Context, b *Bench) error {
	host, err := b.Host(f.Host)
	if err != nil {
		return err
	}
	if err := host.(Stopper).Start(ctx); err != nil {
		return err
	}
	if err := f.neighbours(ctx, b, "forget"); err != nil {
		return err
	}
	b.service = nil // it died with the host
	return b.StartService(ctx)
}

// neighbours does something to the last hop's entry of every address of the host.
func (f StopHost) neighbours(ctx context.Context, b *Bench, action string) error {
	for _, n := range f.pinned(b.Topology) {
		if err := b.do(ctx, f.LastHop, NeighbourVerb(action, n.Addr, n.MAC)); err != nil {
			return err
		}
	}
	return nil
}

func (f StopHost) pinned(t Topology) []Neighbour {
	var list []Neighbour
	for _, e := range t.EndsOf(f.Host) {
		list = append(list, e.permanent()...)
	}
	return list
}
