package lab

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
)

// Topology is the plan of a lab: hosts, and the segments that join them. It is a value and holds no handle.
type Topology struct {
	// Name is that of the plan.
	Name string `json:"name"`
	// Hosts are the machines.
	Hosts []HostSpec `json:"hosts"`
	// Segments are the links between them.
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
	// Family is that of the addresses by which its hosts ask their name servers; 0 stands for [IPv4].
	Family Family `json:"family,omitempty"`
}

// HostSpec is one machine of the plan.
type HostSpec struct {
	// Name is by what the host is called.
	Name string `json:"name"`
	// Routes beyond the connected ones.
	Routes []Route `json:"routes,omitempty"`
	// Sysctls are set before the host's first packet; what is pinned for every host is in [PinnedSysctls].
	Sysctls map[string]string `json:"sysctls,omitempty"`
	// NameServers are the hosts that it asks for names, in the order in which it tries them. None: it has no name server.
	NameServers []string `json:"name_servers,omitempty"`
}

// SegmentSpec is a link layer that hosts share: a cable between two, a switch between more.
type SegmentSpec struct {
	// Name is by what the segment is called.
	Name string `json:"name"`
	// Ends are the interfaces on it.
	Ends []EndSpec `json:"ends"`
	// MTU is the largest packet in bytes that its interfaces send; 0 stands for Ethernet's 1500.
	MTU int `json:"mtu,omitempty"`
}

// EndSpec is a host's interface on a segment.
type EndSpec struct {
	// Host is the name of the host.
	Host string `json:"host"`
	// Interface is its name on the host.
	Interface string `json:"interface"`
	// Addrs are the interface's addresses with the length of their subnet, IPv4 first. A line has none: it passes frames on
	// as a cable does.
	Addrs []netip.Prefix `json:"addrs,omitempty"`
}

// Route is a static route.
type Route struct {
	// To is the network.
	To netip.Prefix `json:"to"`
	// Via is the next hop.
	Via netip.Addr `json:"via"`
	// Kind is that of ip-route(8) where it leads nowhere: "blackhole", "unreachable", "prohibit" or "throw"; empty: it leads somewhere.
	Kind string `json:"kind,omitempty"`
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
	// A mask without the types that the lab uses: the kernel's limit for all hosts together (icmp_msgs_per_sec) applies to
	// masked types alone, and icmp_ratelimit does not lift it.
	{Key: "net.ipv4.icmp_ratemask", Value: "0"},
	{Key: "net.ipv6.icmp.ratemask", Value: "255"},
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
	MTU    int            `json:"mtu,omitempty"`
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
		c := InterfaceConfig{Name: e.Interface, MAC: e.MAC().String(), MTU: t.mtuOf(e), Addrs: e.Addrs}
		if t.PinNeighbours {
			c.Neighbours = t.neighboursOf(e)
		}
		config.Interfaces = append(config.Interfaces, c)
	}
	return config, nil
}

// mtuOf is the MTU of the segment that an interface is on.
func (t Topology) mtuOf(e EndSpec) int {
	for _, s := range t.Segments {
		if s.joins(e) {
			return s.MTU
		}
	}
	return 0
}

func (s SegmentSpec) joins(e EndSpec) bool {
	return slices.ContainsFunc(s.Ends, func(o EndSpec) bool { return o.Host == e.Host && o.Interface == e.Interface })
}

// neighboursOf returns permanent entries for whoever shares the interface's segment.
func (t Topology) neighboursOf(e EndSpec) []Neighbour {
	var list []Neighbour
	for _, s := range t.Segments {
		if !s.joins(e) {
			continue
		}
		for _, other := range s.Ends {
			if other.Host != e.Host {
				list = append(list, other.PinnedEntries()...)
			}
		}
	}
	return list
}

// PinnedEntries returns the entries that others have for this interface when they are pinned.
func (e EndSpec) PinnedEntries() []Neighbour {
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

// Owns reports whether the address is one of the host's.
func (t Topology) Owns(host string, addr netip.Addr) bool {
	for _, e := range t.EndsOf(host) {
		if slices.ContainsFunc(e.Addrs, func(p netip.Prefix) bool { return p.Addr() == addr }) {
			return true
		}
	}
	return false
}

// With is the topology with a sysctl of a host set to a value. It panics where there is no such host, which is a mistake of
// the program.
func (t Topology) With(host, key, value string) Topology {
	i := slices.IndexFunc(t.Hosts, func(h HostSpec) bool { return h.Name == host })
	if i < 0 {
		panic(fmt.Sprintf("lab: topology %s has no host %q", t.Name, host))
	}
	t.Hosts = slices.Clone(t.Hosts)
	sysctls := maps.Clone(t.Hosts[i].Sysctls)
	if sysctls == nil {
		sysctls = map[string]string{}
	}
	sysctls[key] = value
	t.Hosts[i].Sysctls = sysctls
	return t
}

// Pinned is the topology in which no host asks for the hardware address of another one of it: what is asked for is nobody's.
func (t Topology) Pinned() Topology {
	t.PinNeighbours = true
	return t
}

// Named is the topology under another name.
func (t Topology) Named(name string) Topology {
	t.Name = name
	return t
}

// Validate reports the first thing in the plan that no engine could build.
func (t Topology) Validate() error {
	for _, h := range t.Hosts {
		for _, server := range h.NameServers {
			if len(t.EndsOf(server)) == 0 {
				return fmt.Errorf("topology %s: %s asks host %q for names, which is not in it", t.Name, h.Name, server)
			}
		}
	}
	for _, s := range t.Segments {
		if len(s.Ends) < 2 || len(s.Ends) > maxEnds {
			return fmt.Errorf("topology %s: segment %s has %d ends: a segment joins 2 to %d hosts", t.Name, s.Name, len(s.Ends), maxEnds)
		}
		for i, e := range s.Ends {
			if err := t.validateEnd(e); err != nil {
				return err
			}
			if slices.ContainsFunc(s.Ends[:i], func(o EndSpec) bool { return o.Host == e.Host }) {
				return fmt.Errorf("topology %s: segment %s has two ends at %s", t.Name, s.Name, e.Host)
			}
		}
	}
	return nil
}

// maxEnds is how many hosts the engine with the smallest subnets finds room for on a segment.
const maxEnds = 5

func (t Topology) validateEnd(e EndSpec) error {
	if !slices.ContainsFunc(t.Hosts, func(h HostSpec) bool { return h.Name == e.Host }) {
		return fmt.Errorf("topology %s: %s is on host %q, which is not in it", t.Name, e.Interface, e.Host)
	}
	if len(e.Addrs) > 0 && !e.Addrs[0].Addr().Is4() {
		return fmt.Errorf("topology %s: %s of %s has no IPv4 address as its first", t.Name, e.Interface, e.Host)
	}
	return nil
}

// MAC is the interface's hardware address: locally administered and derived from its IPv4 address, or from its names where
// it has none, so that it is the same in every lab on every engine.
func (e EndSpec) MAC() net.HardwareAddr {
	if len(e.Addrs) == 0 {
		sum := sha256.Sum256([]byte(e.Host + "/" + e.Interface))
		return net.HardwareAddr{0x02, 0x01, sum[0], sum[1], sum[2], sum[3]}
	}
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

// HasPoint reports whether there is a vantage point of that name.
func (t Topology) HasPoint(name string) bool {
	return slices.ContainsFunc(t.VantagePoints(), func(p VantagePoint) bool { return p.Name == name })
}
