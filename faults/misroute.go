package faults

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// RouteKind is how a route is wrong.
type RouteKind string

// The wrong routes.
const (
	// Blackhole drops without a word: a null route, ip-route(8).
	Blackhole RouteKind = "blackhole"
	// Unreachable answers with ICMP "host unreachable", and Prohibit with "administratively prohibited".
	Unreachable RouteKind = "unreachable"
	Prohibit    RouteKind = "prohibit"
	// Missing is no route at all.
	Missing RouteKind = "throw"
	// Direct takes the address for one of the host's own link, as a wrong netmask does.
	Direct RouteKind = "direct"
	// DeadGateway leads to a gateway that nobody is.
	DeadGateway RouteKind = "via"
)

var routeWords = map[RouteKind]lang.Text{
	Blackhole:   {English: "the %s throws away what goes to the %s (a blackhole route)", Korean: "%s가 %s로 가는 패킷을 버린다(블랙홀 라우트)"},
	Unreachable: {English: "the %s has an unreachable route to the %s", Korean: "%s에서 %s로 가는 경로가 도달 불가로 되어 있다(unreachable 라우트)"},
	Prohibit:    {English: "the %s has a prohibited route to the %s", Korean: "%s에서 %s로 가는 경로가 금지되어 있다(금지 라우트)"},
	Missing:     {English: "the %s has no route to the %s", Korean: "%s에 %s로 가는 경로가 없다"},
	Direct:      {English: "the %s takes the %s for a host on its own link", Korean: "%s가 %s를 자기 링크에 있는 호스트로 여긴다"},
	DeadGateway: {English: "the %s sends what goes to the %s to a gateway that is not there", Korean: "%s가 %s로 가는 패킷을 있지도 않은 게이트웨이로 보낸다"},
}

// Misroute gives a host a wrong route to another one.
type Misroute struct {
	// To is the host that the route leads away from; empty: it is the route to everywhere.
	Host, To string
	Kind     RouteKind
}

func (f Misroute) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Misroute) Words() lang.Text {
	return routeWords[f.Kind].With(hostWords(f.Host), hostWords(cmp.Or(f.To, "outside")))
}

// Inject sets the route.
func (f Misroute) Inject(ctx context.Context, b *lab.Bench) error {
	return f.each(b, func(r lab.Route) error {
		args := []string{string(f.Kind), r.To.String()}
		if f.Kind == DeadGateway {
			args = append(args, r.Via.String())
		}
		return b.Do(ctx, f.Host, agent.RouteVerb("set", args...))
	})
}

// Verify reads the routing table.
func (f Misroute) Verify(ctx context.Context, b *lab.Bench) error {
	var routes []lab.Route
	if err := b.Query(ctx, f.Host, agent.RouteVerb("list"), &routes); err != nil {
		return err
	}
	return f.each(b, func(want lab.Route) error {
		if !slices.Contains(routes, want) {
			return fmt.Errorf("host %s has no route to %s of the kind %q", f.Host, want.To, f.Kind)
		}
		return nil
	})
}

// Heal removes it; a route to everywhere gets its old place back.
func (f Misroute) Heal(ctx context.Context, b *lab.Bench) error {
	if f.To == "" {
		return b.Configure(ctx, f.Host)
	}
	return f.each(b, func(r lab.Route) error {
		return b.Do(ctx, f.Host, agent.RouteVerb("unset", r.To.String()))
	})
}

// each does something with the route of each family.
func (f Misroute) each(b *lab.Bench, do func(lab.Route) error) error {
	for _, family := range lab.Families {
		r := lab.Route{To: f.to(b.Topology, family)}
		switch f.Kind {
		case DeadGateway:
			r.Via = nobodyAt(b.Topology, f.Host, family)
		case Direct:
		default:
			r.Kind = string(f.Kind)
		}
		if err := do(r); err != nil {
			return err
		}
	}
	return nil
}

// to is where the route leads.
func (f Misroute) to(t lab.Topology, family lab.Family) netip.Prefix {
	if f.To != "" {
		addr := t.Addr(f.To, family)
		return netip.PrefixFrom(addr, addr.BitLen())
	}
	if family == lab.IPv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

// nobodyAt is an address of the host's first subnet that no host of the lab has.
func nobodyAt(t lab.Topology, host string, f lab.Family) netip.Addr {
	own := t.Addr(host, f).AsSlice()
	own[len(own)-1] = 0xfd
	addr, _ := netip.AddrFromSlice(own)
	return addr
}

// ByHand implements harness.ByHand.
func (f Misroute) ByHand(family lab.Family) []string {
	t := lab.Routed()
	to := f.to(t, family)
	route := fmt.Sprintf("%s %s", f.Kind, to)
	switch f.Kind {
	case Direct:
		route = fmt.Sprintf("%s dev %s", to, t.EndsOf(f.Host)[0].Interface)
	case DeadGateway:
		route = fmt.Sprintf("%s via %s", to, nobodyAt(t, f.Host, family))
	}
	return []string{fmt.Sprintf("tcplab exec %s ip route replace %s", f.Host, route)}
}
