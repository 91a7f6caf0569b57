package harness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/signature"
)

// Scenario is a failure as data: what breaks, and what must then be seen. It holds no handle and can be copied.
type Scenario struct {
	// Name is how it is called on the command line, "closed-port".
	Name string
	// Title is one line for a list.
	Title string
	// Story tells what breaks, what the wire shows and what the client feels.
	Story string
	// Verdict is the stable id of what the wire shows, such as "refused".
	Verdict string
	// ServerVerdict is that of what a capture on the server shows, where it is another one.
	ServerVerdict string
	// Topology is the plan of its lab; the zero value stands for [Routed].
	Topology Topology
	// Fixtures stand in the lab from the beginning: a security group, a NAT, a load balancer.
	Fixtures []Fixture
	// Client is put into the failure, unless a run brings another; nil stands for [GoClient].
	Client Client
	// Target is the host that the client asks; empty stands for the server.
	Target string
	// Timeout is the client's patience for one attempt; zero stands for [DefaultTimeout].
	Timeout time.Duration
	// Long says that the scenario takes minutes in real time. It is left out of "all" unless time is compressed.
	Long bool
	// Fault is what breaks; nil: nothing does.
	Fault Fault
	// Want is what must be seen while it is broken.
	Want Want
	// Checks are what one would look at next, while it is still broken: does a well-known host answer, does TCP?
	Checks []Check
}

// Check is a further attempt while the fault holds, made and captured after the scenario's own.
type Check struct {
	// Name is short and a part of file names: "tcp", "well-known-host".
	Name string
	// Question is what it answers, in one sentence.
	Question string
	// Client and Target are as those of a [Scenario].
	Client Client
	Target string
	Want   Want
}

// DefaultTimeout is the usual advice for a connect timeout: it covers the first retransmission of a SYN, after 1 s.
const DefaultTimeout = 3 * time.Second

// PatientTimeout lets a client see three retransmissions of its SYN, after 1, 3 and 7 s, also where the kernel's timer
// is as late as it may be (an eighth of the interval).
const PatientTimeout = 8500 * time.Millisecond

// Fault breaks something in a lab. Its value holds parameters and no state.
type Fault interface {
	// String names what it breaks, in the words of a report.
	String() string
	// Inject breaks it.
	Inject(ctx context.Context, b *Bench) error
	// Verify proves that it took hold, by looking and not by trusting Inject.
	Verify(ctx context.Context, b *Bench) error
	// Heal undoes it.
	Heal(ctx context.Context, b *Bench) error
}

// Fixture is a part of the lab beside its hosts and links. Its value holds parameters and no state.
type Fixture interface {
	// String names it in the words of a report: "security group on the router: tcp/8080".
	String() string
	// Install puts it in place, in the phase "up", once the service listens. The lab's removal removes it.
	Install(ctx context.Context, b *Bench) error
}

// Describer is a fixture that becomes what the lab's hosts have for it, and so can say more of itself in a lab.
type Describer interface {
	Describe(b *Bench) string
}

// Want is what must be seen while the fault holds. What is absent is not checked.
type Want struct {
	Client ClientWant
	// Wire has an expectation in the notation of package signature for each vantage point: "client",
	// "router:to-client", "router:to-server", "server". Before it is parsed, $MSS stands for the maximum segment size
	// that the family has on Ethernet, and a line that begins with "+rto*" for as many lines "+rto" as retransmissions
	// of a SYN fit into the client's patience, by the sysctls of its host. A line "or" stands between alternatives, of
	// which one must match.
	Wire map[string]string
	// Sources has, for vantage points, the host whose address the client's packets carry there: behind a NAT it is not the
	// client's.
	Sources map[string]string
	// Counters are a second witness.
	Counters []CounterWant
}

