package agent

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// configure brings the host's network to what the [lab.HostConfig] on standard input says.
func configure(_ context.Context, s Streams, _ []string) error {
	var config lab.HostConfig
	if err := json.NewDecoder(s.Stdin).Decode(&config); err != nil {
		return Usagef("standard input: %v", err)
	}
	return s.Namespace.Configure(config)
}

// Configure brings the network of the namespace to what config says: addresses, hardware addresses and routes.
func (n *Namespace) Configure(config lab.HostConfig) error {
	h, err := n.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	changes, stop, err := n.watchAddrs()
	if err != nil {
		return err
	}
	defer stop()
	groups := map[group]bool{}
	for _, c := range config.Interfaces {
		name, err := configureInterface(h, c)
		if err != nil {
			return fmt.Errorf("interface %s: %w", c.Name, err)
		}
		for _, p := range c.Addrs {
			if p.Addr().Is6() {
				groups[group{name, solicitedNode(p.Addr())}] = true
			}
		}
	}
	if err := n.awaitGroups(changes, groups); err != nil {
		return err
	}
	for _, r := range config.Routes {
		route := &netlink.Route{Dst: ipNet(r.To), Gw: r.Via.AsSlice()}
		if err := h.RouteReplace(route); err != nil {
			return fmt.Errorf("route %s via %s: %w", r.To, r.Via, err)
		}
	}
	return nil
}

// Netlink opens a routing socket in the namespace.
func (n *Namespace) Netlink() (*netlink.Handle, error) { return n.netlink(unix.NETLINK_ROUTE) }

func (n *Namespace) netlink(family int) (h *netlink.Handle, err error) {
	err = n.Use(func(fd int) error {
		h, err = netlink.NewHandleAt(netns.NsHandle(fd), family)
		return err
	})
	return h, err
}

// groupsDeadline bounds the wait for the groups of new addresses, which takes as long as a work item of the kernel has
// to wait for a processor.
const groupsDeadline = time.Minute

// watchAddrs returns a channel that is sent to whenever an address of the namespace has changed.
func (n *Namespace) watchAddrs() (changes chan netlink.AddrUpdate, stop func(), err error) {
	changes, done := make(chan netlink.AddrUpdate, 64), make(chan struct{})
	err = n.Use(func(fd int) error {
		handle := netns.NsHandle(fd)
		return netlink.AddrSubscribeWithOptions(changes, done, netlink.AddrSubscribeOptions{Namespace: &handle})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("watch addresses: %w", err)
	}
	return changes, func() {
		close(done)
		go func() { // the sender may be in the middle of it; it ends, and closes the channel, at its next look
			for range changes {
			}
		}()
	}, nil
}

// awaitGroups waits until the host hears those who solicit its IPv6 addresses. The kernel joins an address's
// solicited-node group (RFC 4291 section 2.7.1) in a work item after the address was added, and announces the address
// then; a neighbour that asks before is not heard, and asks again only after a second.
func (n *Namespace) awaitGroups(changes <-chan netlink.AddrUpdate, groups map[group]bool) error {
	deadline := time.NewTimer(groupsDeadline)
	defer deadline.Stop()
	for {
		if err := n.strikeJoined(groups); err != nil || len(groups) == 0 {
			return err
		}
		select {
		case <-changes:
		case <-deadline.C:
			return fmt.Errorf("the kernel has not joined %v within %s", slices.Collect(maps.Keys(groups)), groupsDeadline)
		}
	}
}

// group is a multicast group on an interface, by the name that the kernel has for it.
type group struct {
	link string
	addr netip.Addr
}

// strikeJoined takes away the groups that the host has joined.
func (n *Namespace) strikeJoined(groups map[group]bool) error {
	return n.eachLine("/proc/thread-self/net/igmp6", func(fields []string) { // index, interface, group, ...
		if raw, err := hex.DecodeString(fields[2]); err == nil && len(raw) == 16 {
			delete(groups, group{fields[1], netip.AddrFrom16([16]byte(raw))})
		}
	})
}

// hearsMulticast reports whether the interface takes in IPv6 multicast, and so those who solicit its addresses: once the
// kernel has noted that the link is ready, it has a route for that (ff00::/8), and what comes before is dropped.
func (n *Namespace) hearsMulticast(link string) (hears bool, err error) {
	err = n.eachLine("/proc/thread-self/net/ipv6_route", func(fields []string) { // destination, its length, ..., interface
		hears = hears || strings.HasPrefix(fields[0], "ff00") && fields[1] == "08" && fields[len(fields)-1] == link
	})
	return hears, err
}

// takesIn reports whether the host takes in what is sent to the IPv6 addresses of the interface. The kernel adds the route for that in a
// work item, after it has told of the address (__ipv6_ifa_notify in net/ipv6/addrconf.c), and drops what comes before.
func (n *Namespace) takesIn(link string) (bool, error) {
	missing := map[string]bool{}
	err := n.eachLine("/proc/thread-self/net/if_inet6", func(fields []string) { // address, ..., interface
		if fields[len(fields)-1] == link {
			missing[fields[0]] = true
		}
	})
	if err != nil {
		return false, err
	}
	err = n.eachLine("/proc/thread-self/net/ipv6_route", func(fields []string) { // destination, its length, ..., flags, interface
		const local = 0x80000000 // RTF_LOCAL
		flags, err := strconv.ParseUint(fields[len(fields)-2], 16, 32)
		if err == nil && flags&local != 0 && fields[1] == "80" {
			delete(missing, fields[0])
		}
	})
	return len(missing) == 0, err
}

// eachLine gives the fields of each line of one of the namespace's tables; lines of fewer than three are left out.
func (n *Namespace) eachLine(path string, do func(fields []string)) error {
	return n.Do(func() error {
		table, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(table)) {
			if fields := strings.Fields(line); len(fields) >= 3 {
				do(fields)
			}
		}
		return nil
	})
}

