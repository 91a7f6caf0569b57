// Package lab is the seam between what runs a failure and where it runs: an Engine builds a Lab out of a Topology, a Lab
// has Hosts, and a Host can do one thing, run a command and give back its streams. Everything else (capture, listen,
// dial, firewall rules) is a command run on a host, so that it works the same on every engine.
//
// The lab's own commands are verbs, "tcplab host VERB": package agent has those that every host needs, package faults
// those that break something. A [Bench] is a lab in use; a [Service] is what is under test in it, a [Client] what is put
// into the failure.
package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// Engine builds labs. An engine is safe for concurrent use: any number of labs of one engine stand side by side.
type Engine interface {
	// Name is the engine's name on the command line, such as "netns" or "docker".
	Name() string
	// Available reports why the engine cannot build labs here, in one sentence that says what to do, or nil.
	Available(ctx context.Context) error
	// Build builds the topology with every address, route and sysctl in place. When it fails it leaves nothing behind.
	Build(ctx context.Context, t Topology) (Lab, error)
}

// Preparer is an engine that makes something once on a machine, such as an image, before a first lab can be built.
type Preparer interface {
	// Prepare makes what the topology needs and the machine lacks. It may take minutes; the engine bounds it.
	Prepare(ctx context.Context, t Topology) error
}

// Lab is a topology that is up.
type Lab interface {
	// Host returns the named host of the topology.
	Host(name string) (Host, error)
	// Close removes the lab and everything in it. It may be called more than once. The context bounds the time it
	// takes; it should not be the context of the run, which may have been cancelled.
	Close(ctx context.Context) error
}

// Host is one machine of a lab.
type Host interface {
	Name() string
	// Command prepares a command on this host. The lab's own verbs are Command("tcplab", "host", verb, ...) and exist
	// on every host of every engine.
	Command(argv ...string) *Cmd
	// Addr returns the host's first address of the family, or the zero Addr when it has none.
	Addr(f Family) netip.Addr
}

// Contained is a host that is a container of an engine with a command line of its own, as docker has.
type Contained interface {
	// Container is the container's name, for "docker exec" and "docker logs".
	Container() string
}

// Stopper is a host that can be switched off and on. Switched off, it is gone from its network as a machine without
// power: its processes are dead and its link is down without a farewell. Its neighbours keep their links.
type Stopper interface {
	Stop(ctx context.Context) error
	// Start brings the host back with the addresses, routes and sysctls of the topology, and no process running.
	Start(ctx context.Context) error
}

// Resident is a host whose programs and files are those of this machine, as a namespace's are and a container's are not.
type Resident interface {
	// Resident does nothing: to have it says it all.
	Resident()
}

// Imager is an engine whose hosts run commands in containers of images ([Cmd.Image]).
type Imager interface {
	// FindImage reports in one sentence why there is no such image, or nil. It fetches none.
	FindImage(ctx context.Context, image string) error
}

// Controller is a host whose network this process can reach. Its Control is for [net.Dialer] and [net.ListenConfig]:
// the socket they are about to use is replaced by one of this host, so that any Go client that takes a dialer runs
// inside the lab.
type Controller interface {
	Control(network, address string, c syscall.RawConn) error
}

// Equipped is a host that comes with programs of its own, the same ones wherever its engine runs. What happens to be
// installed on the user's machine is not among them: a lab must be the same on each.
type Equipped interface {
	// Has reports whether the program is one of them.
	Has(program string) bool
}

// ErrHostStopped is wrapped by what a command returns when its host is switched off.
var ErrHostStopped = errors.New("the host is switched off")

// ErrUnsupported is wrapped by the error of an engine, or of a host, that lacks what a scenario needs.
var ErrUnsupported = errors.New("not supported")

// Family is the version of the Internet Protocol.
type Family int

// The two families.
const (
	IPv4 Family = 4
	IPv6 Family = 6
)

// Families lists every family.
var Families = []Family{IPv4, IPv6}

func (f Family) String() string { return fmt.Sprintf("ipv%d", int(f)) }

// Other is the other family.
func (f Family) Other() Family {
	if f == IPv4 {
		return IPv6
	}
	return IPv4
}

// Of reports whether the address belongs to the family.
func (f Family) Of(a netip.Addr) bool { return a.IsValid() && a.Is4() == (f == IPv4) }

// Sweeper is an engine of which something can be left behind when its program is killed.
type Sweeper interface {
	// Sweep removes what ended runs of this machine have left, and nothing that is not the lab's. It returns the names
	// of what it has removed, and of what it has kept because it is in use or belongs to a run of another machine.
	Sweep(ctx context.Context) (removed, kept []string, err error)
}

// Accelerator is an engine that can build labs in compressed time, in which the kernel's timers run faster.
type Accelerator interface {
	// AtSpeed returns an engine whose labs are that many times faster, or as nearly as the kernel can. Where it is not
	// permitted, the error says why and wraps [ErrUnsupported]. The engine of speed 1 is the same each time, and closed with this one.
	AtSpeed(speed float64) (Engine, error)
}

// Accelerated is an engine whose labs are in compressed time.
type Accelerated interface {
	// Speed is how many times faster its timers are; 1 for real time.
	Speed() float64
}

// Witnessed is an engine whose labs have their verbs in one process, which is not this one.
type Witnessed interface {
	// Attend lets that process look on until leave is called. late is by how much one of the verbs was late at the most between two times.
	Attend(ctx context.Context) (late func(from, to time.Time) time.Duration, leave func(), err error)
}

// AtSpeed returns the engine's like in compressed time. Its error says why there is none and wraps [ErrUnsupported].
func AtSpeed(e Engine, speed float64) (Engine, error) {
	if a, ok := e.(Accelerator); ok {
		return a.AtSpeed(speed)
	}
	return nil, fmt.Errorf("%s: time cannot be compressed: %w by this engine", e.Name(), ErrUnsupported)
}

// SpeedOf is the speed of an engine's labs.
func SpeedOf(e Engine) float64 {
	if a, ok := e.(Accelerated); ok {
		return a.Speed()
	}
	return 1
}
