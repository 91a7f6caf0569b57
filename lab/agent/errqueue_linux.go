package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// querySocket is a connected socket that sends packets of which answers and ICMP errors are awaited. The errors come by the
// kernel's error queue (IP_RECVERR, ip(7)), in the same way for raw sockets and for those of ordinary users.
type querySocket struct {
	file *os.File // in Go's poller: deadlines work, and no thread is held
	conn syscall.RawConn
	to   netip.Addr
	raw  bool
}

// reaction is what came back for a packet.
type reaction struct {
	from netip.Addr
	at   time.Time
	// data is the message without its IP header; of an error, the quoted packet from behind its IP header on.
	data []byte
	// isError says that it is an ICMP error, with its type, its code and the kernel's number for it.
	isError    bool
	kind, code byte
	errno      syscall.Errno
}

// openQuery makes a socket of the namespace, of the types and the protocol, and connects it: the kernel says at once when
// there is no route.
func openQuery(n *Namespace, to netip.AddrPort, typ, proto int) (*querySocket, error) {
	domain, level, option := unix.AF_INET, unix.IPPROTO_IP, unix.IP_RECVERR
	if to.Addr().Is6() {
		domain, level, option = unix.AF_INET6, unix.IPPROTO_IPV6, unix.IPV6_RECVERR
	}
	fd, err := n.Socket(domain, typ, proto)
	if err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(fd, level, option, 1); err != nil {
		return nil, errors.Join(os.NewSyscallError("setsockopt", err), unix.Close(fd))
	}
	if err := unix.Connect(fd, sockaddr(to)); err != nil {
		return nil, errors.Join(os.NewSyscallError("connect", err), unix.Close(fd))
	}
	s := &querySocket{file: os.NewFile(uintptr(fd), "query"), to: to.Addr(), raw: typ == unix.SOCK_RAW}
	if s.conn, err = s.file.SyscallConn(); err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	return s, nil
}

func (s *querySocket) close() { _ = s.file.Close() }

// closeWith closes the socket when ctx ends, so that whoever waits is woken.
func (s *querySocket) closeWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, s.close)
}

// setTTL limits how many routers its packets may pass, less one.
func (s *querySocket) setTTL(ttl int) error {
	level, option := unix.IPPROTO_IP, unix.IP_TTL
	if s.to.Is6() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS
	}
	var err error
	failed := s.conn.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, ttl) })
	return errors.Join(failed, os.NewSyscallError("setsockopt", err))
}

// local is the socket's own address and port.
func (s *querySocket) local() (netip.AddrPort, error) {
	var name unix.Sockaddr
	var err error
	if failed := s.conn.Control(func(fd uintptr) { name, err = unix.Getsockname(int(fd)) }); failed != nil {
		return netip.AddrPort{}, failed
	}
	return addrPortOf(name), os.NewSyscallError("getsockname", err)
}

func addrPortOf(name unix.Sockaddr) netip.AddrPort {
	switch a := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

// send sends one packet. An error that the kernel kept for an earlier one is given to the next system call: the second try
// is free of it.
func (s *querySocket) send(b []byte) error {
	if _, err := s.file.Write(b); err == nil {
		return nil
	}
	_, err := s.file.Write(b)
	return err
}

// until is the end of the wait for reactions, also of one that has begun.
func (s *querySocket) until(end time.Time) error { return s.file.SetReadDeadline(end) }

// receive waits for the next reaction. At the end of the time its error is os.ErrDeadlineExceeded. On a busy machine the end may be
// noticed before the reaction that came in time: it is looked for once more.
func (s *querySocket) receive() (r reaction, err error) {
	got := false
	look := func(fd uintptr) { r, got = s.take(int(fd)) }
	err = s.conn.Read(func(fd uintptr) bool {
		look(fd)
		return got
	})
	if errors.Is(err, os.ErrDeadlineExceeded) && s.conn.Control(look) == nil && got {
		return r, nil
	}
	return r, err
}

// take takes what has arrived. An error that a call gives back is told in detail by the error queue, which is looked at
// again then.
func (s *querySocket) take(fd int) (reaction, bool) {
	data, control := make([]byte, 2048), make([]byte, 512)
	for {
		n, oob, _, _, err := unix.Recvmsg(fd, data, control, unix.MSG_ERRQUEUE)
		if err == nil {
			if r, ok := parseError(control[:oob]); ok {
				r.at, r.data = time.Now(), data[:n]
				return r, true
			}
			continue
		}
		n, name, err := unix.Recvfrom(fd, data, unix.MSG_DONTWAIT)
		switch {
		case err == nil:
			return reaction{from: s.sender(name), at: time.Now(), data: s.payload(data[:n])}, true
		case errors.Is(err, unix.EAGAIN):
			return reaction{}, false
		}
	}
}

// sender is who sent a packet; on a connected datagram socket that can only be the target.
func (s *querySocket) sender(name unix.Sockaddr) netip.Addr {
	if from := addrPortOf(name).Addr(); from.IsValid() {
		return from
	}
	return s.to
}

// payload leaves out the IPv4 header, which a raw socket delivers with the message (raw(7)).
func (s *querySocket) payload(b []byte) []byte {
	if !s.raw || s.to.Is6() {
		return b
	}
	header, err := ipv4.ParseHeader(b)
	if err != nil {
		return nil
	}
	return b[min(header.Len, len(b)):]
}

// extendedError is the length of struct sock_extended_err, behind which the address of the sender follows.
const extendedError = 16

// parseError reads what the error queue says of an error, where it is an ICMP message.
func parseError(control []byte) (reaction, bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return reaction{}, false
	}
	for _, m := range messages {
		wanted := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR ||
			m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !wanted || len(m.Data) < extendedError {
			continue
		}
		r := reaction{isError: true, errno: syscall.Errno(binary.NativeEndian.Uint32(m.Data)), kind: m.Data[5], code: m.Data[6]}
		switch offender := m.Data[extendedError:]; {
		case m.Data[4] == unix.SO_EE_ORIGIN_ICMP && len(offender) >= 8: // struct sockaddr_in: the address follows family and port
			r.from = netip.AddrFrom4([4]byte(offender[4:8]))
		case m.Data[4] == unix.SO_EE_ORIGIN_ICMP6 && len(offender) >= 24: // struct sockaddr_in6: also the flow label
			r.from = netip.AddrFrom16([16]byte(offender[8:24]))
		default:
			return reaction{}, false
		}
		return r, true
	}
	return reaction{}, false
}
