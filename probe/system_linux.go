package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// nextHop asks the kernel for the router and the interface of the route to an address, as "ip route get" does. Both
// are zero where it does not tell.
func nextHop(to netip.Addr) (via netip.Addr, iface string) {
	messages, err := askRoute(to)
	if err != nil {
		return netip.Addr{}, ""
	}
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWROUTE {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			continue
		}
		for _, a := range attrs {
			switch a.Attr.Type {
			case unix.RTA_GATEWAY:
				via, _ = netip.AddrFromSlice(a.Value)
			case unix.RTA_OIF:
				if i, err := net.InterfaceByIndex(int(binary.NativeEndian.Uint32(a.Value))); err == nil {
					iface = i.Name
				}
			}
		}
	}
	return via, iface
}

// netlinkPatience bounds the wait for an answer that the kernel gives at once, if at all.
var netlinkPatience = unix.Timeval{Sec: 1}

// askRoute sends RTM_GETROUTE for one address, rtnetlink(7), and returns the answer.
func askRoute(to netip.Addr) ([]syscall.NetlinkMessage, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &netlinkPatience); err != nil {
		return nil, err
	}
	if err := unix.Sendto(fd, routeRequest(to), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	answer := make([]byte, 8192)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err != nil {
		return nil, err
	}
	return syscall.ParseNetlinkMessage(answer[:n])
}

// routeRequest is a struct nlmsghdr, a struct rtmsg, the destination, and the interface of an address with a zone.
func routeRequest(to netip.Addr) []byte {
	family, addr := byte(unix.AF_INET), to.AsSlice()
	if to.Is6() {
		family = unix.AF_INET6
	}
	order := binary.NativeEndian
	b := make([]byte, unix.SizeofNlMsghdr+unix.SizeofRtMsg)
	order.PutUint16(b[4:], unix.RTM_GETROUTE)
	order.PutUint16(b[6:], unix.NLM_F_REQUEST)
	b[unix.SizeofNlMsghdr], b[unix.SizeofNlMsghdr+1] = family, byte(8*len(addr))
	b = appendAttr(b, unix.RTA_DST, addr)
	if i, err := net.InterfaceByName(to.Zone()); err == nil {
		b = appendAttr(b, unix.RTA_OIF, order.AppendUint32(nil, uint32(i.Index)))
	}
	order.PutUint32(b, uint32(len(b)))
	return b
}

func appendAttr(b []byte, kind uint16, value []byte) []byte {
	b = binary.NativeEndian.AppendUint16(b, uint16(unix.SizeofRtAttr+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	return append(b, value...) // addresses and numbers end on four bytes, as attributes must
}

// readNeighbour returns the kernel's entry of an address; without a state when there is none.
func readNeighbour(addr netip.Addr) (NextHop, error) {
	n := NextHop{Addr: addr}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var out, sentence bytes.Buffer
	streams := agent.Streams{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &sentence, Namespace: &agent.Namespace{}}
	if agent.Run(ctx, streams, verb(agent.NeighboursVerb())) != 0 {
		return n, errors.New(strings.TrimSpace(sentence.String()))
	}
	var table []lab.Neighbour
	if err := json.Unmarshal(out.Bytes(), &table); err != nil {
		return n, fmt.Errorf("read the neighbour table: %w", err)
	}
	if i := slices.IndexFunc(table, func(e lab.Neighbour) bool { return e.Addr == addr }); i >= 0 {
		n.MAC, n.State = table[i].MAC, table[i].State
	}
	return n, nil
}

// readListeners returns the addresses on which a port of this machine is listened to.
func readListeners(port uint16) ([]netip.Addr, error) {
	var list []netip.Addr
	for _, name := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		table, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) { // there may be no IPv6
			return nil, err
		}
		list = append(list, listenersIn(string(table), port)...)
	}
	return list, nil
}

// verb is a verb's command line without the program, as agent.Run takes it.
func verb(argv []string) []string { return argv[len(lab.Verb()):] }

// claimPort gives the socket its local port before it connects, so that its first packet can be told from those of
// other connections to the same server. The address is left to the route.
func claimPort(c syscall.RawConn, is6 bool) (port int, err error) {
	var any unix.Sockaddr = &unix.SockaddrInet4{}
	if is6 {
		any = &unix.SockaddrInet6{}
	}
	ctrlErr := c.Control(func(fd uintptr) {
		if err = unix.Bind(int(fd), any); err != nil {
			return
		}
		var own unix.Sockaddr
		if own, err = unix.Getsockname(int(fd)); err == nil {
			switch a := own.(type) {
			case *unix.SockaddrInet4:
				port = a.Port
			case *unix.SockaddrInet6:
				port = a.Port
			}
		}
	})
	return port, errors.Join(ctrlErr, err)
}
