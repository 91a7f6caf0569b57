package lab

import (
	"net/netip"
	"slices"
	"strconv"
)

// The hosts and interfaces of the plans. A host of an engine that gives out names of its own (Docker: eth0, eth1 ...) carries
// these as alternative names, so that "tcpdump -i to-server" works on each engine.
const (
	leafInterface  = "eth0"
	RouterToClient = "to-client"
	RouterToServer = "to-server"

	// WellKnown is the host of [WithWellKnown] beside those of [Routed].
	WellKnown = "well-known"
	// Second is the second server of [WithSecond], Line the host of [WithLine] between router and server, and Twin that of
	// [OneLAN] that may take the server's address.
	Second = "second"
	// Core is the second router of [WithCore].
	Core = "core"
	Line = "line"
	Twin = "twin"
	// Names is the name server of [WithNames], and Names2 the second one of [WithTwoNames].
	Names  = "names"
	Names2 = "names2"
)

// leaf is a host with one interface, whose way out is a router.
func leaf(name, router4, router6 string) HostSpec {
	return HostSpec{Name: name, Routes: []Route{
		{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr(router4)},
		{To: netip.MustParsePrefix("::/0"), Via: netip.MustParseAddr(router6)},
	}}
}

// end is an interface with addresses.
func end(host, iface string, addrs ...string) EndSpec {
	e := EndSpec{Host: host, Interface: iface}
	for _, a := range addrs {
		e.Addrs = append(e.Addrs, netip.MustParsePrefix(a))
	}
	return e
}

// Routed is the default topology: client, router and server in two subnets of the documentation ranges (RFC 5737,
// RFC 3849). The router stands for whatever lies between: the fabric of a cloud, a security group, a NAT.
func Routed() Topology {
	return Topology{
		Name: "routed",
		Hosts: []HostSpec{
			leaf(ClientHost, "198.51.100.1", "2001:db8:1::1"),
			{Name: RouterHost, Sysctls: map[string]string{
				"net.ipv4.ip_forward":          "1",
				"net.ipv6.conf.all.forwarding": "1",
			}},
			leaf(ServerHost, "203.0.113.1", "2001:db8:2::1"),
		},
		Segments: []SegmentSpec{
			{Name: "client-side", Ends: []EndSpec{
				end(ClientHost, leafInterface, "198.51.100.10/24", "2001:db8:1::10/64"),
				end(RouterHost, RouterToClient, "198.51.100.1/24", "2001:db8:1::1/64"),
			}},
			{Name: "server-side", Ends: []EndSpec{
				end(RouterHost, RouterToServer, "203.0.113.1/24", "2001:db8:2::1/64"),
				end(ServerHost, leafInterface, "203.0.113.10/24", "2001:db8:2::10/64"),
			}},
		},
	}
}

// WithWellKnown is [Routed] with one more host behind the router, which stands for one that everybody knows to be up:
// whether it answers says whether the client is on the network at all.
func WithWellKnown() Topology {
	t := Routed().Named("routed, with a well-known host")
	t.Hosts = append(t.Hosts, leaf(WellKnown, "192.0.2.1", "2001:db8:3::1"))
	t.Segments = append(t.Segments, SegmentSpec{Name: "well-known-side", Ends: []EndSpec{
		end(RouterHost, "to-well-known", "192.0.2.1/24", "2001:db8:3::1/64"),
		end(WellKnown, leafInterface, "192.0.2.10/24", "2001:db8:3::10/64"),
	}})
	return t
}

// WithNames is [Routed] with a name server behind the router, in a subnet of its own, which the client asks for names.
func WithNames() Topology {
	t := Routed().Named("routed, with a name server")
	t.Hosts[0].NameServers = []string{Names}
	t.Hosts = append(t.Hosts, nameServer(Names))
	t.Segments = append(t.Segments, SegmentSpec{Name: "names-side", Ends: []EndSpec{
		end(RouterHost, "to-names", "192.0.2.1/24", "2001:db8:3::1/64"),
		end(Names, leafInterface, "192.0.2.53/24", "2001:db8:3::53/64"),
	}})
	return t
}

// nameServer is a host beside the way on which any program may listen on the port of name servers, as in a container's network it may not
// with every engine.
func nameServer(name string) HostSpec {
	h := leaf(name, "192.0.2.1", "2001:db8:3::1")
	h.Sysctls = map[string]string{"net.ipv4.ip_unprivileged_port_start": strconv.Itoa(NamePort)}
	return h
}

