package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// BlockNeighbours lets a host's own firewall drop what asks for its hardware address and what answers its own questions: all ICMPv6, Neighbor
// Discovery too, and with IPv4 all ARP. The last hop before it has forgotten the address, as it does by itself after a time without traffic.
type BlockNeighbours struct{ Host, LastHop string }

func (f BlockNeighbours) String() string { return f.Words().English }

// Words are those of String in each language.
func (f BlockNeighbours) Words() lang.Text {
	return lang.Text{
		English: "the firewall on the %s drops all ICMPv6 (with IPv4: all ARP), and the %s has forgotten its hardware address",
		Korean:  "%s의 방화벽이 ICMPv6을 모두(IPv4에서는 ARP를 모두) 드롭하고, %s는 그 MAC 주소를 잊었다",
	}.With(hostWords(f.Host), hostWords(f.LastHop))
}

// neighbourCounter is among the [lab.Counters] of a host with such a firewall: how many packets that came in it has dropped.
const neighbourCounter = "neighbour filter: dropped"

// CounterName implements harness.Counted.
func (BlockNeighbours) CounterName(lab.Family) string { return neighbourCounter }

// neighbourFilterVerb puts the firewall of one family in place ("set"), or removes it ("remove").
func neighbourFilterVerb(action string, f lab.Family) []string {
	return lab.Verb("neighbour-filter", action, "--family", strconv.Itoa(int(f)))
}

// Inject puts the firewall in place, and then lets the last hop forget.
func (f BlockNeighbours) Inject(ctx context.Context, b *lab.Bench) error {
	if err := b.Do(ctx, f.Host, neighbourFilterVerb("set", b.Family)); err != nil {
		return err
	}
	return f.forget(ctx, b)
}

func (f BlockNeighbours) forget(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, f.LastHop, agent.NeighbourVerb("forget", b.Topology.Addr(f.Host, b.Family), ""))
}

// Verify reads the firewall's counter, and looks at the last hop's table.
func (f BlockNeighbours) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, f.Host, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if _, ok := counters[neighbourCounter]; !ok {
		return fmt.Errorf("host %s has no firewall rule by which it drops questions for its hardware address", f.Host)
	}
	var table []lab.Neighbour
	if err := b.Query(ctx, f.LastHop, agent.NeighboursVerb(), &table); err != nil {
		return err
	}
	addr := b.Topology.Addr(f.Host, b.Family)
	if slices.ContainsFunc(table, func(n lab.Neighbour) bool { return n.Addr == addr && n.MAC != "" }) {
		return fmt.Errorf("host %s still knows the hardware address of %s", f.LastHop, addr)
	}
	return nil
}

// Heal removes the firewall, and lets the last hop ask again.
func (f BlockNeighbours) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.Do(ctx, f.Host, neighbourFilterVerb("remove", b.Family)), f.forget(ctx, b))
}

// OwnClock implements harness.OwnClock: how long a kernel asks in vain is the same in compressed time.
func (BlockNeighbours) OwnClock() bool { return true }
