package agent

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// memory is for how many seconds the kernel remembers a connection, where no rule has said otherwise when the connection began: a parameter of a
// namespace, which may be set as a file, or by netlink.
type memory struct {
	key       string
	protocol  byte
	attribute int           // its number in netlink's messages (nfnetlink_cttimeout.h)
	standard  time.Duration // the kernel's own value
}

// memories are those of a TCP connection that is established (nf_conntrack_proto_tcp.c), and of datagrams to which none, or some, have come back
// (nf_conntrack_proto_udp.c).
var memories = []memory{
	{"net.netfilter.nf_conntrack_tcp_timeout_established", unix.IPPROTO_TCP, 3, 5 * 24 * time.Hour},
	{"net.netfilter.nf_conntrack_udp_timeout", unix.IPPROTO_UDP, 1, 30 * time.Second},
	{"net.netfilter.nf_conntrack_udp_timeout_stream", unix.IPPROTO_UDP, 2, 2 * time.Minute},
}

// set sets the parameter. In a container its file cannot be written; then the kernel takes it by netlink from who may change the network, if it has
// nfnetlink_cttimeout. One that has neither keeps its value, which is no error.
func (m memory) set(n *Namespace, idle time.Duration) error {
	if idle == 0 {
		idle = m.standard
	}
	seconds := int(idle / time.Second)
	err := n.WriteSysctl(m.key, strconv.Itoa(seconds))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrPermission):
		err = n.Do(func() error { return m.tell(uint32(seconds)) })
		if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EINVAL) {
			return nil
		}
	}
	return err
}

// Numbers of nfnetlink_cttimeout.h.
const (
	timeoutSubsystem                  = 8 // NFNL_SUBSYS_CTNETLINK_TIMEOUT
	timeoutDefaultSet                 = 3 // IPCTNL_MSG_TIMEOUT_DEFAULT_SET
	timeoutL3, timeoutL4, timeoutData = 2, 3, 4
)

// tell sets the parameter of this thread's namespace by netlink.
func (m memory) tell(seconds uint32) error {
	r := nl.NewNetlinkRequest(timeoutSubsystem<<8|timeoutDefaultSet, unix.NLM_F_ACK)
	r.AddData(&nl.Nfgenmsg{NfgenFamily: unix.AF_UNSPEC})
	r.AddData(nl.NewRtAttr(timeoutL3, binary.BigEndian.AppendUint16(nil, unix.AF_INET)))
	r.AddData(nl.NewRtAttr(timeoutL4, []byte{m.protocol}))
	policy := nl.NewRtAttr(timeoutData|unix.NLA_F_NESTED, nil)
	policy.AddRtAttr(m.attribute, binary.BigEndian.AppendUint32(nil, seconds))
	r.AddData(policy)
	_, err := r.Execute(unix.NETLINK_NETFILTER, 0)
	return os.NewSyscallError("set the memory of connection tracking by netlink", err)
}

// tcpEstablished is the state's number in conntrack's netlink messages (TCP_CONNTRACK_ESTABLISHED).
const tcpEstablished = 3

// LimitMemory limits how long the namespace's connection tracking remembers the established connections that it knows already, and datagrams; 0
// stands for the kernel's default. From the last packet on, the kernel counts anew, with its parameters.
func (n *Namespace) LimitMemory(idle time.Duration) error {
	for _, m := range memories {
		if err := m.set(n, idle); err != nil {
			return err
		}
	}
	return n.eachEstablished(func(h *netlink.Handle, family netlink.InetFamily, flow *netlink.ConntrackFlow) error {
		flow.TimeOut = uint32(cmp.Or(idle, standardMemory(flow.Forward.Protocol)) / time.Second)
		err := h.ConntrackUpdate(netlink.ConntrackTable, family, flow)
		if errors.Is(err, unix.ENOENT) {
			return nil // it has ended
		}
		return err
	})
}

// standardMemory is the longest of a protocol by the kernel's own values.
func standardMemory(protocol byte) (longest time.Duration) {
	for _, m := range memories {
		if m.protocol == protocol {
			longest = max(longest, m.standard)
		}
	}
	return longest
}

// LongestMemory is for how long connection tracking remembers an established connection, or datagrams, at most, if nothing more is sent; 0: there is none.
func (n *Namespace) LongestMemory() (longest time.Duration, err error) {
	err = n.eachEstablished(func(_ *netlink.Handle, _ netlink.InetFamily, flow *netlink.ConntrackFlow) error {
		longest = max(longest, time.Duration(flow.TimeOut)*time.Second)
		return nil
	})
	return longest, err
}

// eachEstablished does something for every TCP connection that is tracked and established, and for all datagrams that are tracked.
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
			tcp, isTCP := f.ProtoInfo.(*netlink.ProtoInfoTCP)
			if !(isTCP && tcp.State == tcpEstablished) && f.Forward.Protocol != unix.IPPROTO_UDP {
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
