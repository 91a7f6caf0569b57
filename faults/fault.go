package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// StopService ends the program that listens on the server; the host stays up.
type StopService struct{}

func (s StopService) String() string { return s.Words().English }

// Words are those of String in each language.
func (StopService) Words() lang.Text {
	return lang.Text{
		English: "nobody listens on TCP port %d of the server",
		Korean:  "서버의 TCP %d 포트에서 리슨하는 프로세스가 없다",
	}.With(lab.Port)
}

// Inject ends the service.
func (StopService) Inject(ctx context.Context, b *lab.Bench) error { return b.StopService(ctx) }

// Verify looks for sockets in state LISTEN: there must be none.
func (StopService) Verify(ctx context.Context, b *lab.Bench) error {
	for _, port := range b.Service.Numbers() {
		var listening []netip.AddrPort
		if err := b.Query(ctx, lab.ServerHost, lab.ListenersOfVerb(b.Service, port), &listening); err != nil {
			return err
		}
		if len(listening) > 0 {
			return fmt.Errorf("the server still listens on %v", listening)
		}
	}
	return nil
}

// Heal starts the service again.
func (StopService) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }

// HangService lets the service's program do nothing any more, as one in a deadlock or stopped by a signal (SIGSTOP): its
// socket listens, so the kernel completes handshakes and acknowledges requests. No reply ever comes.
type HangService struct{}

func (h HangService) String() string { return h.Words().English }

// Words are those of String in each language.
func (HangService) Words() lang.Text {
	return lang.Text{
		English: "the service on TCP port %d of the server hangs",
		Korean:  "서버의 TCP %d 포트에 있는 서비스가 멈춰 있다",
	}.With(lab.Port)
}

// Inject stops the service where it is. Its connections stay.
func (HangService) Inject(ctx context.Context, b *lab.Bench) error { return b.FreezeService(ctx, true) }

// unanswered is for how long a request must go without a reply: one from the host itself has it in microseconds.
const unanswered = time.Second

// neverConnected reports whether nothing has come in answer to a client's SYNs, whose kernel may give up before itself.
func neverConnected(o lab.Outcome) bool {
	return o.Stage == "connect" && (o.Timeout || o.Errno == "ETIMEDOUT")
}

// askInVain makes a request that must be connected and then go without a reply for as long as a patience. On a busy machine the
// connection alone may take longer than the first one, [unanswered]: then it is asked again, with more.
func askInVain(ask func(patience time.Duration) (lab.Outcome, error)) (lab.Outcome, error) {
	const most = 16 * unanswered
	for patience := unanswered; ; patience *= 4 {
		o, err := ask(patience)
		if err != nil || !o.Timeout || o.Stage != "connect" || patience >= most {
			return o, err
		}
	}
}

// Verify sends a request from the server to itself, so that nothing of it is on the lab's links: it must be connected and
// get no reply. That connection stays where the program never takes it, in the socket's accept queue.
func (f HangService) Verify(ctx context.Context, b *lab.Bench) error {
	err := f.verify(ctx, b)
	for start := time.Now(); err != nil && b.Service.Own != nil && time.Since(start) < stopping; {
		err = f.verify(ctx, b) // it takes a moment until the signal has reached the last of its processes
	}
	return err
}

// stopping bounds the time in which processes stop that have been sent a signal, on a busy machine.
const stopping = 3 * time.Second

func (f HangService) verify(ctx context.Context, b *lab.Bench) error {
	for _, target := range b.Targets() {
		if b.Service.UDP() {
			return f.stillBound(ctx, b)
		}
		if err := f.silentAt(ctx, b, target); err != nil {
			return err
		}
	}
	return nil
}

// stillBound looks for the sockets of a service for datagrams. It is sent nothing: what it would take in once it goes on is not known to be
// harmless.
func (HangService) stillBound(ctx context.Context, b *lab.Bench) error {
	for _, port := range b.Service.Numbers() {
		var bound []netip.AddrPort
		if err := b.Query(ctx, lab.ServerHost, lab.ListenersOfVerb(b.Service, port), &bound); err != nil {
			return err
		}
		if len(bound) == 0 {
			return fmt.Errorf("nothing on the server takes datagrams on UDP port %d", port)
		}
	}
	return nil
}

func (HangService) silentAt(ctx context.Context, b *lab.Bench, target netip.AddrPort) error {
	o, err := askInVain(func(patience time.Duration) (o lab.Outcome, err error) {
		err = b.Query(ctx, lab.ServerHost, agent.DialVerb(target, patience), &o)
		return o, err
	})
	switch {
	case err != nil:
		return err
	case o.OK():
		return errors.New("the service still replies")
	case !o.Timeout || o.Stage != "read":
		return fmt.Errorf("a request from the server itself must be connected and wait for its reply, but: %s", o.Error)
	}
	return nil
}

