package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// establishedKey is for how many seconds the kernel remembers a connection that is established, where no rule has said otherwise when
// the connection began.
const establishedKey = "net.netfilter.nf_conntrack_tcp_timeout_established"

// defaultMemory is the kernel's own value (nf_conntrack_proto_tcp.c).
const defaultMemory = 5 * 24 * time.Hour

// tcpEstablished is the state's number in conntrack's netlink messages (TCP_CONNTRACK_ESTABLISHED).
const tcpEstablished = 3

// LimitMemory limits how long the namespace's connection tracking remembers the established connections that it knows already; 0 stands for the
// kernel's default. From the last packet on, the kernel counts anew: with its parameter, where that may be written. Where it may not,
// as in a container, a connection that has another packet is remembered for as long as before.
func (n *Namespace) LimitMemory(idle time.Duration) error {
	if idle == 0 {
		idle = defaultMemory
	}
	seconds := uint32(idle / time.Second)
	err := n.WriteSysctl(establishedKey, strconv.Itoa(int(seconds)))
	if err != nil && !errors.Is(err, unix.EROFS) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return n.eachEstablished(func(h *netlink.Handle, family netlink.InetFamily, flow *netlink.ConntrackFlow) error {
		flow.TimeOut = seconds
		err := h.ConntrackUpdate(netlink.ConntrackTable, family, flow)
		if errors.Is(err, unix.ENOENT) {
			return nil // it has ended
		}
		return err
	})
}

// LongestMemory is for how long connection tracking remembers an established connection at most, if nothing more is sent on it; 0: there is none.
func (n *Namespace) LongestMemory() (longest time.Duration, err error) {
	err = n.eachEstablished(func(_ *netlink.Handle, _ netlink.InetFamily, flow *netlink.ConntrackFlow) error {
		longest = max(longest, time.Duration(flow.TimeOut)*time.Second)
		return nil
	})
	return longest, err
}

// eachEstablished does something for every TCP connection that is tracked and established.
func (n *Namespace) eachEstablished(do func(*netlink.Handle, netlink.InetFamily, *netlink.ConntrackFlow) error) error {
	h, err := n.conntrack()
	if err != nil {
		return err
	}
	defer h.Close()
	for _, family := range []netlink.InetFamily{unix.AF_INET, unix.AF_INET6} {
		flows, err := h.ConntrackTableList(netlink.ConntrackTable, family)
		if err != nil {
			return fmt.Errorf("list the connections that are tracked: %w", err)
		}
		for _, f := range flows {
			if tcp, ok := f.ProtoInfo.(*netlink.ProtoInfoTCP); !ok || tcp.State != tcpEstablished {
				continue
			}
			if err := do(h, family, f); err != nil {
				return fmt.Errorf("connection %s: %w", f, err)
			}
		}
	}
	return nil
}

func (n *Namespace) conntrack() (*netlink.Handle, error) {
	return n.netlink(unix.NETLINK_NETFILTER)
}
