package netns

import (
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/vishvananda/netlink"
)

// port is one of a switch, which has a namespace of its own.
type port struct {
	ns   *agent.Namespace
	name string
}

// switched makes a bridge in a namespace of its own, with a port for each end.
func (l *namespaces) switched(s lab.SegmentSpec) error {
	ns, err := newSilentNamespace()
	if err != nil {
		return err
	}
	l.switches = append(l.switches, ns)
	return withNetlink(ns, func(h *netlink.Handle) error {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = "switch"
		bridge := &netlink.Bridge{LinkAttrs: attrs}
		if err := h.LinkAdd(bridge); err != nil {
			return fmt.Errorf("add bridge: %w", err)
		}
		for i, e := range s.Ends {
			m, name := l.machines[e.Host], fmt.Sprintf("port%d", i)
			if err := plug(e.Interface, e.MAC(), m.ns, name, nil, ns); err != nil {
				return err
			}
			if err := connectPort(h, name, bridge); err != nil {
				return fmt.Errorf("%s of the switch: %w", name, err)
			}
			m.ports = append(m.ports, port{ns, name})
		}
		return h.LinkSetUp(bridge)
	})
}

func connectPort(h *netlink.Handle, name string, bridge *netlink.Bridge) error {
	port, err := h.LinkByName(name)
	if err != nil {
		return err
	}
	if err := h.LinkSetMaster(port, bridge); err != nil {
		return err
	}
	return h.LinkSetUp(port)
}