// ClientWant is what the client must feel.
type ClientWant struct {
	// Errno is the kernel's error, "ECONNREFUSED"; with Timeout unset and Errno empty the client must succeed.
	Errno string
	// Errno6 is that with IPv6, where it is another one.
	Errno6 string
	// Timeout: the client's own timeout ends the attempt, no sooner and hardly later.
	Timeout bool
	// GiveUp: the kernel gives up, after the last SYN of its schedule has had its time.
	GiveUp bool
	// Closed: the other side closes the connection before the reply is complete.
	Closed bool
	// Status: the reply has this HTTP status, which is an error's.
	Status int
	// Stage is what the client must have been waiting for when it failed, "connect" or "read"; empty: not checked.
	Stage string
	// Retransmissions is the number of SYNs that must have been sent again before the client succeeds.
	Retransmissions int
	// Within bounds the time to success or to the kernel's error, or the time by which the end of a timeout may come late
	// to the client; zero stands for [AtOnce].
	Within time.Duration
}

// AtOnce bounds what takes no timer: a few round trips in a lab, with room for a busy machine.
const AtOnce = 500 * time.Millisecond

// CounterWant says by how much a counter of a host must grow while the client acts: by Exactly, plus the number of
// packets of a kind that a vantage point saw.
type CounterWant struct {
	Host string
	// Counter is a name among [Counters], or a Rule's. One of ICMP or of IP stands for that of the family: with IPv6,
	// "IcmpInEchos" for "Icmp6InEchos".
	Counter string
	Rule    *Rule
	Exactly int
	// PacketsAt is a vantage point, Packet a packet in the notation of package signature, without a time: "> S".
	PacketsAt, Packet string
}

func (w CounterWant) name(f Family) string {
	if w.Rule != nil {
		return w.Rule.CounterName(f)
	}
	for name, name6 := range map[string]string{"Icmp": "Icmp6", "IpForw": "Ip6OutForw"} {
		if rest, ok := strings.CutPrefix(w.Counter, name); ok && f == IPv6 {
			return name6 + rest
		}
	}
	return w.Counter
}

func (s Scenario) topology() Topology {
	if s.Topology.Name == "" {
		return Routed()
	}
	return s.Topology
}

func (s Scenario) timeout() time.Duration {
	if s.Timeout == 0 {
		return DefaultTimeout
	}
	return s.Timeout
}

// Validate reports what is wrong with a scenario before it is run: an unknown vantage point, an expectation that does
// not parse.
func (s Scenario) Validate() error {
	t := s.topology()
	if err := t.Validate(); err != nil {
		return err
	}
	for _, a := range actsOf(s, Options{}) {
		if err := a.validate(t); err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	return nil
}

func (a act) validate(t Topology) error {
	if len(t.EndsOf(a.target)) == 0 {
		return fmt.Errorf("the topology has no host %q", a.target)
	}
	for point, host := range a.want.Sources {
		if !hasPoint(t.VantagePoints(), point) || len(t.EndsOf(host)) == 0 {
			return fmt.Errorf("the topology has no vantage point %q, or no host %q", point, host)
		}
	}
	for point, text := range a.want.Wire {
		if !hasPoint(t.VantagePoints(), point) {
			return fmt.Errorf("the topology has no vantage point %q", point)
		}
		for _, f := range Families {
			if _, err := expectations(text, circumstances{topology: t, family: f}); err != nil {
				return fmt.Errorf("wire at %s: %w", point, err)
			}
		}
	}
	for _, c := range a.want.Counters {
		if c.PacketsAt == "" {
			continue
		}
		if _, err := signature.ParsePacket(c.Packet); err != nil {
			return fmt.Errorf("counter %s: %w", c.name(IPv4), err)
		}
	}
	return nil
}

func (w CounterWant) String() string {
	name := w.Counter
	if w.Rule != nil {
		name = "firewall rule " + w.Rule.String()
	}
	text := fmt.Sprintf("%s on the %s must grow by", name, w.Host)
	switch {
	case w.PacketsAt == "":
		return fmt.Sprintf("%s %d", text, w.Exactly)
	case w.Exactly == 0:
		return fmt.Sprintf("%s the number of packets %q at %s", text, w.Packet, w.PacketsAt)
	}
	return fmt.Sprintf("%s the number of packets %q at %s, %+d", text, w.Packet, w.PacketsAt, w.Exactly)
}
