package harness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
	"github.com/tcplab/tcplab/wire/signature"
)

// Scenario is a failure as data: what breaks, and what must then be seen. It holds no handle and can be copied.
type Scenario struct {
	// Name is how it is called on the command line, "closed-port".
	Name string
	// Group is the id of its group in the catalogue.
	Group string
	// Title is one line for a list.
	Title lang.Text
	// Story tells what breaks, what the wire shows and what the client feels.
	Story lang.Text
	// Cause is what a diagnosis must name among the causes that it cannot exclude; empty where nothing fails on the wire.
	Cause diagnose.Cause
	// Place is the host at which it breaks; empty where nothing does.
	Place string
	// Experiences are the numbers of the experiences (package scenarios) that it shows.
	Experiences []int
	// Exercise is given to students; nil where it is none.
	Exercise *Exercise
	// Alike is why no vantage point tells it from others that have the same reason; empty where some vantage point does.
	Alike string
	// Afterwards is what tells it from others of the same place and verdict, where that comes only after the client has given up:
	// a capture that ends with the client does not hold it.
	Afterwards string
	// Unnoticed are the clients that do not notice the fault at all.
	Unnoticed Bystander
	// Verdict is the stable id of what the wire shows, such as "refused".
	Verdict string
	// ServerVerdict is that of what a capture on the server shows, where it is another one.
	ServerVerdict string
	// Second is what is seen after the first failure: what else fails, or the success of a client that connects again; the zero value: nothing.
	Second Finding
	// Topology is the plan of its lab; the zero value stands for [lab.Routed].
	Topology lab.Topology
	// Fixtures stand in the lab from the beginning: a security group, a NAT, a load balancer.
	Fixtures []Fixture
	// Client is put into the failure, unless a run brings another; nil stands for [agent.GoClient].
	Client lab.Client
	// Target is the host that the client asks; empty stands for the server.
	Target string
	// Also are the further addresses at which a client finds the service, in the order in which they are tried after Target's. The
	// expectations are about the lab's own client, which tries them as RFC 8305 has it. The scenario runs in real time, because the
	// delay between two addresses is a program's.
	Also []Address
	// Timeout is the client's patience for one attempt; zero stands for [lab.DefaultTimeout].
	Timeout time.Duration
	// TCPOnly is why the scenario says nothing about a service on UDP ports, where its fault would be one for datagrams, too.
	TCPOnly string
	// IPv4Only is why there is no such failure with IPv6; empty: there is. A run with IPv6 is skipped then.
	IPv4Only string
	// Long says that the scenario takes minutes in real time. It is left out of "all" unless time is compressed.
	Long bool
	// Fault is what breaks; nil: nothing does.
	Fault Fault
	// Want is what must be seen while it is broken.
	Want Want
	// Checks are what one would look at next, while it is still broken: does a well-known host answer, does TCP?
	Checks []Check
}

// Finding is a failure as it is told: its verdict, and what a diagnosis must name among its causes.
type Finding struct {
	Verdict string
	Cause   diagnose.Cause
}

// Exercise is a scenario whose fault is hidden from a student, in the lab of all exercises.
type Exercise struct {
	// Name is the one by which it is drawn and recorded. It stays as it is, because hand-ins and quizzes depend on it.
	Name  string
	Level int
	// Pings says that the complaint is about ping, and not about the service.
	Pings bool
	// Solution is told when the exercise is solved.
	Solution lang.Text
}

// Bystander is a kind of client that a fault does not concern.
type Bystander string

// The bystanders.
const (
	// SpeaksTCP is a client of TCP, where ICMP alone is filtered.
	SpeaksTCP Bystander = "a client of TCP does not notice that ICMP is dropped: that is the point"
	// NeverRests is a client whose connection is never idle.
	NeverRests Bystander = "a connection that never rests, or a ping, is not forgotten"
	// IsPatient is a client that takes a late reply for a reply.
	IsPatient Bystander = "a client that waits for its reply does not notice that a retransmission brought it, unless it looks at the clock"
	// OutwaitsSlow is a client that is more patient than a slow service takes.
	OutwaitsSlow Bystander = "a client that waits for longer than the service takes does not notice that it is slow, unless it looks at the clock"
	// ReadsByLength is a client that reads as much as the reply says that it has.
	ReadsByLength Bystander = "a client that knows where the reply ends does not wait for the server to close the connection"
	// IsTranslated is a client behind a NAT, whose own address the server never sees.
	IsTranslated Bystander = "the server answers the address of the NAT, and needs no way to the client's own"
	// OffersNoECN is a client that does not ask for Explicit Congestion Notification.
	OffersNoECN Bystander = "a client that does not offer ECN does not notice that SYNs with it are dropped"
	// SendsLittle is a client whose packets are all small.
	SendsLittle Bystander = "a client that sends little does not notice what becomes of large packets"
	// SpeaksPlain is a client that speaks no TLS.
	SpeaksPlain Bystander = "a client that speaks no TLS does not notice that the service has stopped to speak it"
	// SendsNoHello is a client whose first data are no long ClientHello.
	SendsNoHello Bystander = "a client that speaks no TLS, or begins with a short ClientHello, does not notice what becomes of a long one"
	// AsksServer is a client that asks the server itself, where a proxy beside the way fails.
	AsksServer Bystander = "a client that asks the server itself does not notice what a proxy beside the way does"
)

