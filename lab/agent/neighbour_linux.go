package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/tcplab/tcplab/lab"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// neighbour pins the entry of an address (nud permanent), or removes the entry.
func neighbour(_ context.Context, s Streams, args []string) error {
	if len(args) < 2 {
		return Usagef("usage: tcplab host neighbour pin ADDR MAC, or neighbour forget ADDR")
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
	routes, err := h.RouteGet(addr.AsSlice())
	if err != nil || len(routes) == 0 {
		return fmt.Errorf("find the link to %s: %w", addr, err)
	}
	link := routes[0].LinkIndex
	switch {
	case args[0] == "pin" && len(args) == 3:
		return pin(h, link, lab.Neighbour{Addr: addr, MAC: args[2]})
	case args[0] == "forget":
		err := h.NeighDel(&netlink.Neigh{LinkIndex: link, IP: addr.AsSlice()})
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		return err
	}
	return Usagef("usage: tcplab host neighbour pin ADDR MAC, or neighbour forget ADDR")
}

// pin makes a permanent entry.
func pin(h *netlink.Handle, link int, n lab.Neighbour) error {
	mac, err := net.ParseMAC(n.MAC)
	if err != nil {
		return usageError{err.Error()}
	}
	entry := &netlink.Neigh{LinkIndex: link, IP: n.Addr.AsSlice(), HardwareAddr: mac, State: netlink.NUD_PERMANENT}
	if err := h.NeighSet(entry); err != nil {
		return fmt.Errorf("pin neighbour %s: %w", n.Addr, err)
	}
	return nil
}

// stateNames are the states of a neighbour entry, as ip-neighbour(8) names them.
var stateNames = map[int]string{
	netlink.NUD_INCOMPLETE: "INCOMPLETE", netlink.NUD_REACHABLE: "REACHABLE", netlink.NUD_STALE: "STALE",
	netlink.NUD_DELAY: "DELAY", netlink.NUD_PROBE: "PROBE", netlink.NUD_FAILED: "FAILED",
	netlink.NUD_NOARP: "NOARP", netlink.NUD_PERMANENT: lab.Permanent, netlink.NUD_NONE: "NONE",
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
	list := []lab.Neighbour{}
	for _, e := range entries {
		addr, ok := netip.AddrFromSlice(e.IP)
		if !ok || e.State == netlink.NUD_NOARP {
			continue // multicast and loopback: no neighbour is asked for them
		}
		list = append(list, lab.Neighbour{Addr: addr.Unmap(), MAC: e.HardwareAddr.String(), State: stateNames[e.State]})
	}
	return PrintJSON(s.Stdout, list)
}
