package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// The names of two counters of a host that has a rule waiting for its instant: how many packets have brought that about, and how
// many the rule has then matched.
const (
	InstantCounter = "armed: instant"
	ArmedCounter   = "armed: matched"
)

// ArmVerb lets a rule wait on a host until a connection with one of the ports reaches the instant. Where the rule is about the first port,
// it holds for each of them.
func ArmVerb(at lab.Instant, ports []int, f lab.Family, r Rule) []string {
	argv := lab.Verb("armed", "set", "--at", string(at), "--service", lab.JoinPorts(ports, ","))
	return append(argv, FirewallVerb("", f, r)[len(lab.Verb("firewall", "")):]...)
}

// Arm lets the rule wait in the host's kernel: it holds, for every connection, from the packet on that comes after the one by which a
// connection has reached the instant. So no clock has a part in it.
func (f FirewallRule) Arm(ctx context.Context, b *lab.Bench, at lab.Instant) error {
	switch {
	case at == lab.Idle || at == lab.Signalled:
		return fmt.Errorf("a rule that waits for what is no packet (%s): %w by the kernel", at, lab.ErrUnsupported)
	case f.Rule.Proto != lab.ProtoTCP || b.Service.UDP() || f.Rule.First != 0 || f.Rule.Every != 0:
		return fmt.Errorf("rule %s as one that waits for a connection: %w", f.Rule, lab.ErrUnsupported)
	}
	return b.Do(ctx, f.Host, ArmVerb(at, b.Service.Numbers(), b.Family, f.Rule.in(b)[0]))
}

// Came reports whether the instant has come. Where the rule is not there, the error says so.
func (f FirewallRule) Came(ctx context.Context, b *lab.Bench) (bool, error) {
	counters := lab.Counters{}
	if err := b.Query(ctx, f.Host, agent.CountersVerb(), &counters); err != nil {
		return false, err
	}
	n, ok := counters[InstantCounter]
	if !ok {
		return false, fmt.Errorf("host %s has no rule that waits", f.Host)
	}
	return n > 0, nil
}

// Disarm removes the rule, and what waits for its instant.
func (f FirewallRule) Disarm(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, f.Host, lab.Verb("armed", "remove"))
}

// OwnMoment is the segment at which it breaks a connection, whatever else is asked for.
func (c Cut) OwnMoment() string {
	return fmt.Sprintf("it breaks each connection at a moment of its own (%s)", c.From)
}
