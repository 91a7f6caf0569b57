package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// farewell is how long the server may take at least to close its side after this one has, and patience how many times as long as
// the handshake took.
const (
	farewell = 500 * time.Millisecond
	patience = 4
)

// feeling is what the connection attempt felt like.
type feeling struct {
	err     error
	elapsed time.Duration
}

// connect makes the attempt and closes what it opened at once.
func connect(ctx context.Context, f *flow, timeout time.Duration) feeling {
	dialer := net.Dialer{Timeout: timeout, KeepAlive: -1, Control: func(_, _ string, c syscall.RawConn) error {
		port, err := claimPort(c, f.server.Addr().Is6())
		f.port.Store(uint32(port))
		return err
	}}
	start := time.Now()
	conn, err := dialer.DialContext(ctx, "tcp", f.server.String())
	felt := feeling{err, time.Since(start)}
	if err == nil {
		own := conn.LocalAddr().(*net.TCPAddr).AddrPort()
		f.port.Store(uint32(own.Port()))
		hangUp(conn.(*net.TCPConn), min(timeout, max(farewell, patience*felt.elapsed)))
	}
	return felt
}

// hangUp closes in good order: a close with unread data, such as a greeting, would send RST.
func hangUp(c *net.TCPConn, wait time.Duration) {
	defer c.Close()
	if c.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(wait)) == nil {
		_, _ = io.Copy(io.Discard, c)
	}
}

// verdict is what can be said without having seen a packet.
func (f feeling) verdict(n NextHop) diagnose.Verdict {
	var timeout net.Error
	switch {
	case f.err == nil:
		return diagnose.Open
	case errors.Is(f.err, errRefused):
		return diagnose.Refused
	case f.lacksPort():
		return diagnose.NotSent
	case n.Silent() && (isUnreachable(f.err) || errors.As(f.err, &timeout) && timeout.Timeout()):
		return diagnose.NoNeighbour
	case isUnreachable(f.err):
		return diagnose.Rejected
	case errors.As(f.err, &timeout) && timeout.Timeout():
		return diagnose.NoAnswer
	}
	return ""
}

// lacksPort reports whether no local port was free: nothing was sent.
func (f feeling) lacksPort() bool {
	return errors.Is(f.err, errNoAddress) || errors.Is(f.err, errInUse)
}

// isUnreachable reports whether the error is one that an ICMP error, or a next hop that does not answer, gives.
func isUnreachable(err error) bool {
	return errors.Is(err, errHostUnreachable) || errors.Is(err, errNetUnreachable) || errors.Is(err, syscall.EACCES)
}

// agrees reports whether what the packets say can be the same event as what the client felt. They differ where the
// capture stands in the wrong place, as when the answers come in by another interface.
func (f feeling) agrees(seen diagnose.Verdict) bool {
	switch felt := f.verdict(NextHop{}); seen {
	case diagnose.OK, diagnose.Open, diagnose.HalfClosed, diagnose.ClosedEarly, diagnose.ResetByServer, diagnose.ResetByClient:
		return felt == diagnose.Open
	case diagnose.SYNACKUnanswered:
		return felt == diagnose.Open || felt == diagnose.NoAnswer
	case diagnose.Refused:
		return felt == diagnose.Refused || felt == diagnose.NoAnswer
	case diagnose.Rejected:
		return felt != diagnose.Open
	case diagnose.NoNeighbour:
		return felt == diagnose.Rejected || felt == diagnose.NoAnswer
	case diagnose.NoAnswer:
		return felt == diagnose.NoAnswer
	}
	return false
}

// cause is why the attempt failed, in words; "" when it did not.
func (f feeling) cause() string {
	var timeout net.Error
	switch {
	case f.err == nil:
		return ""
	case errors.As(f.err, &timeout) && timeout.Timeout():
		return "timed out"
	}
	return reason(f.err)
}

// addrOf is the IP address of a socket address.
func addrOf(a net.Addr) netip.Addr {
	switch a := a.(type) {
	case *net.IPAddr:
		addr, _ := netip.AddrFromSlice(a.IP)
		return addr.Unmap()
	case *net.UDPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
