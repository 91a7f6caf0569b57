package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Misbehave lets another service run in the place of the one under test: one that listens elsewhere, or that does
// something else with its connections.
type Misbehave struct{ To lab.Service }

// deeds are the behaviours in plain words.
var deeds = map[lab.Behaviour]string{
	lab.CloseEarly:        "reads the request and closes without an answer",
	lab.HalfAnswer:        "closes in the middle of its answer",
	lab.ResetAfterRequest: "reads the request and resets the connection",
	lab.CloseUnread:       "closes with the request unread",
	lab.Silent:            "reads and says nothing",
	lab.NeverRead:         "takes connections and reads nothing from them",
	lab.Stall:             "sends one half of its answer and then nothing",
	lab.KeepOpen:          "answers and never closes the connection",
}

// tlsDeeds are the ways to speak TLS in plain words.
var tlsDeeds = map[lab.Secured]string{
	lab.TLSGood:              "speaks TLS",
	lab.TLSExpired:           "has a certificate that has expired",
	lab.TLSUnknown:           "has a certificate of an authority that nobody trusts",
	lab.TLSOtherName:         "has a certificate for another name",
	lab.TLSOld:               "speaks no version after TLS 1.1",
	lab.TLSClientCertificate: "asks for a certificate of the client",
}

func (f Misbehave) String() string {
	var does []string
	if f.To.Number() != lab.Port {
		does = append(does, fmt.Sprintf("listens on TCP port %d in place of %d", f.To.Number(), lab.Port))
	}
	if f.To.Bind != "" {
		does = append(does, fmt.Sprintf("listens on %s only", binds[f.To.Bind].words))
	}
	if deed := deeds[f.To.Behaviour]; deed != "" {
		does = append(does, deed)
	}
	if deed := tlsDeeds[f.To.TLS]; deed != "" {
		does = append(does, deed)
	}
	if f.To.Delay > 0 {
		does = append(does, fmt.Sprintf("takes %s to answer", f.To.Delay))
	}
	if len(does) == 0 {
		does = []string{"speaks no TLS"}
	}
	return "the service on the server " + strings.Join(does, ", ")
}

// binds are the limits on where a service listens: in words, and the addresses that keep to them.
var binds = map[string]struct {
	words string
	holds func(netip.Addr) bool
}{
	"loopback": {"loopback addresses", netip.Addr.IsLoopback},
	"ipv4":     {"IPv4 addresses", netip.Addr.Is4},
	"ipv6":     {"IPv6 addresses", netip.Addr.Is6},
}

// Inject lets the other service run in the place of the one that does.
func (f Misbehave) Inject(ctx context.Context, b *lab.Bench) error { return b.RunService(ctx, f.To) }

// Verify looks at the sockets in state LISTEN, and at what becomes of a request from the server to itself, of which nothing
// is on the lab's links. The sockets alone do not do: one of IPv6 may take IPv4 as well, and its table does not tell.
func (f Misbehave) Verify(ctx context.Context, b *lab.Bench) error {
	if err := f.verifyListeners(ctx, b); err != nil {
		return err
	}
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	ask := func(patience time.Duration) (lab.Outcome, error) {
		return agent.GoClient{TLS: f.To.TLS != ""}.Do(ctx, lab.Call{Host: server, Target: b.Target(), Timeout: f.To.Delay + patience})
	}
	var o lab.Outcome
	if f.To.Behaviour == lab.Silent { // nothing will come
		o, err = askInVain(ask)
	} else {
		o, err = ask(lab.DefaultTimeout)
	}
	if err != nil {
		return err
	}
	bind, limited := binds[f.To.Bind]
	reached := f.To.Number() == b.Service.Number() && (!limited || bind.holds(b.Target().Addr()))
	if !f.shows(o, reached) {
		return fmt.Errorf("%s, but a request from the server itself ended after %s with: %s", f, o.Elapsed, o)
	}
	return nil
}

func (f Misbehave) verifyListeners(ctx context.Context, b *lab.Bench) error {
	var listening []netip.AddrPort
	if err := b.Query(ctx, lab.ServerHost, agent.ListenersVerb(f.To.Number()), &listening); err != nil {
		return err
	}
	if len(listening) == 0 {
		return fmt.Errorf("nothing on the server listens on TCP port %d", f.To.Number())
	}
	if bind, limited := binds[f.To.Bind]; limited {
		if i := slices.IndexFunc(listening, func(a netip.AddrPort) bool { return !bind.holds(a.Addr()) }); i >= 0 {
			return fmt.Errorf("the server listens on %s, too", listening[i])
		}
	}
	if f.To.Number() == b.Service.Number() {
		return nil
	}
	if err := b.Query(ctx, lab.ServerHost, agent.ListenersVerb(b.Service.Number()), &listening); err != nil {
		return err
	}
	if len(listening) > 0 {
		return fmt.Errorf("the server still listens on %v", listening)
	}
	return nil
}

// tlsEnds are the ends of a client that speaks TLS, where it fails.
var tlsEnds = map[lab.Secured]string{
	lab.TLSExpired:           lab.TLSCertificateExpired,
	lab.TLSUnknown:           lab.TLSCertificateUnknown,
	lab.TLSOtherName:         lab.TLSCertificateName,
	lab.TLSOld:               lab.TLSAlert + "protocol version not supported",
	lab.TLSClientCertificate: lab.TLSAlert + "certificate required",
}

// shows reports whether a request has ended as the service lets it end, which reached it or did not.
func (f Misbehave) shows(o lab.Outcome, reached bool) bool {
	if !reached {
		return o.Errno == "ECONNREFUSED"
	}
	if code := tlsEnds[f.To.TLS]; code != "" {
		return o.Code == code
	}
	switch f.To.Behaviour {
	case lab.CloseEarly, lab.HalfAnswer:
		return o.Closed && o.Stage == "read"
	case lab.ResetAfterRequest, lab.CloseUnread:
		return o.Errno == "ECONNRESET" && o.Stage == "read"
	case lab.Silent, lab.Stall, lab.KeepOpen, lab.NeverRead:
		return o.Timeout && o.Stage == "read"
	}
	return o.OK() && o.Elapsed >= f.To.Delay
}

// Heal ends the other service, and starts the one under test again.
func (f Misbehave) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.StopService(ctx), b.StartService(ctx))
}

// BindOtherFamily lets the service listen only on addresses of the family that the client does not use.
type BindOtherFamily struct{}

func (BindOtherFamily) String() string {
	return "the service on the server listens only on addresses of the other address family"
}

// in is the fault with a family.
func (BindOtherFamily) in(f lab.Family) Misbehave {
	if f == lab.IPv6 {
		return Misbehave{lab.Service{Bind: "ipv4"}}
	}
	return Misbehave{lab.Service{Bind: "ipv6"}}
}

// Inject lets the service listen on the other family.
func (f BindOtherFamily) Inject(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Inject(ctx, b)
}

// Verify looks at the sockets in state LISTEN, and asks the service at the client's family.
func (f BindOtherFamily) Verify(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Verify(ctx, b)
}

// Heal lets the service listen on both families again.
func (f BindOtherFamily) Heal(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Heal(ctx, b)
}
