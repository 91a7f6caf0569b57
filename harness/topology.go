package harness

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// Topology is the plan of a lab: hosts, and the segments that join them. It is a value and holds no handle.
type Topology struct {
	Name     string        `json:"name"`
	Hosts    []HostSpec    `json:"hosts"`
	Segments []SegmentSpec `json:"segments"`
	// PinNeighbours gives every host a permanent entry for its neighbours, so that none asks who has an address (ARP,
	// Neighbour Discovery). The kernel's table of entries that were learned is one for all namespaces of a machine
	// (net.ipv4.neigh.default.gc_thresh3, 1024 of them) and full with some 250 labs; permanent ones do not count.
	PinNeighbours bool `json:"pin_neighbours,omitempty"`
	// Programs are what must be there to be run on every host, such as "curl". An engine whose hosts lack one refuses to
	// build, with an error that says how to get it and wraps [ErrUnsupported].
	Programs []string `json:"programs,omitempty"`
	// Speed is how many times faster than real time the kernel's timers run in the lab; 0 stands for 1. It is the
	// engine that makes it so: here it only decides what the hosts' sysctls say.
	Speed float64 `json:"speed,omitempty"`
}

// HostSpec is one machine of the plan.
type HostSpec struct {
	Name string `json:"name"`
	// Routes beyond the connected ones.
	Routes []Route `json:"routes,omitempty"`
	// Sysctls are set before the host's first packet; what is pinned for every host is in [PinnedSysctls].
	Sysctls map[string]string `json:"sysctls,omitempty"`
}

// SegmentSpec is a link layer that two hosts share.
type SegmentSpec struct {
	Name string    `json:"name"`
	Ends []EndSpec `json:"ends"`
}

// EndSpec is a host's interface on a segment.
type EndSpec struct {
	Host      string `json:"host"`
	Interface string `json:"interface"`
	// Addrs are the interface's addresses with the length of their subnet, IPv4 first.
	Addrs []netip.Prefix `json:"addrs"`
}

// Route is a static route.
type Route struct {
	To  netip.Prefix `json:"to"`
	Via netip.Addr   `json:"via"`
}

// Port is the port of the service under test, on every server.
const Port = 8080

// WellKnown is the host of [WithWellKnown] beside those of [Routed].
const WellKnown = "well-known"

// Interface names. A host of an engine that gives out names of its own (Docker: eth0, eth1 ...) carries these as
// alternative names, so that "tcpdump -i to-server" works on each engine.
const (
	leafInterface = "eth0"
	routerClient  = "to-client"
	routerServer  = "to-server"
)

// WithWellKnown is [Routed] with one more host behind the router, which stands for one that everybody knows to be up:
// whether it answers says whether the client is on the network at all.
func WithWellKnown() Topology {
	t := Routed()
	t.Name = "routed, with a well-known host"
	t.Hosts = append(t.Hosts, HostSpec{Name: WellKnown, Routes: []Route{
		{To: netip.MustParsePrefix("0.0.0.0/0"), Via: netip.MustParseAddr("192.0.2.1")},
		{To: netip.MustParsePrefix("::/0"), Via: netip.MustParseAddr("2001:db8:3::1")},
	}})
	t.Segments = append(t.Segments, SegmentSpec{Name: "well-known-side", Ends: []EndSpec{
		{Host: "router", Interface: "to-well-known", Addrs: prefixes("192.0.2.1/24", "2001:db8:3::1/64")},
		{Host: WellKnown, Interface: leafInterface, Addrs: prefixes("192.0.2.10/24", "2001:db8:3::10/64")},
	}})
	return t
}

// Routed is the default topology: client, router and server in two subnets of the documentation ranges (RFC 5737,
// RFC 3849). The router stands for whatever lies between: the fabric of a cloud, a security group, a NAT.
func Routed() Topology {
	all4, all6 := netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")
	return Topology{
		Name: "routed",
		Hosts: []HostSpec{
			{Name: "client", Routes: []Route{
				{To: all4, Via: netip.MustParseAddr("198.51.100.1")},
				{To: all6, Via: netip.MustParseAddr("2001:db8:1::1")},
			}},
			{Name: "router", Sysctls: map[string]string{
				"net.ipv4.ip_forward":          "1",
				"net.ipv6.conf.all.forwarding": "1",
			}},
			{Name: "server", Routes: []Route{
				{To: all4, Via: netip.MustParseAddr("203.0.113.1")},
				{To: all6, Via: netip.MustParseAddr("2001:db8:2::1")},
			}},
		},
		Segments: []SegmentSpec{
			{Name: "client-side", Ends: []EndSpec{
				{Host: "client", Interface: leafInterface, Addrs: prefixes("198.51.100.10/24", "2001:db8:1::10/64")},
				{Host: "router", Interface: routerClient, Addrs: prefixes("198.51.100.1/24", "2001:db8:1::1/64")},
			}},
			{Name: "server-side", Ends: []EndSpec{
				{Host: "router", Interface: routerServer, Addrs: prefixes("203.0.113.1/24", "2001:db8:2::1/64")},
				{Host: "server", Interface: leafInterface, Addrs: prefixes("203.0.113.10/24", "2001:db8:2::10/64")},
			}},
		},
	}
}

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, t := range texts {
		list = append(list, netip.MustParsePrefix(t))
	}
	return list
}