// WithTwoNames is [WithNames] with a second name server beside the first, which the client asks when that one does not answer.
func WithTwoNames() Topology {
	t := WithNames().Named("routed, with two name servers")
	t.Hosts[0].NameServers = []string{Names, Names2}
	t.Hosts = append(t.Hosts, nameServer(Names2))
	t.Segments[2].Ends = append(t.Segments[2].Ends, end(Names2, leafInterface, "192.0.2.54/24", "2001:db8:3::54/64"))
	return t
}

// WithNamesAndSecond is [WithNames] with a second server beside the first: one to whose address a name may lead by mistake.
func WithNamesAndSecond() Topology {
	t := WithNames().Named("routed, with a name server and a second server")
	t.Hosts = append(t.Hosts, leaf(Second, "203.0.113.1", "2001:db8:2::1"))
	t.Segments[1].Ends = append(t.Segments[1].Ends, end(Second, leafInterface, "203.0.113.11/24", "2001:db8:2::11/64"))
	return t
}

// WithSecond is [Routed] with a second server beside the first, on the same segment: for failover, for balancing, for a
// name with two addresses.
func WithSecond() Topology {
	t := Routed().Named("routed, with a second server")
	t.Hosts = append(t.Hosts, leaf(Second, "203.0.113.1", "2001:db8:2::1"))
	t.Segments[1].Ends = append(t.Segments[1].Ends, end(Second, leafInterface, "203.0.113.11/24", "2001:db8:2::11/64"))
	return t
}

// WithLine is [Routed] with a line between router and server: a host that has no addresses and passes frames on, in its own
// time (package faults, Line). It stands for a network in between that delays, loses, doubles or reorders packets, or that
// takes small ones only.
func WithLine() Topology {
	t := Routed().Named("routed, over a line")
	t.Hosts = slices.Insert(t.Hosts, 2, HostSpec{Name: Line})
	server := t.Segments[1]
	t.Segments = []SegmentSpec{t.Segments[0],
		{Name: "router-side", Ends: []EndSpec{server.Ends[0], end(Line, RouterToClient)}},
		{Name: "server-side", Ends: []EndSpec{end(Line, RouterToServer), server.Ends[1]}},
	}
	return t
}

// WithCore is [Routed] with one more router behind the first: the way leads over two of them, each of which decides for itself.
func WithCore() Topology {
	t := Routed().Named("routed, over two routers")
	core := leaf(Core, "192.0.2.5", "2001:db8:3::5")
	core.Sysctls = t.Hosts[1].Sysctls
	t.Hosts = slices.Insert(t.Hosts, 2, core)
	t.Hosts[1].Routes = []Route{
		{To: netip.MustParsePrefix("203.0.113.0/24"), Via: netip.MustParseAddr("192.0.2.6")},
		{To: netip.MustParsePrefix("2001:db8:2::/64"), Via: netip.MustParseAddr("2001:db8:3::6")},
	}
	server := t.Segments[1].Ends[1]
	t.Segments = []SegmentSpec{t.Segments[0],
		{Name: "between", Ends: []EndSpec{
			end(RouterHost, RouterToServer, "192.0.2.5/24", "2001:db8:3::5/64"),
			end(Core, RouterToClient, "192.0.2.6/24", "2001:db8:3::6/64"),
		}},
		{Name: "server-side", Ends: []EndSpec{end(Core, RouterToServer, "203.0.113.1/24", "2001:db8:2::1/64"), server}},
	}
	return t
}

// OneLAN is a client and a server on one segment, without a router between, and a twin that is silent: a third host, for
// addresses that two machines have.
func OneLAN() Topology {
	return Topology{
		Name:  "one LAN",
		Hosts: []HostSpec{{Name: ClientHost}, {Name: ServerHost}, {Name: Twin}},
		Segments: []SegmentSpec{{Name: "lan", Ends: []EndSpec{
			end(ClientHost, leafInterface, "203.0.113.20/24", "2001:db8:2::20/64"),
			end(ServerHost, leafInterface, "203.0.113.10/24", "2001:db8:2::10/64"),
			end(Twin, leafInterface, "203.0.113.30/24", "2001:db8:2::30/64"),
		}}},
	}
}