// Check is a further attempt while the fault holds, made and captured after the scenario's own.
type Check struct {
	// Name is short and a part of file names: "tcp", "well-known-host".
	Name string
	// Question is what it answers, in one sentence.
	Question lang.Text
	// Client, Target and Timeout are as those of a [Scenario].
	Client  lab.Client
	Target  string
	Timeout time.Duration
	Want    Want
}

// Address is one of several that a service has.
type Address struct {
	// Host has it; empty stands for the server.
	Host string
	// OtherFamily says that it is of the family that the run is not about.
	OtherFamily bool
	// Wire is what must be seen of the attempts at it, as in [Want].
	Wire map[string]string
}

// PatientTimeout lets a client see three retransmissions of its SYN, after 1, 3 and 7 s, also where the kernel's timer
// is as late as it may be (an eighth of the interval).
const PatientTimeout = 8500 * time.Millisecond

// Fault breaks something in a lab. Its value holds parameters and no state.
type Fault interface {
	// String names what it breaks, in the words of a report. One that is a [lang.Worded] has them in other languages, too.
	String() string
	// Inject breaks it.
	Inject(ctx context.Context, b *lab.Bench) error
	// Verify proves that it took hold, by looking and not by trusting Inject.
	Verify(ctx context.Context, b *lab.Bench) error
	// Heal undoes it.
	Heal(ctx context.Context, b *lab.Bench) error
}

// ByHand is a fault that can be made with the usual tools, too.
type ByHand interface {
	// ByHand are the commands, for a standing lab of the scenario ("tcplab up"): none of them touches the user's machine.
	ByHand(f lab.Family) []string
}

// ForUDP is a fault or a fixture that knows whether it says something about a service on UDP ports. One that does not know is not used there.
type ForUDP interface {
	// UnfitForUDP is why it does not, in a sentence without its end; empty: it does.
	UnfitForUDP() string
}

// OwnClock is a fault that may go by a clock which does not run faster with the kernel's timers.
type OwnClock interface {
	// OwnClock reports whether it does.
	OwnClock() bool
}

// Fixture is a part of the lab beside its hosts and links. Its value holds parameters and no state.
type Fixture interface {
	// String names it in the words of a report: "security group on the router: tcp/8080".
	String() string
	// Install puts it in place, in the phase "up", once the service listens. The lab's removal removes it.
	Install(ctx context.Context, b *lab.Bench) error
}

// Describer is a fixture that becomes what the lab's hosts have for it, and so can say more of itself in a lab.
type Describer interface {
	Describe(b *lab.Bench) lang.Text
}

// Want is what must be seen while the fault holds. What is absent is not checked.
type Want struct {
	Client ClientWant
	// Wire has an expectation in the notation of package signature for each vantage point: "client",
	// "router:to-client", "router:to-server", "server". Before it is parsed, $MSS stands for the maximum segment size
	// that the family has on Ethernet, and a line that begins with "+rto*" for as many lines "+rto" as retransmissions
	// of a SYN fit into the client's patience, by the sysctls of its host. A line "or" stands between alternatives, of
	// which one must match; a line "then", of a client that connects again, between what its attempts must be and what its last one.
	Wire map[string]string
	// Lookup is about a client that looks the service's name up first.
	Lookup LookupWant
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
	// Code: the client has this name for its end ([lab.Outcome]), as for TLS that fails.
	Code string
	// Stage is what the client must have been waiting for when it failed, "lookup", "connect" or "read"; empty: not checked.
	Stage string
	// After is for how long the client waits by a timer of its own before it tries what makes it succeed.
	After time.Duration
	// Retransmissions is the number of SYNs that must have been sent again before the client succeeds.
	Retransmissions int
	// Within bounds the time to success or to the kernel's error, or the time by which the end of a timeout may come late
	// to the client; zero stands for [AtOnce].
	Within time.Duration
}

// AtOnce bounds what takes no timer: a few round trips in a lab, with room for a busy machine.
const AtOnce = 500 * time.Millisecond

// NeighbourGivenUp bounds the wait for a neighbour that does not answer: the kernel asks for it three times, a second apart (arp(7):
// mcast_solicit, retrans_time_ms), before it says EHOSTUNREACH. Time that is compressed does not compress that.
const NeighbourGivenUp = 4 * time.Second