// PinnedSysctls are set on every host, so that a schedule does not depend on the machine or on its kernel's defaults.
// The textbook picture of a retransmitted SYN (1, 2, 4 s) needs tcp_syn_linear_timeouts=0: since Linux 6.5 the first
// four gaps are 1 s each by default.
var PinnedSysctls = []Sysctl{
	{Key: "net.ipv4.tcp_syn_retries", Value: "6"},
	{Key: "net.ipv4.tcp_syn_linear_timeouts", Value: "0", Since: "6.5"},
	{Key: "net.ipv4.tcp_synack_retries", Value: "5"},
	{Key: "net.ipv4.tcp_retries2", Value: "15"},
	{Key: "net.ipv4.tcp_timestamps", Value: "1"},
	{Key: "net.ipv4.tcp_sack", Value: "1"},
	{Key: "net.ipv4.tcp_window_scaling", Value: "1"},
	{Key: "net.ipv4.tcp_ecn", Value: "2"},
	{Key: "net.ipv4.tcp_syncookies", Value: "1"},
	{Key: "net.ipv4.conf.all.rp_filter", Value: "0"},
	{Key: "net.ipv4.conf.default.rp_filter", Value: "0"},
	{Key: "net.ipv4.icmp_ratelimit", Value: "0"},
	{Key: "net.ipv6.icmp.ratelimit", Value: "0"},
	{Key: "net.ipv6.conf.all.disable_ipv6", Value: "0"},
	{Key: "net.ipv6.conf.default.disable_ipv6", Value: "0"},
	{Key: "net.ipv6.conf.all.accept_ra", Value: "0"},
	{Key: "net.ipv6.conf.default.accept_ra", Value: "0"},
	{Key: "net.ipv6.conf.default.accept_dad", Value: "0"},
	{Key: "net.ipv6.conf.all.accept_dad", Value: "0"},
	{Key: "net.ipv6.conf.default.router_solicitations", Value: "0"},
}

// Sysctl is one kernel parameter of a network namespace.
type Sysctl struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	// Since is the first kernel that has it, empty for those older than any kernel the lab runs on. Where the kernel
	// lacks it, it is left out.
	Since string `json:"since,omitempty"`
}

// HostConfig is what one host's network must look like: the input of "tcplab host configure".
type HostConfig struct {
	Host       string            `json:"host"`
	Interfaces []InterfaceConfig `json:"interfaces"`
	Routes     []Route           `json:"routes,omitempty"`
}

// InterfaceConfig is one interface of a host.
type InterfaceConfig struct {
	Name string `json:"name"`
	// Marker is an address by which to find the interface when the engine gave it a name of its own; Name is then
	// added as an alternative name, and every IPv4 address that the engine assigned is removed.
	Marker netip.Addr     `json:"marker,omitzero"`
	MAC    string         `json:"mac"`
	Addrs  []netip.Prefix `json:"addrs"`
	// Neighbours are entries to be pinned.
	Neighbours []Neighbour `json:"neighbours,omitempty"`
}

// Config returns what the named host's network must look like.
func (t Topology) Config(host string) (HostConfig, error) {
	i := slices.IndexFunc(t.Hosts, func(h HostSpec) bool { return h.Name == host })
	if i < 0 {
		return HostConfig{}, fmt.Errorf("topology %s has no host %q", t.Name, host)
	}
	config := HostConfig{Host: host, Routes: t.Hosts[i].Routes}
	for _, e := range t.EndsOf(host) {
		c := InterfaceConfig{Name: e.Interface, MAC: e.MAC().String(), Addrs: e.Addrs}
		if t.PinNeighbours {
			c.Neighbours = t.neighboursOf(e)
		}
		config.Interfaces = append(config.Interfaces, c)
	}
	return config, nil
}

// neighboursOf returns permanent entries for whoever shares the interface's segment.
func (t Topology) neighboursOf(e EndSpec) []Neighbour {
	var list []Neighbour
	for _, s := range t.Segments {
		if !slices.ContainsFunc(s.Ends, func(o EndSpec) bool { return o.Host == e.Host && o.Interface == e.Interface }) {
			continue
		}
		for _, other := range s.Ends {
			if other.Host != e.Host {
				list = append(list, other.permanent()...)
			}
		}
	}
	return list
}

// permanent returns the entries that others have for this interface when they are pinned.
func (e EndSpec) permanent() []Neighbour {
	var list []Neighbour
	for _, p := range e.Addrs {
		list = append(list, Neighbour{Addr: p.Addr(), MAC: e.MAC().String(), State: Permanent})
	}
	return list
}