// Heal lets the service go on: it answers what has been asked meanwhile, and whoever waits still gets it.
func (HangService) Heal(ctx context.Context, b *lab.Bench) error { return b.FreezeService(ctx, false) }

// StopHost switches a host off in the way of a cloud: nothing answers for it. Its last hop would tell on it with ICMP
// "host unreachable" once ARP had failed; so the neighbour entry is pinned there, and frames go to a hardware address
// that nobody has any more.
type StopHost struct {
	// Host is the one that dies, and LastHop the one before it on the way from the client.
	Host, LastHop string
	// Told says that the last hop asks for the host's hardware address in vain, as on a network of one's own: its entries are
	// forgotten in the place of being pinned.
	Told bool
}

// isOff is that a host is switched off.
var isOff = lang.Text{English: "the %s is switched off", Korean: "%s가 꺼져 있다"}

func (f StopHost) String() string { return f.Words().English }

// Words are those of String in each language.
func (f StopHost) Words() lang.Text {
	if f.Told {
		return lang.Text{
			English: "the %s is switched off, and the %s asks for its hardware address in vain",
			Korean:  "%s가 꺼져 있고, %s가 그 MAC 주소를 물어도 응답이 없다",
		}.With(hostWords(f.Host), hostWords(f.LastHop))
	}
	return isOff.With(hostWords(f.Host))
}

// Inject pins the neighbour entries, then cuts the power.
func (f StopHost) Inject(ctx context.Context, b *lab.Bench) error {
	host, err := b.Host(f.Host)
	if err != nil {
		return err
	}
	stopper, ok := host.(lab.Stopper)
	if !ok {
		return fmt.Errorf("switch off host %s: %w by this engine", f.Host, lab.ErrUnsupported)
	}
	if f.Told {
		return errors.Join(stopper.Stop(ctx), neighbours(ctx, b, f.LastHop, "forget", f.Host))
	}
	if err := neighbours(ctx, b, f.LastHop, "pin", f.Host); err != nil {
		return err
	}
	return stopper.Stop(ctx)
}

// Verify asks the host to do something, which must fail because it is off, and looks at the last hop's entries.
func (f StopHost) Verify(ctx context.Context, b *lab.Bench) error {
	switch err := b.Do(ctx, f.Host, agent.ListenersVerb(b.Service.Number())); {
	case err == nil:
		return fmt.Errorf("host %s still runs commands", f.Host)
	case !errors.Is(err, lab.ErrHostStopped):
		return err
	}
	var table []lab.Neighbour
	if err := b.Query(ctx, f.LastHop, agent.NeighboursVerb(), &table); err != nil {
		return err
	}
	for _, want := range pinnedEntries(b, f.Host) {
		known := slices.ContainsFunc(table, func(n lab.Neighbour) bool { return n.Addr == want.Addr && n.MAC == want.MAC })
		switch {
		case f.Told && known:
			return fmt.Errorf("host %s still knows the hardware address of %s", f.LastHop, want.Addr)
		case !f.Told && !slices.Contains(table, want):
			return fmt.Errorf("host %s has not pinned %s to %s", f.LastHop, want.Addr, want.MAC)
		}
	}
	return nil
}

// Heal switches the host on, lets the last hop ask for it again, and starts the service that died with it.
func (f StopHost) Heal(ctx context.Context, b *lab.Bench) error {
	if err := f.powerOn(ctx, b); err != nil {
		return err
	}
	b.Lose(lab.KeptService) // it died with the host
	return b.StartService(ctx)
}

func (f StopHost) powerOn(ctx context.Context, b *lab.Bench) error {
	host, err := b.Host(f.Host)
	if err != nil {
		return err
	}
	if err := host.(lab.Stopper).Start(ctx); err != nil {
		return err
	}
	return neighbours(ctx, b, f.LastHop, "forget", f.Host)
}

// neighbours pins or forgets what a host knows of the hardware addresses of another one.
func neighbours(ctx context.Context, b *lab.Bench, host, action, of string) (err error) {
	for _, n := range pinnedEntries(b, of) {
		err = errors.Join(err, b.Do(ctx, host, agent.NeighbourVerb(action, n.Addr, n.MAC)))
	}
	return err
}

// pinnedEntries are what others know of a host whose hardware addresses are pinned.
func pinnedEntries(b *lab.Bench, host string) []lab.Neighbour {
	var list []lab.Neighbour
	for _, e := range b.Topology.EndsOf(host) {
		list = append(list, e.PinnedEntries()...)
	}
	return list
}
