package docker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sync/errgroup"
)

// createSegments creates the networks of the topology.
func (d *daemon) createSegments(ctx context.Context, p plan) (map[string]segment, error) {
	var (
		mu    sync.Mutex
		made  = map[string]segment{}
		group errgroup.Group
	)
	for _, spec := range p.topology.Segments {
		group.Go(func() error {
			s, err := d.createSegment(ctx, p, spec)
			if err != nil {
				return fmt.Errorf("docker: create network %s: %w", spec.Name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			made[spec.Name] = s
			return nil
		})
	}
	return made, group.Wait()
}

// subnetTries is how many subnets are tried when others are taken: there are 16384.
const subnetTries = 20

func (d *daemon) createSegment(ctx context.Context, p plan, spec lab.SegmentSpec) (segment, error) {
	for try := 1; ; try++ {
		subnet := randomSubnet()
		s, err := d.createNetwork(ctx, p, spec, subnet)
		if err == nil || try == subnetTries || !strings.Contains(err.Error(), "overlap") {
			return s, err
		}
	}
}

// bridgePrefix begins the names of the labs' bridges on the engine's machine, so that one rule of its firewall can be about all of them:
// see SECURITY.md.
const bridgePrefix = "tcplab-"

// createNetwork creates a plain bridge network, on which the engine's machine has no IPv4 address. Its kernel gives the bridge a
// link-local IPv6 address all the same, which no option of an engine takes away.
//
// It must not be an internal one: with bridge netfilter on, the engine's
// rules for those drop whatever comes from outside the subnet, and so all that a router forwards.
//
// It is created by the client and not by [github.com/testcontainers/testcontainers-go/network.New], which drops the
// driver's options.
func (d *daemon) createNetwork(ctx context.Context, p plan, spec lab.SegmentSpec, subnet netip.Prefix) (segment, error) {
	gateway := subnet.Addr().Next()
	s := segment{name: p.name(spec.Name), addrs: map[string]netip.Addr{}}
	for last := gateway; len(s.addrs) < len(spec.Ends); {
		last = last.Next()
		s.addrs[spec.Ends[len(s.addrs)].Host] = last
	}
	// A request that is cut off may still be carried out: it is let finish, so that what it made can be removed.
	ctx, cancel, err := detached(ctx)
	if err != nil {
		return s, err
	}
	defer cancel()
	made, err := d.api.NetworkCreate(ctx, s.name, client.NetworkCreateOptions{
		Driver: "bridge",
		Labels: p.labels(),
		IPAM:   &network.IPAM{Config: []network.IPAMConfig{{Subnet: subnet, Gateway: gateway}}},
		Options: map[string]string{
			"com.docker.network.bridge.name":                 bridgePrefix + randomID()[:8],
			"com.docker.network.bridge.enable_ip_masquerade": "false", // no way out of the lab
			"com.docker.network.bridge.inhibit_ipv4":         "true",  // no address of the machine in it
		},
	})
	s.id = made.ID
	return s, err
}

// randomSubnet is a /29 of 198.18.0.0/15, the range for tests of network devices (RFC 2544). Left to itself, the
// engine gives each network a /16 or /20 and has none left after thirty.
func randomSubnet() netip.Prefix {
	n := rand.IntN(1 << (29 - 15))
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18 + byte(n>>13), byte(n >> 5), byte(n << 3)}), 29)
}
