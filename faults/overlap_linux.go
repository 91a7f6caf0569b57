package faults

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/tcplab/tcplab/lab/agent"
	"github.com/vishvananda/netlink"
)

const bridgeUsage = "usage: tcplab host bridge add NAME PREFIX, or bridge remove NAME"

// bridge makes a bridge without ports that has an address, or removes one.
func bridge(_ context.Context, s agent.Streams, args []string) error {
	add := len(args) == 3 && args[0] == "add"
	if !add && (len(args) != 2 || args[0] != "remove") {
		return agent.Usagef(bridgeUsage)
	}
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	link := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: args[1]}}
	if !add {
		if err := h.LinkDel(link); err != nil {
			return fmt.Errorf("remove bridge %s: %w", args[1], err)
		}
		return nil
	}
	prefix, err := netip.ParsePrefix(args[2])
	if err != nil {
		return agent.Usagef("%s", err)
	}
	if err := h.LinkAdd(link); err != nil {
		return fmt.Errorf("add bridge %s: %w", args[1], err)
	}
	if err := h.LinkSetUp(link); err != nil {
		return fmt.Errorf("set bridge %s up: %w", args[1], err)
	}
	return s.Namespace.AddAddr(args[1], prefix)
}

func init() {
	agent.Register("bridge add|remove NAME [PREFIX]: a bridge without ports, as one for containers", bridge)
}
