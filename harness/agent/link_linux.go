package agent

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

const linkUsage = "usage: tcplab host link list, link down INTERFACE, or link await INTERFACE..."

// link lists the interfaces, takes one down, or waits until some carry packets.
func link(_ context.Context, s Streams, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		return links(s)
	case len(args) == 2 && args[0] == "down":
		return linkDown(s.Namespace, args[1])
	case len(args) > 1 && args[0] == "await":
		return s.Namespace.AwaitLinks(args[1:])
	}
	return usagef(linkUsage)
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
	list := []harness.Link{}
	for _, l := range found {
		a := l.Attrs()
		list = append(list, harness.Link{Names: append([]string{a.Name}, a.AltNames...), Up: a.RawFlags&unix.IFF_UP != 0})
	}
	return printJSON(s.Stdout, list)
}

func linkDown(n *Namespace, name string) error {
	h, err := n.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	l, err := h.LinkByName(name)
	if err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	return h.LinkSetDown(l)
}

// linkDeadline bounds the wait for a link to carry packets, which takes milliseconds.
const linkDeadline = 10 * time.Second

// AwaitLinks waits until each of the links is ready: operational, which is when the kernel has attached its queue (what
// is sent before is dropped), and hearing multicast (so is what comes before).
func (n *Namespace) AwaitLinks(names []string) error {
	if ok, err := n.linksReady(names); ok || err != nil {
		return err
	}
	links, routes, done := make(chan netlink.LinkUpdate), make(chan netlink.RouteUpdate), make(chan struct{})
	defer func() {
		close(done)
		go drain(links) // a sender may be in the middle of it; it ends, and closes the channel, at its next look
		go drain(routes)
	}()
	linkOptions, routeOptions := netlink.LinkSubscribeOptions{}, netlink.RouteSubscribeOptions{}
	if n.file != nil {
		handle := netns.NsHandle(n.Fd())
		linkOptions.Namespace, routeOptions.Namespace = &handle, &handle
	}
	if err := netlink.LinkSubscribeWithOptions(links, done, linkOptions); err != nil {
		return fmt.Errorf("watch links: %w", err)
	}
	if err := netlink.RouteSubscribeWithOptions(routes, done, routeOptions); err != nil {
		return fmt.Errorf("watch routes: %w", err)
	}
	deadline := time.NewTimer(linkDeadline)
	defer deadline.Stop()
	for {
		if ok, err := n.linksReady(names); ok || err != nil {
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

// linksReady reports whether every one of the links is ready.
func (n *Namespace) linksReady(names []string) (bool, error) {
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
		hears, err := n.hearsMulticast(l.Attrs().Name)
		if err != nil || !hears || l.Attrs().OperState != netlink.OperUp {
			return false, err
		}
	}
	return true, nil
}

// route lists the routes, or removes those to everywhere.
func route(_ context.Context, s Streams, args []string) error {
	if len(args) != 1 || args[0] != "list" && args[0] != "remove-default" {
		return usagef("usage: tcplab host route list, or route remove-default")
	}
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	found, err := h.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	list := []harness.Route{}
	for _, r := range found {
		via, _ := netip.AddrFromSlice(r.Gw)
		to := prefixOf(r.Dst)
		if args[0] == "remove-default" && via.IsValid() && to.Bits() == 0 {
			if err := h.RouteDel(&r); err != nil {
				return fmt.Errorf("remove route %s via %s: %w", to, via, err)
			}
		}
		list = append(list, harness.Route{To: to, Via: via.Unmap()})
	}
	if args[0] == "remove-default" {
		return nil
	}
	return printJSON(s.Stdout, list)
}
