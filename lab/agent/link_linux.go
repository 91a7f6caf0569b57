package agent

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

const linkUsage = "usage: tcplab host link list, link down INTERFACE, link mtu INTERFACE BYTES, or link await INTERFACE..."

// link lists the interfaces, takes one down, limits the size of its packets, or waits until some carry packets.
func link(_ context.Context, s Streams, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		return links(s)
	case len(args) == 2 && args[0] == "down":
		return linkDown(s.Namespace, args[1])
	case len(args) == 3 && args[0] == "mtu":
		return linkMTU(s.Namespace, args[1], args[2])
	case len(args) > 1 && args[0] == "await":
		return s.Namespace.AwaitLinks(args[1:])
	}
	return Usagef(linkUsage)
}

func links(s Streams) error {
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	found, err := h.LinkList()
	if err != nil {
		return fmt.Errorf("list interfaces: %w", err)
	}
	list := []Link{}
	for _, l := range found {
		a := l.Attrs()
		list = append(list, Link{Names: append([]string{a.Name}, a.AltNames...), Up: a.RawFlags&unix.IFF_UP != 0, MTU: a.MTU})
	}
	return PrintJSON(s.Stdout, list)
}

func linkDown(n *Namespace, name string) error {
	return n.withLink(name, func(h *netlink.Handle, l netlink.Link) error { return h.LinkSetDown(l) })
}

func linkMTU(n *Namespace, name, bytes string) error {
	mtu, err := strconv.Atoi(bytes)
	if err != nil {
		return Usagef(linkUsage)
	}
	return n.withLink(name, func(h *netlink.Handle, l netlink.Link) error { return h.LinkSetMTU(l, mtu) })
}

// AddAddr gives an interface one more address, without a look whether another machine has it, and returns when the kernel takes in what
// is sent to it.
func (n *Namespace) AddAddr(name string, p netip.Prefix) error {
	if err := n.changeAddr("add", name, p, (*netlink.Handle).AddrReplace); err != nil {
		return err
	}
	return n.await([]string{name}, func(l netlink.Link) (bool, error) { return n.takesIn(l.Attrs().Name) })
}

// RemoveAddr takes an address from an interface.
func (n *Namespace) RemoveAddr(name string, p netip.Prefix) error {
	return n.changeAddr("remove", name, p, (*netlink.Handle).AddrDel)
}

func (n *Namespace) changeAddr(action, name string, p netip.Prefix, change func(*netlink.Handle, netlink.Link, *netlink.Addr) error) error {
	return n.withLink(name, func(h *netlink.Handle, l netlink.Link) error {
		addr := &netlink.Addr{IPNet: &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}, Flags: unix.IFA_F_NODAD}
		if err := change(h, l, addr); err != nil {
			return fmt.Errorf("%s address %s: %w", action, p, err)
		}
		return nil
	})
}

// AddBridge makes a bridge without ports, which is up, and which has an address.
func (n *Namespace) AddBridge(name string, p netip.Prefix) error {
	h, err := n.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	bridge := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: name}}
	if err := h.LinkAdd(bridge); err != nil {
		return fmt.Errorf("add bridge %s: %w", name, err)
	}
	if err := h.LinkSetUp(bridge); err != nil {
		return fmt.Errorf("set bridge %s up: %w", name, err)
	}
	return n.AddAddr(name, p)
}

// RemoveLink removes an interface that was made, as a bridge is.
func (n *Namespace) RemoveLink(name string) error {
	return n.withLink(name, func(h *netlink.Handle, l netlink.Link) error {
		if err := h.LinkDel(l); err != nil {
			return fmt.Errorf("remove interface %s: %w", name, err)
		}
		return nil
	})
}

// withLink does something to an interface.
func (n *Namespace) withLink(name string, do func(*netlink.Handle, netlink.Link) error) error {
	h, err := n.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	l, err := h.LinkByName(name)
	if err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	return do(h, l)
}

// linkDeadline bounds the wait for a link to carry packets, which takes milliseconds.
const linkDeadline = time.Minute

// AwaitLinks waits until each of the links is ready: operational, which is when the kernel has attached its queue (what
// is sent before is dropped), hearing multicast, and taking in what is sent to its addresses (so is what comes before).
func (n *Namespace) AwaitLinks(names []string) error {
	return n.await(names, func(l netlink.Link) (bool, error) {
		hears, err := n.hearsMulticast(l.Attrs().Name)
		if err != nil || !hears || l.Attrs().OperState != netlink.OperUp {
			return false, err
		}
		return n.takesIn(l.Attrs().Name)
	})
}

// AwaitPorts waits until each of these ports of a bridge is operational: a frame that comes to another one before is dropped. The kernel
// notes that a link has a carrier in a work item, and on a busy machine up to a second later (net/core/link_watch.c).
func (n *Namespace) AwaitPorts(names []string) error {
	return n.await(names, func(l netlink.Link) (bool, error) { return l.Attrs().OperState == netlink.OperUp, nil })
}

// await waits until each of the links is as it must be.
func (n *Namespace) await(names []string, ready func(netlink.Link) (bool, error)) error {
	if ok, err := n.linksAre(ready, names); ok || err != nil {
		return err
	}
	links, routes, done := make(chan netlink.LinkUpdate), make(chan netlink.RouteUpdate), make(chan struct{})
	defer func() {
		close(done)
		go drain(links) // a sender may be in the middle of it; it ends, and closes the channel, at its next look
		go drain(routes)
	}()
	err := n.Use(func(fd int) error {
		handle := netns.NsHandle(fd)
		if err := netlink.LinkSubscribeWithOptions(links, done, netlink.LinkSubscribeOptions{Namespace: &handle}); err != nil {
			return fmt.Errorf("watch links: %w", err)
		}
		if err := netlink.RouteSubscribeWithOptions(routes, done, netlink.RouteSubscribeOptions{Namespace: &handle}); err != nil {
			return fmt.Errorf("watch routes: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	deadline := time.NewTimer(linkDeadline)
	defer deadline.Stop()
	for {
		if ok, err := n.linksAre(ready, names); ok || err != nil {
			return err
		}
		select {
		case <-links:
		case <-routes:
		case <-deadline.C:
			return fmt.Errorf("the links %v were not ready within %s", names, linkDeadline)
		}
	}
}

func drain[T any](updates <-chan T) {
	for range updates {
	}
}

// linksAre reports whether every one of the links is as it must be.
func (n *Namespace) linksAre(ready func(netlink.Link) (bool, error), names []string) (bool, error) {
	h, err := n.Netlink()
	if err != nil {
		return false, err
	}
	defer h.Close()
	for _, name := range names {
		l, err := h.LinkByName(name)
		if err != nil {
			return false, fmt.Errorf("interface %s: %w", name, err)
		}
		if ok, err := ready(l); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}
