package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/tcplab/tcplab/lab"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const routeUsage = "usage: tcplab host route list, route remove-default, route set blackhole|unreachable|prohibit|throw|direct PREFIX, " +
	"route set via PREFIX GATEWAY, or route unset PREFIX"

// routeKinds are the types of routes that lead nowhere, by the names of ip-route(8).
var routeKinds = map[string]int{
	"blackhole": unix.RTN_BLACKHOLE, "unreachable": unix.RTN_UNREACHABLE, "prohibit": unix.RTN_PROHIBIT, "throw": unix.RTN_THROW,
}

// route lists routes, and sets or removes them.
func route(_ context.Context, s Streams, args []string) error {
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	switch {
	case slices.Equal(args, []string{"list"}):
		return eachRoute(h, func(list []lab.Route, _ []netlink.Route) error { return PrintJSON(s.Stdout, list) })
	case slices.Equal(args, []string{"remove-default"}):
		return eachRoute(h, func(list []lab.Route, found []netlink.Route) error {
			return removeRoutes(h, list, found, func(r lab.Route) bool { return r.Via.IsValid() && r.To.Bits() == 0 })
		})
	case len(args) == 2 && args[0] == "unset":
		to, err := netip.ParsePrefix(args[1])
		if err != nil {
			return usageError{err.Error()}
		}
		return eachRoute(h, func(list []lab.Route, found []netlink.Route) error {
			return removeRoutes(h, list, found, func(r lab.Route) bool { return r.To == to })
		})
	case len(args) >= 3 && args[0] == "set":
		return setRoute(h, args[1], args[2:])
	}
	return Usagef(routeUsage)
}

// eachRoute gives the routes of the main table to do, as the lab has them and as the kernel has them.
func eachRoute(h *netlink.Handle, do func([]lab.Route, []netlink.Route) error) error {
	found, err := h.RouteList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	list := []lab.Route{}
	for _, r := range found {
		via, _ := netip.AddrFromSlice(r.Gw)
		known := lab.Route{To: prefixOf(r.Dst), Via: via.Unmap()}
		for name, kind := range routeKinds {
			if r.Type == kind {
				known.Kind = name
			}
		}
		list = append(list, known)
	}
	return do(list, found)
}

func removeRoutes(h *netlink.Handle, list []lab.Route, found []netlink.Route, which func(lab.Route) bool) error {
	for i, r := range list {
		if !which(r) {
			continue
		}
		if err := h.RouteDel(&found[i]); err != nil {
			return fmt.Errorf("remove route %s via %s: %w", r.To, r.Via, err)
		}
	}
	return nil
}

// setRoute sets a route to a subnet: one that leads nowhere, one over the link by which the subnet is reached now, as if its
// hosts were on it ("direct"), or one by another gateway on that link ("via").
func setRoute(h *netlink.Handle, kind string, args []string) error {
	to, err := netip.ParsePrefix(args[0])
	if err != nil {
		return usageError{err.Error()}
	}
	r := netlink.Route{Dst: ipNet(to)}
	number, nowhere := routeKinds[kind]
	switch {
	case nowhere && len(args) == 1:
		r.Type = number
	case kind == "direct" && len(args) == 1, kind == "via" && len(args) == 2:
		reached := to.Addr()
		if kind == "via" {
			if reached, err = netip.ParseAddr(args[1]); err != nil {
				return usageError{err.Error()}
			}
			r.Gw = reached.AsSlice()
		} else {
			r.Scope = unix.RT_SCOPE_LINK
		}
		now, err := h.RouteGet(reached.AsSlice())
		if err != nil || len(now) == 0 {
			return fmt.Errorf("find the link to %s: %w", reached, err)
		}
		r.LinkIndex = now[0].LinkIndex
	default:
		return Usagef(routeUsage)
	}
	if err := h.RouteReplace(&r); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("set route to %s (%s): %w", to, kind, err)
	}
	return nil
}