// compressedSysctls are the timers of data and of idle connections in compressed time, as far as the kernel lets them
// be set. Those in whole seconds cannot be less than one.
func compressedSysctls(speed float64) []Sysctl {
	scaled := func(real, least float64) string { return strconv.Itoa(int(max(real/speed, least))) }
	return []Sysctl{
		{Key: "net.ipv4.tcp_rto_min_us", Value: scaled(200_000, 1), Since: "6.11"},    // TCP_RTO_MIN, 200 ms
		{Key: "net.ipv4.tcp_rto_max_ms", Value: scaled(120_000, 1000), Since: "6.15"}, // TCP_RTO_MAX, 120 s
		{Key: "net.ipv4.tcp_keepalive_time", Value: scaled(7200, 1)},
		{Key: "net.ipv4.tcp_keepalive_intvl", Value: scaled(75, 1)},
	}
}

// SysctlsOf returns what to set on the named host, in order: the pinned ones, then the host's own.
func (t Topology) SysctlsOf(host string) []Sysctl {
	list := slices.Clone(PinnedSysctls)
	if t.Speed > 1 {
		list = append(list, compressedSysctls(t.Speed)...)
	}
	for _, h := range t.Hosts {
		if h.Name != host {
			continue
		}
		for _, key := range sortedKeys(h.Sysctls) {
			i := slices.IndexFunc(list, func(s Sysctl) bool { return s.Key == key })
			if i >= 0 {
				list[i] = Sysctl{Key: key, Value: h.Sysctls[key]} // what a topology asks for, it cannot do without
				continue
			}
			list = append(list, Sysctl{Key: key, Value: h.Sysctls[key]})
		}
	}
	return list
}

// EndsOf returns the host's interfaces, in the order of the segments.
func (t Topology) EndsOf(host string) []EndSpec {
	var list []EndSpec
	for _, s := range t.Segments {
		for _, e := range s.Ends {
			if e.Host == host {
				list = append(list, e)
			}
		}
	}
	return list
}

// Addr returns the host's first address of the family.
func (t Topology) Addr(host string, f Family) netip.Addr {
	for _, e := range t.EndsOf(host) {
		for _, p := range e.Addrs {
			if f.Of(p.Addr()) {
				return p.Addr()
			}
		}
	}
	return netip.Addr{}
}

// has reports whether the address is one of the host's.
func (t Topology) has(host string, addr netip.Addr) bool {
	for _, e := range t.EndsOf(host) {
		if slices.ContainsFunc(e.Addrs, func(p netip.Prefix) bool { return p.Addr() == addr }) {
			return true
		}
	}
	return false
}

// Validate reports the first thing in the plan that no engine could build.
func (t Topology) Validate() error {
	for _, s := range t.Segments {
		if len(s.Ends) != 2 {
			return fmt.Errorf("topology %s: segment %s has %d ends: a segment joins two hosts", t.Name, s.Name, len(s.Ends))
		}
		for _, e := range s.Ends {
			if !slices.ContainsFunc(t.Hosts, func(h HostSpec) bool { return h.Name == e.Host }) {
				return fmt.Errorf("topology %s: segment %s names %q, which is not a host", t.Name, s.Name, e.Host)
			}
			if len(e.Addrs) == 0 || !e.Addrs[0].Addr().Is4() {
				return fmt.Errorf("topology %s: %s of %s has no IPv4 address as its first", t.Name, e.Interface, e.Host)
			}
		}
	}
	return nil
}

// MAC is the interface's hardware address: locally administered and derived from its IPv4 address, so that it is the
// same in every lab on every engine.
func (e EndSpec) MAC() net.HardwareAddr {
	v4 := e.Addrs[0].Addr().As4()
	return net.HardwareAddr{0x02, 0x00, v4[0], v4[1], v4[2], v4[3]}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// VantagePoint is an interface at which packets are captured: "client", or "router:to-client" where a host has
// several.
type VantagePoint struct {
	Name, Host, Interface string
}

// VantagePoints returns the vantage points on the way from the first host to the last.
func (t Topology) VantagePoints() []VantagePoint {
	var list []VantagePoint
	for _, h := range t.Hosts {
		ends := t.EndsOf(h.Name)
		for _, e := range ends {
			name := h.Name
			if len(ends) > 1 {
				name += ":" + e.Interface
			}
			list = append(list, VantagePoint{Name: name, Host: h.Name, Interface: e.Interface})
		}
	}
	return list
}

// way returns the vantage points that the packets between client and target pass.
func (t Topology) way(target string) []string {
	forwards := len(t.EndsOf(target)) > 1 // a router is asked by its side towards the client
	var names []string
	for _, p := range t.VantagePoints() {
		if p.Host == clientHost || t.leadsTo(p, clientHost) || !forwards && (p.Host == target || t.leadsTo(p, target)) {
			names = append(names, p.Name)
		}
	}
	return names
}

// leadsTo reports whether the host is at the other end of the vantage point's segment.
func (t Topology) leadsTo(p VantagePoint, host string) bool {
	for _, s := range t.Segments {
		here := slices.ContainsFunc(s.Ends, func(e EndSpec) bool { return e.Host == p.Host && e.Interface == p.Interface })
		if here && slices.ContainsFunc(s.Ends, func(e EndSpec) bool { return e.Host == host }) {
			return true
		}
	}
	return false
}

func hasPoint(list []VantagePoint, name string) bool {
	return slices.ContainsFunc(list, func(p VantagePoint) bool { return p.Name == name })
}
