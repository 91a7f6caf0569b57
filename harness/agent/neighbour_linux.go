package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// neighbour pins the entry of an address (nud permanent), or removes the entry.
func neighbour(_ context.Context, s Streams, args []string) error {
	if len(args) < 2 {
		return usagef("usage: tcplab host neighbour pin ADDR MAC, or neighbour forget ADDR")
	}
	addr, err := netip.ParseAddr(args[1])
	if err != nil {
		return usageError{err.Error()}
	}
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	entry, err := entryFor(h, addr)
	if err != nil {
		return err
	}
	switch {
	case args[0] == "pin" && len(args) == 3:
		if entry.HardwareAddr, err = net.ParseMAC(args[2]); err != nil {
			return usageError{err.Error()}
		}
		entry.State = netlink.NUD_PERMANENT
		return h.NeighSet(entry)
	case args[0] == "forget":
		if err := h.NeighDel(entry); !errors.Is(err, unix.ENOENT) {
			return err
		}
		return nil
	}
	return usagef("usage: tcplab host neighbour pin ADDR MAC, or neighbour forget ADDR")
}

// entryFor finds the link behind which the address lies.
func entryFor(h *netlink.Handle, addr netip.Addr) (*netlink.Neigh, error) {
	routes, err := h.RouteGet(addr.AsSlice())
	if err != nil || len(routes) == 0 {
		return nil, fmt.Errorf("find the link to %s: %w", addr, err)
	}
	return &netlink.Neigh{LinkIndex: routes[0].LinkIndex, IP: addr.AsSlice()}, nil
}

// stateNames are the states of a neighbour entry, as ip-neighbour(8) names them.
var stateNames = map[int]string{
	netlink.NUD_INCOMPLETE: "INCOMPLETE", netlink.NUD_REACHABLE: "REACHABLE", netlink.NUD_STALE: "STALE",
	netlink.NUD_DELAY: "DELAY", netlink.NUD_PROBE: "PROBE", netlink.NUD_FAILED: "FAILED",
	netlink.NUD_NOARP: "NOARP", netlink.NUD_PERMANENT: "PERMANENT", netlink.NUD_NONE: "NONE",
}

// neighbours prints the neighbour table.
func neighbours(_ context.Context, s Streams, _ []string) error {
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	entries, err := h.NeighList(0, netlink.FAMILY_ALL)
	if err != nil {
		return err
	}
	list := []harness.Neighbour{}
	for _, e := range entries {
		addr, ok := netip.AddrFromSlice(e.IP)
		if !ok || e.State == netlink.NUD_NOARP {
			continue // multicast and loopback: no neighbour is asked for them
		}
		list = append(list, harness.Neighbour{Addr: addr.Unmap(), MAC: e.HardwareAddr.String(), State: stateNames[e.State]})
	}
	return printJSON(s.Stdout, list)
}