// Counted is a thing of the lab that counts the packets it meets, such as a firewall rule of package faults.
type Counted interface {
	String() string
	// CounterName is its name among the counters of its host (package lab/agent, Counters).
	CounterName(f lab.Family) string
}

// CounterWant says by how much a counter of a host must grow while the client acts: by Exactly, plus the number of
// packets of a kind that a vantage point saw.
type CounterWant struct {
	Host string
	// AtLeast is for a counter that timers drive: it must grow by so much or more, and the rest is not checked.
	AtLeast int
	// Counter is a name among [lab.Counters], or a Rule's. One of ICMP, UDP or IP stands for that of the family: with IPv6,
	// "IcmpInEchos" for "Icmp6InEchos".
	Counter string
	Rule    Counted
	Exactly int
	// PacketsAt is a vantage point, Packet a packet in the notation of package signature, without a time: "> S".
	PacketsAt, Packet string
	// SYNs adds the SYNs that the client's kernel sends for as long as the client waits, by its schedule: where no capture holds
	// them.
	SYNs bool
}

func (w CounterWant) name(f lab.Family) string {
	if w.Rule != nil {
		return w.Rule.CounterName(f)
	}
	for name, name6 := range map[string]string{"Icmp": "Icmp6", "Udp": "Udp6", "IpForw": "Ip6OutForw", "IpOutNo": "Ip6OutNo"} {
		if rest, ok := strings.CutPrefix(w.Counter, name); ok && f == lab.IPv6 {
			return name6 + rest
		}
	}
	return w.Counter
}

// Plan is the topology of its lab.
func (s Scenario) Plan() lab.Topology {
	if s.Topology.Name == "" {
		return lab.Routed()
	}
	return s.Topology
}

func (s Scenario) timeout() time.Duration {
	if s.Timeout == 0 {
		return lab.DefaultTimeout
	}
	return s.Timeout
}

// Waits is for about how long a run waits for timers, in real time: of several runs, the longest are to begin first.
func (s Scenario) Waits() time.Duration {
	want, wait := s.Want.Client, time.Duration(0)
	switch {
	case want.endsByTimer():
		wait = s.timeout()
	case want.Retransmissions > 0:
		wait = time.Second<<want.Retransmissions - time.Second // RFC 6298, section 2
	default:
		wait = max(0, want.Within)
	}
	if p, ok := s.Client.(lab.Pauser); ok {
		wait += 3 * p.Pause() // while it is healthy, broken, and healed
	}
	return wait
}

// Validate reports what is wrong with a scenario before it is run: an unknown vantage point, an expectation that does
// not parse.
func (s Scenario) Validate() error {
	t := s.Plan()
	if err := t.Validate(); err != nil {
		return err
	}
	if s.Place != "" && len(t.EndsOf(s.Place)) == 0 {
		return fmt.Errorf("scenario %s: the topology has no host %q for it to break at", s.Name, s.Place)
	}
	for _, a := range actsOf(s, Options{}) {
		if err := a.validate(t); err != nil {
			return fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	return nil
}

func (a act) validate(t lab.Topology) error {
	if len(t.EndsOf(a.target)) == 0 {
		return fmt.Errorf("the topology has no host %q", a.target)
	}
	for point, host := range a.want.Sources {
		if !t.HasPoint(point) || len(t.EndsOf(host)) == 0 {
			return fmt.Errorf("the topology has no vantage point %q, or no host %q", point, host)
		}
	}
	wires := []map[string]string{a.want.Wire, a.want.Lookup.Wire, a.want.Lookup.Other}
	for _, also := range a.also {
		wires = append(wires, also.Wire)
	}
	for _, wire := range wires {
		if err := validateWire(wire, t); err != nil {
			return err
		}
	}
	for _, c := range a.want.Counters {
		if c.PacketsAt == "" {
			continue
		}
		if _, err := signature.ParsePacket(c.Packet); err != nil {
			return fmt.Errorf("counter %s: %w", c.name(lab.IPv4), err)
		}
	}
	return nil
}

func validateWire(wire map[string]string, t lab.Topology) error {
	for point, text := range wire {
		if !t.HasPoint(point) {
			return fmt.Errorf("the topology has no vantage point %q", point)
		}
		for _, f := range lab.Families {
			if _, err := expectations(text, circumstances{topology: t, family: f}); err != nil {
				return fmt.Errorf("wire at %s: %w", point, err)
			}
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
	case w.AtLeast > 0:
		return fmt.Sprintf("%s %d or more", text, w.AtLeast)
	case w.SYNs:
		return text + " the number of SYNs that are due while the client waits"
	case w.PacketsAt == "":
		return fmt.Sprintf("%s %d", text, w.Exactly)
	case w.Exactly == 0:
		return fmt.Sprintf("%s the number of packets %q at %s", text, w.Packet, w.PacketsAt)
	}
	return fmt.Sprintf("%s the number of packets %q at %s, %+d", text, w.Packet, w.PacketsAt, w.Exactly)
}
