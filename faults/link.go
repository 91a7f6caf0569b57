package faults

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// LinkDown takes a host's interface down, as a cable that is pulled at the host's own end or a Wi-Fi that is switched off.
// The kernel takes the routes over it away.
type LinkDown struct{ Host, Interface string }

func (f LinkDown) String() string { return f.Words().English }

// Words are those of String in each language.
func (f LinkDown) Words() lang.Text {
	return lang.Text{
		English: "the link %s of the %s is down",
		Korean:  "%[2]s의 %[1]s 링크가 내려가 있다",
	}.With(f.Interface, hostWords(f.Host))
}

// Inject takes it down.
func (f LinkDown) Inject(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, f.Host, agent.LinkVerb("down", f.Interface))
}

// Verify looks at its state.
func (f LinkDown) Verify(ctx context.Context, b *lab.Bench) error {
	links, err := links(ctx, b, f.Host)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(links, func(l agent.Link) bool { return l.Has(f.Interface) })
	if i < 0 || links[i].Up {
		return fmt.Errorf("the link %s of host %s is not down", f.Interface, f.Host)
	}
	return nil
}

// Heal configures the host anew, since with the link the kernel has taken away its routes and its IPv6 addresses; and
// waits until both ends of the link carry packets again.
func (f LinkDown) Heal(ctx context.Context, b *lab.Bench) error {
	if err := b.Configure(ctx, f.Host); err != nil {
		return err
	}
	return b.Topology.EachHost(func(host string) error {
		var names []string
		for _, e := range b.Topology.EndsOf(host) {
			names = append(names, e.Interface)
		}
		return b.Do(ctx, host, agent.LinkVerb("await", names...))
	})
}

// SmallMTU lets a host's interface take no packets of more than so many bytes, as one before a tunnel or a VPN does. A router
// that cannot pass a packet on for its size says so: ICMP "fragmentation needed", ICMPv6 "packet too big" (RFC 1191, RFC 8201).
type SmallMTU struct {
	Host, Interface string
	// MTU is in bytes, with the IP header; IPv6 needs 1280 at the least (RFC 8200 section 5).
	MTU int
}

// ethernetMTU is what the interfaces of a lab have by default.
const ethernetMTU = 1500

func (f SmallMTU) String() string { return f.Words().English }

// Words are those of String in each language.
func (f SmallMTU) Words() lang.Text {
	return lang.Text{
		English: "the interface %[1]s of the %[2]s takes packets of up to %[3]d bytes, and the %[2]s says so",
		Korean:  "%[2]s의 %[1]s 인터페이스는 %[3]d바이트까지의 패킷만 받고, %[2]s는 이를 알려 준다",
	}.With(f.Interface, hostWords(f.Host), f.MTU)
}

// Inject sets it.
func (f SmallMTU) Inject(ctx context.Context, b *lab.Bench) error { return f.set(ctx, b, f.MTU) }

// Verify reads it back.
func (f SmallMTU) Verify(ctx context.Context, b *lab.Bench) error {
	links, err := links(ctx, b, f.Host)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(links, func(l agent.Link) bool { return l.Has(f.Interface) }); i < 0 || links[i].MTU != f.MTU {
		return fmt.Errorf("the interface %s of host %s has not an MTU of %d bytes", f.Interface, f.Host, f.MTU)
	}
	return nil
}

// Heal sets the interface back to Ethernet's.
func (f SmallMTU) Heal(ctx context.Context, b *lab.Bench) error { return f.set(ctx, b, ethernetMTU) }

func (f SmallMTU) set(ctx context.Context, b *lab.Bench, mtu int) error {
	return b.Do(ctx, f.Host, agent.LinkVerb("mtu", f.Interface, strconv.Itoa(mtu)))
}

// ByHand implements harness.ByHand.
func (f SmallMTU) ByHand(lab.Family) []string {
	return []string{fmt.Sprintf("tcplab exec %s ip link set dev %s mtu %d", f.Host, f.Interface, f.MTU)}
}

// NoRoute takes away a host's routes beyond its own subnet.
type NoRoute struct{ Host string }

func (f NoRoute) String() string { return f.Words().English }

// Words are those of String in each language.
func (f NoRoute) Words() lang.Text {
	return lang.Text{
		English: "the %s has no default route",
		Korean:  "%s에 기본 경로(default route)가 없다",
	}.With(hostWords(f.Host))
}

// Inject removes the routes.
func (f NoRoute) Inject(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, f.Host, agent.RouteVerb("remove-default"))
}

// Verify reads the routing table: there must be no route beyond the links.
func (f NoRoute) Verify(ctx context.Context, b *lab.Bench) error {
	var routes []lab.Route
	if err := b.Query(ctx, f.Host, agent.RouteVerb("list"), &routes); err != nil {
		return err
	}
	if i := slices.IndexFunc(routes, func(r lab.Route) bool { return r.To.Bits() == 0 }); i >= 0 {
		return fmt.Errorf("host %s still has a route to %s via %s", f.Host, routes[i].To, routes[i].Via)
	}
	return nil
}

// Heal configures the host anew.
func (f NoRoute) Heal(ctx context.Context, b *lab.Bench) error { return b.Configure(ctx, f.Host) }

// StaleNeighbour pins a host's neighbour entry for another to a hardware address that nobody has: what a stale ARP entry
// does, or a switch that has learned an address on the wrong port.
type StaleNeighbour struct {
	// Host has the entry, Of is the host that it leads away from.
	Host, Of string
}

// deadMAC is locally administered, as those of the lab's interfaces are, and none of theirs.
const deadMAC = "02:00:de:ad:00:01"

func (f StaleNeighbour) String() string { return f.Words().English }

// Words are those of String in each language.
func (f StaleNeighbour) Words() lang.Text {
	return lang.Text{
		English: "the %s sends frames for the %s to a hardware address that nobody has",
		Korean:  "%s가 %s로 가는 프레임을 아무도 쓰지 않는 MAC 주소로 보낸다",
	}.With(hostWords(f.Host), hostWords(f.Of))
}

// Inject pins the entries.
func (f StaleNeighbour) Inject(ctx context.Context, b *lab.Bench) error { return f.each(ctx, b, "pin") }

// Verify reads the table.
func (f StaleNeighbour) Verify(ctx context.Context, b *lab.Bench) error {
	var table []lab.Neighbour
	if err := b.Query(ctx, f.Host, agent.NeighboursVerb(), &table); err != nil {
		return err
	}
	for _, family := range lab.Families {
		want := lab.Neighbour{Addr: b.Topology.Addr(f.Of, family), MAC: deadMAC, State: lab.Permanent}
		if !slices.Contains(table, want) {
			return fmt.Errorf("host %s has not pinned %s to %s", f.Host, want.Addr, want.MAC)
		}
	}
	return nil
}

// Heal lets the host ask again.
func (f StaleNeighbour) Heal(ctx context.Context, b *lab.Bench) error {
	return f.each(ctx, b, "forget")
}

func (f StaleNeighbour) each(ctx context.Context, b *lab.Bench, action string) error {
	for _, family := range lab.Families {
		if err := b.Do(ctx, f.Host, agent.NeighbourVerb(action, b.Topology.Addr(f.Of, family), deadMAC)); err != nil {
			return err
		}
	}
	return nil
}

// links are the interfaces of a host as they are.
func links(ctx context.Context, b *lab.Bench, host string) (list []agent.Link, err error) {
	return list, b.Query(ctx, host, agent.LinksVerb(), &list)
}
