package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Client is a program that is put into the failure. In every phase it makes one attempt.
type Client interface {
	// Name is the program's, for reports.
	Name() string
	// Do makes one attempt and says what the client felt. The error is for a client that could not be run at all.
	Do(ctx context.Context, a Call) (Outcome, error)
}

// Needer is a client that needs programs on its host.
type Needer interface {
	// Programs are their names, as in [Topology.Programs].
	Programs() []string
}

// Trier is a client that tries the further addresses of a service, where the first does not answer.
type Trier interface {
	// TriesAll reports whether it does.
	TriesAll() bool
}

// AttemptDelay is how long an address may stay without an answer before the next one is tried besides (RFC 8305 section 5, the
// Connection Attempt Delay).
const AttemptDelay = 250 * time.Millisecond

// TriesAll reports whether a client tries the further addresses of a service ([Call], Also).
func TriesAll(c Client) bool {
	t, ok := c.(Trier)
	return ok && t.TriesAll()
}

// Call is what a client is asked to do.
type Call struct {
	// Host is the one on which the client runs.
	Host Host
	// Target is the service; it speaks HTTP.
	Target netip.AddrPort
	// Also are the further addresses of the service, as its name may have them, in the order in which they are to be tried. Most
	// clients are told one address alone, and know nothing of these ([Trier]).
	Also []netip.AddrPort
	// Name is that of the service, where a name server of the lab is to be asked for its address; empty: there is none. Clients that are told
	// an address know nothing of it ([Call.HostPort]).
	Name string
	// Timeout is the patience that the client must have: what is seen on the wire is held against it. A client of package
	// clients that is given 0 has no timeout but those that it has by default, and its kernel's.
	Timeout time.Duration

	dials *dials
}

// HostPort is the service as a client that can look names up is told it: by its name, where it has one, or by its address.
func (a Call) HostPort() string {
	if a.Name == "" {
		return a.Target.String()
	}
	return net.JoinHostPort(a.Name, strconv.Itoa(int(a.Target.Port())))
}

// dials are those of an attempt that have not returned. A client may leave one behind: net/http lets it go on when a
// request has timed out, in the hope of using the connection for another. Its next SYN would be seen in the next phase.
type dials struct {
	group sync.WaitGroup
	Ended context.Context
	end   context.CancelFunc
}

func newDials() *dials {
	d := &dials{}
	d.Ended, d.end = context.WithCancel(context.Background())
	return d
}

// begin notes a dial and returns its context and the function to be called when it has returned.
func (d *dials) begin(ctx context.Context) (context.Context, func()) {
	d.group.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(d.Ended, cancel)
	return ctx, func() {
		stop()
		cancel()
		d.group.Done()
	}
}

// cancel ends the dials that go on, and returns when they have returned.
func (d *dials) cancel() {
	d.end()
	d.group.Wait()
}

// DialContext connects from the client's host. It serves as the DialContext of [net/http.Transport], of database
// drivers, and of whatever else takes a dialer.
func (a Call) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if a.dials != nil {
		var done func()
		ctx, done = a.dials.begin(ctx)
		defer done()
	}
	return DialContext(a.Host)(ctx, network, address)
}

// DialContext returns a dial function whose connections leave from the host. It needs an engine that lets this
// process reach the host's network ([Controller]); else its error wraps [ErrUnsupported].
func DialContext(h Host) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		controller, ok := h.(Controller)
		if !ok {
			return nil, fmt.Errorf("dial from host %s in this process: %w by this engine; run the client as a command on the host",
				h.Name(), ErrUnsupported)
		}
		return (&net.Dialer{Control: controller.Control}).DialContext(ctx, network, address)
	}
}

// RunVerb runs a verb that prints an [Outcome], as [agent.DialVerb] does.
func RunVerb(ctx context.Context, h Host, argv []string) (Outcome, error) {
	out, err := h.Command(argv...).Output(ctx)
	if err != nil {
		return Outcome{}, err
	}
	var o Outcome
	if err := json.Unmarshal(out, &o); err != nil {
		return Outcome{}, fmt.Errorf("%v printed what is not JSON: %q", argv, out)
	}
	return o, nil
}

// ClientFunc makes a client of a function of this process. The function connects with a.DialContext and returns the
// error that its own user would see.
func ClientFunc(name string, do func(ctx context.Context, a Call) error) Client {
	return clientFunc{name, do}
}

// IsFunction reports whether a client is one that [ClientFunc] has made.
func IsFunction(c Client) bool {
	_, is := c.(clientFunc)
	return is
}

type clientFunc struct {
	name string
	do   func(context.Context, Call) error
}

func (c clientFunc) Name() string { return c.name }

func (c clientFunc) Do(ctx context.Context, a Call) (Outcome, error) {
	a.dials = newDials()
	start := time.Now()
	err := c.do(ctx, a)
	elapsed := time.Since(start)
	a.dials.cancel()
	if errors.Is(err, ErrUnsupported) {
		return Outcome{}, err
	}
	return OutcomeOf(c.name, "", err, elapsed), nil
}

// CommandClient makes a client of a program: argv returns its command line. Of a program nothing is known but its exit
// code and its time, so it is held against success or failure and against the clock, not against an errno.
func CommandClient(argv func(a Call) []string) Client { return commandClient{argv} }

type commandClient struct{ argv func(Call) []string }

func (c commandClient) Name() string { return "command" }

func (c commandClient) Do(ctx context.Context, a Call) (Outcome, error) {
	argv := c.argv(a)
	start := time.Now()
	_, err := a.Host.Command(argv...).Output(ctx)
	o := Outcome{Program: argv[0], Elapsed: time.Since(start), Opaque: true}
	exit, ended := errors.AsType[*ExitError](err)
	if err != nil && !ended {
		return Outcome{}, err
	}
	if ended {
		o.ExitCode, o.Error = exit.Code, exit.Error()
	}
	return o, nil
}

// DefaultTimeout is the usual advice for a connect timeout: it covers the first retransmission of a SYN, after 1 s.
const DefaultTimeout = 3 * time.Second
