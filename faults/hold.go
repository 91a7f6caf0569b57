package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// HoldVerb opens connections to the target, as many as are asked for or, with 0, as many as there are local ports; it says
// nothing on them, and keeps them until its standard input ends.
func HoldVerb(count int, target netip.AddrPort) []string {
	return lab.Verb("hold", "--count", strconv.Itoa(count), target.String())
}

// holdFrom keeps so many connections to each port of the service open from a host; with 0, as many as there are local ports.
func holdFrom(ctx context.Context, b *lab.Bench, host string, count int) error {
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	for _, target := range b.Targets() {
		if err := b.Keep(ctx, heldTo(target), h.Command(HoldVerb(count, target)...)); err != nil {
			return err
		}
	}
	return nil
}

// release closes the connections that a fault holds.
func release(ctx context.Context, b *lab.Bench) error {
	var errs []error
	for _, target := range b.Targets() {
		errs = append(errs, b.End(ctx, heldTo(target)))
	}
	return errors.Join(errs...)
}

// heldTo is the name under which the connections of a fault to a port are kept.
func heldTo(target netip.AddrPort) string { return fmt.Sprintf("held connections to %s", target) }

// FillQueue fills the accept queue of the service, whose program accepts nothing any more: the kernel drops each SYN that
// comes.
type FillQueue struct {
	// Backlog is the length of the queue, as in listen(2): one connection more than that has room.
	Backlog int
}

func (f FillQueue) String() string { return f.Words().English }

// Words are those of String in each language.
func (f FillQueue) Words() lang.Text {
	return lang.Text{
		English: "the accept queue of the service is full: %d connections that nobody accepts",
		Korean:  "서비스의 accept 큐가 가득 찼다: 아무도 받지 않는 연결이 %d개 있다",
	}.With(f.Backlog + 1)
}

// Inject lets a program that accepts nothing listen in the service's place, and fills its queue from the server itself, so
// that nothing of that is on the lab's links.
func (f FillQueue) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Behaviour, s.Backlog = lab.Hang, f.Backlog
	if err := b.RunService(ctx, s); err != nil {
		return err
	}
	return holdFrom(ctx, b, lab.ServerHost, f.Backlog+1)
}

// Verify connects from the server to itself, which must go without an answer, and looks at the sockets in state LISTEN, of
// which there must be one.
func (f FillQueue) Verify(ctx context.Context, b *lab.Bench) error {
	if err := (Misbehave{b.Service}).verifyListeners(ctx, b); err != nil {
		return err
	}
	var o lab.Outcome
	if err := b.Query(ctx, lab.ServerHost, agent.DialVerb(b.Target(), unanswered), &o); err != nil {
		return err
	}
	if !neverConnected(o) {
		return fmt.Errorf("%s, but a connection from the server itself ended with: %s", f, o)
	}
	return nil
}

// Heal lets go of the connections, and starts the service again.
func (FillQueue) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.StopService(ctx), release(ctx, b), b.StartService(ctx))
}

// UsePorts uses every local port of the client for connections to the service. How many there are is limited by
// net.ipv4.ip_local_port_range, see [FewPorts].
type UsePorts struct{}

// FewPorts is [lab.Routed] with a client that has ten local ports (Linux has 28,232 by default), all of both parities, of
// which connect(2) tries one before the other.
func FewPorts() lab.Topology {
	return lab.Routed().Named("routed, with few local ports").With(lab.ClientHost, "net.ipv4.ip_local_port_range", "50000 50009")
}

func (u UsePorts) String() string { return u.Words().English }

// Words are those of String in each language.
func (UsePorts) Words() lang.Text {
	return lang.Text{
		English: "every local port of the client is used by a connection to the service",
		Korean:  "클라이언트의 로컬 포트가 모두 서비스와의 연결에 쓰이고 있다",
	}
}

// Inject opens connections until there is no port left.
func (UsePorts) Inject(ctx context.Context, b *lab.Bench) error {
	return holdFrom(ctx, b, lab.ClientHost, 0)
}

// Verify connects once more, which the client's own kernel must refuse.
func (f UsePorts) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	if err := b.Query(ctx, lab.ClientHost, agent.DialVerb(b.Target(), lab.DefaultTimeout), &o); err != nil {
		return err
	}
	if o.Errno != "EADDRNOTAVAIL" {
		return fmt.Errorf("%s, but one more connection ended with: %s", f, o)
	}
	return nil
}

// Heal closes the connections.
func (UsePorts) Heal(ctx context.Context, b *lab.Bench) error { return release(ctx, b) }
