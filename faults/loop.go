package faults

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Loop lets the core of [lab.WithCore] send what goes to the server back to the router, which sends it to the core again, until its
// time to live ends: a routing loop.
type Loop struct{}

// LoopedCore is [lab.WithCore] whose core does not tell the sender that it goes by a detour (ICMP redirect, RFC 792): routers mostly
// are set so, and it would be wrong advice here.
func LoopedCore() lab.Topology {
	return lab.WithCore().With(lab.Core, "net.ipv4.conf.all.send_redirects", "0").With(lab.Core, "net.ipv4.conf.default.send_redirects", "0")
}

func (l Loop) String() string { return l.Words().English }

// Words are those of String in each language.
func (Loop) Words() lang.Text {
	return lang.Text{
		English: "the core sends what goes to the server back to the router, which sends it to the core again",
		Korean:  "코어가 서버로 가는 패킷을 라우터로 되돌려 보내고, 라우터는 이를 다시 코어로 보낸다",
	}
}

// Inject sets the routes.
func (f Loop) Inject(ctx context.Context, b *lab.Bench) error {
	return f.each(b, func(r lab.Route) error {
		return b.Do(ctx, lab.Core, agent.RouteVerb("set", "via", r.To.String(), r.Via.String()))
	})
}

// Verify reads the routing table.
func (f Loop) Verify(ctx context.Context, b *lab.Bench) error {
	var routes []lab.Route
	if err := b.Query(ctx, lab.Core, agent.RouteVerb("list"), &routes); err != nil {
		return err
	}
	return f.each(b, func(want lab.Route) error {
		if !slices.Contains(routes, want) {
			return fmt.Errorf("host %s has no route to %s via %s", lab.Core, want.To, want.Via)
		}
		return nil
	})
}

// Heal removes them.
func (f Loop) Heal(ctx context.Context, b *lab.Bench) error {
	return f.each(b, func(r lab.Route) error { return b.Do(ctx, lab.Core, agent.RouteVerb("unset", r.To.String())) })
}

// each does something with the route of each family.
func (Loop) each(b *lab.Bench, do func(lab.Route) error) error {
	for _, family := range lab.Families {
		to := b.Topology.Addr(lab.ServerHost, family)
		if err := do(lab.Route{To: netip.PrefixFrom(to, to.BitLen()), Via: defaultOf(b.Topology, lab.Core, family)}); err != nil {
			return err
		}
	}
	return nil
}

// defaultOf is the gateway by which a host of the plan sends what it has no other route for.
func defaultOf(t lab.Topology, host string, family lab.Family) netip.Addr {
	for _, h := range t.Hosts {
		for _, r := range h.Routes {
			if h.Name == host && r.To.Bits() == 0 && family.Of(r.Via) {
				return r.Via
			}
		}
	}
	return netip.Addr{}
}

// ByHand implements harness.ByHand.
func (Loop) ByHand(family lab.Family) []string {
	t := lab.WithCore()
	return []string{fmt.Sprintf("tcplab exec %s ip route replace %s via %s", lab.Core, t.Addr(lab.ServerHost, family), defaultOf(t, lab.Core, family))}
}
