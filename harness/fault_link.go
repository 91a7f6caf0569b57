package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// LinkDown takes a host's interface down, as a cable that is pulled at the host's own end or a Wi-Fi that is switched off.
// The kernel takes the routes over it away.
type LinkDown struct{ Host, Interface string }

func (f LinkDown) String() string {
	return fmt.Sprintf("the link %s of the %s is down", f.Interface, f.Host)
}

// Inject takes it down.
func (f LinkDown) Inject(ctx context.Context, b *Bench) error {
	return b.do(ctx, f.Host, LinkVerb("down", f.Interface))
}

// Verify looks at its state.
func (f LinkDown) Verify(ctx context.Context, b *Bench) error {
	links, err := b.links(ctx, f.Host)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(links, func(l Link) bool { return l.has(f.Interface) })
	if i < 0 || links[i].Up {
		return fmt.Errorf("the link %s of host %s is not down", f.Interface, f.Host)
	}
	return nil
}

// Heal configures the host anew, since with the link the kernel has taken away its routes and its IPv6 addresses; and
// waits until both ends of the link carry packets again.
func (f LinkDown) Heal(ctx context.Context, b *Bench) error {
	if err := b.configure(ctx, f.Host); err != nil {
		return err
	}
	return eachHost(b.Topology, func(host string) error {
		var names []string
		for _, e := range b.Topology.EndsOf(host) {
			names = append(names, e.Interface)
		}
		return b.do(ctx, host, LinkVerb("await", names...))
	})
}

// NoRoute takes away a host's routes beyond its own subnet.
type NoRoute struct{ Host string }

func (f NoRoute) String() string { return fmt.Sprintf("the %s has no default route", f.Host) }

// Inject removes the routes.
func (f NoRoute) Inject(ctx context.Context, b *Bench) error {
	return b.do(ctx, f.Host, RouteVerb("remove-default"))
}

// Verify reads the routing table: there must be no route beyond the links.
func (f NoRoute) Verify(ctx context.Context, b *Bench) error {
	var routes []Route
	if err := b.query(ctx, f.Host, RouteVerb("list"), &routes); err != nil {
		return err
	}
	if i := slices.IndexFunc(routes, func(r Route) bool { return r.To.Bits() == 0 }); i >= 0 {
		return fmt.Errorf("host %s still has a route to %s via %s", f.Host, routes[i].To, routes[i].Via)
	}
	return nil
}

// Heal configures the host anew.
func (f NoRoute) Heal(ctx context.Context, b *Bench) error { return b.configure(ctx, f.Host) }

// StaleNeighbour pins a host's neighbour entry for another to a hardware address that nobody has: what a stale ARP entry
// does, or a switch that has learned an address on the wrong port.
type StaleNeighbour struct {
	// Host has the entry, Of is the host that it leads away from.
	Host, Of string
}

// deadMAC is locally administered, as those of the lab's interfaces are, and none of theirs.
const deadMAC = "02:00:de:ad:00:01"

func (f StaleNeighbour) String() string {
	return fmt.Sprintf("the %s sends frames for the %s to a hardware address that nobody has", f.Host, f.Of)
}

// Inject pins the entries.
func (f StaleNeighbour) Inject(ctx context.Context, b *Bench) error { return f.each(ctx, b, "pin") }

// Verify reads the table.
func (f StaleNeighbour) Verify(ctx context.Context, b *Bench) error {
	var table []Neighbour
	if err := b.query(ctx, f.Host, NeighboursVerb(), &table); err != nil {
		return err
	}
	for _, family := range Families {
		want := Neighbour{Addr: b.Topology.Addr(f.Of, family), MAC: deadMAC, State: Permanent}
		if !slices.Contains(table, want) {
			return fmt.Errorf("host %s has not pinned %s to %s", f.Host, want.Addr, want.MAC)
		}
	}
	return nil
}

// Heal lets the host ask again.
func (f StaleNeighbour) Heal(ctx context.Context, b *Bench) error { return f.each(ctx, b, "forget") }

func (f StaleNeighbour) each(ctx context.Context, b *Bench, action string) error {
	for _, family := range Families {
		if err := b.do(ctx, f.Host, NeighbourVerb(action, b.Topology.Addr(f.Of, family), deadMAC)); err != nil {
			return err
		}
	}
	return nil
}

// LinkVerb takes an interface down (action "down"), or waits until interfaces carry packets ("await").
func LinkVerb(action string, names ...string) []string {
	return append(Verb("link", action), names...)
}

// LinksVerb prints the interfaces as a JSON list of [Link].
func LinksVerb() []string { return Verb("link", "list") }

// Link is a host's interface as it is.
type Link struct {
	// Names are the kernel's name and the alternative ones.
	Names []string `json:"names"`
	// Up is what "ip link set up" sets, IFF_UP of netdevice(7).
	Up bool `json:"up"`
}

func (l Link) has(name string) bool { return slices.Contains(l.Names, name) }

// RouteVerb prints the routes as a JSON list of [Route] ("list"), or removes those to everywhere ("remove-default").
func RouteVerb(action string) []string { return Verb("route", action) }

func (b *Bench) links(ctx context.Context, host string) (list []Link, err error) {
	return list, b.query(ctx, host, LinksVerb(), &list)
}

// configure gives a host again the addresses and routes of the topology.
func (b *Bench) configure(ctx context.Context, host string) error {
	config, err := b.Topology.Config(host)
	if err != nil {
		return err
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	h, err := b.Host(host)
	if err != nil {
		return err
	}
	cmd := h.Command(ConfigureVerb()...)
	cmd.Stdin = bytes.NewReader(text)
	if _, err := cmd.Output(ctx); err != nil {
		return fmt.Errorf("host %s: %w", host, err)
	}
	return nil
}
