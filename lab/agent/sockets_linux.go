package agent

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func init() {
	Register("sockets: print the TCP sockets that do not listen, with their states and timers", sockets)
}

// socketStates are the states of TCP in the kernel's numbering (include/net/tcp_states.h), in the words of ss(8).
var socketStates = []string{1: "ESTAB", 2: "SYN-SENT", 3: "SYN-RECV", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "CLOSE",
	8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "NEW-SYN-RECV"}

// socketTimers are the timers of sock_diag(7).
var socketTimers = []string{1: "retransmit", 2: "keepalive", 3: "timewait", 4: "persist"}

const listenState = 10

func sockets(_ context.Context, s Streams, args []string) error {
	if len(args) > 0 {
		return Usagef("it has no arguments, not %q", args)
	}
	list := []lab.Socket{}
	err := s.Namespace.Do(func() error {
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
			found, err := netlink.SocketDiagTCP(family)
			if err != nil {
				return err
			}
			for _, f := range found {
				if f.State != listenState {
					list = append(list, socketOf(f))
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return PrintJSON(s.Stdout, list)
}

func socketOf(s *netlink.Socket) lab.Socket {
	return lab.Socket{
		Local: addrPort(s.ID.Source, s.ID.SourcePort), Remote: addrPort(s.ID.Destination, s.ID.DestinationPort),
		State: nameAt(socketStates, s.State), Timer: nameAt(socketTimers, s.Timer),
		Expires: time.Duration(s.Expires) * time.Millisecond, Retransmissions: int(s.Retrans),
		Unread: int(s.RQueue), Unsent: int(s.WQueue),
	}
}

func nameAt(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return ""
}

func addrPort(ip net.IP, port uint16) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(addr.Unmap(), port)
}
