package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Overlap gives the server one more interface, whose subnet is the client's: a bridge for containers, as Docker makes it, or a VPN, with
// addresses that the company uses elsewhere. What goes to the client leaves by it from then on, and so does not arrive. Where the server
// filters by the reverse path, what comes from the client is dropped even before ([StrictReversePath]).
type Overlap struct{}

// overlapBridge is the name of the bridge.
const overlapBridge = "br-overlap"

// StrictReversePath is [lab.Routed] with a server that drops a packet whose sender it would answer by another interface (RFC 3704 section 2.2;
// net.ipv4.conf.all.rp_filter=1). The kernel has that for IPv4 alone.
func StrictReversePath() lab.Topology {
	return lab.Routed().With(lab.ServerHost, "net.ipv4.conf.all.rp_filter", "1").Named("routed, with a server that filters by the reverse path")
}

func (o Overlap) String() string { return o.Words().English }

// Words are those of String in each language.
func (Overlap) Words() lang.Text {
	return lang.Text{
		English: "the server has a bridge for containers with the client's subnet, and its way to the client leads into that",
		Korean:  "서버에 클라이언트와 같은 서브넷을 쓰는 컨테이너용 브리지가 있고, 클라이언트로 가는 길이 그리로 이어진다",
	}
}

// CounterName is the kernel's counter of what the filter has dropped, of a server that filters.
func (Overlap) CounterName(lab.Family) string { return "TcpExtIPReversePathFilter" }

// subnet is the client's, with an address of it that no host has.
func (Overlap) subnet(b *lab.Bench) netip.Prefix {
	bits := b.Topology.EndsOf(lab.ClientHost)[0].Addrs[0].Bits()
	return netip.PrefixFrom(nobodyAt(b.Topology, lab.ClientHost, lab.IPv4), bits)
}

// Inject makes the bridge.
func (f Overlap) Inject(ctx context.Context, b *lab.Bench) error {
	if b.Family != lab.IPv4 {
		return fmt.Errorf("a bridge whose subnet of IPv4 is the client's: %w with IPv6", lab.ErrUnsupported)
	}
	return b.Do(ctx, lab.ServerHost, lab.Verb("bridge", "add", overlapBridge, f.subnet(b).String()))
}

// Verify looks for the bridge, and for the route to the client's subnet that needs no gateway.
func (f Overlap) Verify(ctx context.Context, b *lab.Bench) error {
	list, err := links(ctx, b, lab.ServerHost)
	if err != nil {
		return err
	}
	var routes []lab.Route
	if err := b.Query(ctx, lab.ServerHost, agent.RouteVerb("list"), &routes); err != nil {
		return err
	}
	there := slices.ContainsFunc(list, func(l agent.Link) bool { return l.Has(overlapBridge) })
	if want := (lab.Route{To: f.subnet(b).Masked()}); !there || !slices.Contains(routes, want) {
		return errors.New("the server has no bridge with the client's subnet")
	}
	return nil
}

// Heal removes the bridge, and with it the route.
func (Overlap) Heal(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.ServerHost, lab.Verb("bridge", "remove", overlapBridge))
}

// ByHand implements harness.ByHand.
func (f Overlap) ByHand(lab.Family) []string {
	prefix := f.subnet(&lab.Bench{Topology: lab.Routed()})
	return []string{
		fmt.Sprintf("tcplab exec %s ip link add %s type bridge", lab.ServerHost, overlapBridge),
		fmt.Sprintf("tcplab exec %s ip addr add %s dev %s", lab.ServerHost, prefix, overlapBridge),
		fmt.Sprintf("tcplab exec %s ip link set %s up", lab.ServerHost, overlapBridge),
	}
}

// UnfitForUDP implements harness.ForUDP.
func (Overlap) UnfitForUDP() string { return "" }