// solicitedNode is ff02::1:ffXX:XXXX with the last three bytes of the address.
func solicitedNode(a netip.Addr) netip.Addr {
	addr, last := netip.MustParseAddr("ff02::1:ff00:0").As16(), a.As16()
	copy(addr[13:], last[13:])
	return netip.AddrFrom16(addr)
}

// configureInterface returns the name that the kernel has for the interface.
func configureInterface(h *netlink.Handle, c lab.InterfaceConfig) (name string, err error) {
	link, err := findLink(h, c)
	if err != nil {
		return "", err
	}
	mac, err := net.ParseMAC(c.MAC)
	if err != nil {
		return "", err
	}
	if err := h.LinkSetHardwareAddr(link, mac); err != nil {
		return "", fmt.Errorf("set hardware address %s: %w", mac, err)
	}
	// A link-local address that the kernel makes by itself is tentative for a second or two (duplicate address
	// detection, RFC 4862 section 5.4), in which neighbours cannot be solicited. The lab's own, on a link of two, is
	// set without.
	if err := h.LinkSetIP6AddrGenMode(link, nl.IN6_ADDR_GEN_MODE_NONE); err != nil {
		return "", fmt.Errorf("turn off the automatic link-local address: %w", err)
	}
	if c.MTU > 0 {
		if err := h.LinkSetMTU(link, c.MTU); err != nil {
			return "", fmt.Errorf("set MTU %d: %w", c.MTU, err)
		}
	}
	if err := h.LinkSetUp(link); err != nil {
		return "", fmt.Errorf("set up: %w", err)
	}
	if err := setAddrs(h, link, addrsOf(c, mac)); err != nil {
		return "", err
	}
	for _, n := range c.Neighbours {
		if err := pin(h, link.Attrs().Index, n); err != nil {
			return "", err
		}
	}
	return link.Attrs().Name, nil
}

// addrsOf are the addresses of an interface, with the link-local one; none where it only passes frames on.
func addrsOf(c lab.InterfaceConfig, mac net.HardwareAddr) []netip.Prefix {
	if len(c.Addrs) == 0 {
		return nil
	}
	return append(c.Addrs[:len(c.Addrs):len(c.Addrs)], linkLocal(mac))
}

// findLink finds an interface by the address that the engine gave it, and gives it the topology's name beside its own;
// or by that name, where it has been configured before or where the engine named it so.
func findLink(h *netlink.Handle, c lab.InterfaceConfig) (netlink.Link, error) {
	if c.Marker.IsValid() {
		link, err := linkWithAddr(h, c.Marker)
		if err != nil {
			return nil, err
		}
		if link != nil {
			return link, addAltName(h, link, c.Name)
		}
	}
	return h.LinkByName(c.Name)
}

func linkWithAddr(h *netlink.Handle, want netip.Addr) (netlink.Link, error) {
	links, err := h.LinkList()
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	for _, link := range links {
		addrs, err := h.AddrList(link, netlink.FAMILY_V4)
		if err != nil {
			return nil, fmt.Errorf("list addresses: %w", err)
		}
		for _, a := range addrs {
			if got, ok := netip.AddrFromSlice(a.IP.To4()); ok && got == want {
				return link, nil
			}
		}
	}
	return nil, nil
}

// addAltName gives the link the name of the topology as an alternative one (Linux 5.5).
func addAltName(h *netlink.Handle, link netlink.Link, name string) error {
	if link.Attrs().Name == name {
		return nil
	}
	err := h.LinkAddAltName(link, name)
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("name %s also %s (needs Linux 5.5 or later): %w", link.Attrs().Name, name, err)
	}
	return nil
}

// setAddrs makes the addresses of the link exactly these.
func setAddrs(h *netlink.Handle, link netlink.Link, want []netip.Prefix) error {
	have, err := h.AddrList(link, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list addresses: %w", err)
	}
	kept := map[netip.Prefix]bool{}
	for _, a := range have {
		p := prefixOf(a.IPNet)
		if slices.Contains(want, p) {
			kept[p] = true
			continue
		}
		if err := h.AddrDel(link, &netlink.Addr{IPNet: a.IPNet}); err != nil {
			return fmt.Errorf("remove address %s: %w", p, err)
		}
	}
	for _, p := range want {
		if kept[p] {
			continue
		}
		addr := &netlink.Addr{IPNet: ipNet(p)}
		if p.Addr().Is6() {
			addr.Flags = unix.IFA_F_NODAD
		}
		if err := h.AddrAdd(link, addr); err != nil {
			return fmt.Errorf("add address %s: %w", p, err)
		}
	}
	return nil
}

// linkLocal is the link-local address that belongs to the hardware address, by modified EUI-64 (RFC 4291 appendix A).
func linkLocal(mac net.HardwareAddr) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfe, 1: 0x80,
		8: mac[0] ^ 2, 9: mac[1], 10: mac[2], 11: 0xff, 12: 0xfe, 13: mac[3], 14: mac[4], 15: mac[5]}), 64)
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func prefixOf(n *net.IPNet) netip.Prefix {
	addr, _ := netip.AddrFromSlice(n.IP)
	bits, _ := n.Mask.Size()
	return netip.PrefixFrom(addr.Unmap(), bits)
}
