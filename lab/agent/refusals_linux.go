package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// awaitRefusals returns when so many refusals of connections with a port have left the host, in packets of its kernel: nothing else tells a
// program of a SYN that nobody has listened for. What the host says to itself does not count. It says that it is ready once no refusal escapes it.
func awaitRefusals(ctx context.Context, s Streams, port, count int) error {
	allProtocols := int(uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8) // network byte order
	fd, err := s.Namespace.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, allProtocols)
	if err != nil {
		return fmt.Errorf("open packet socket: %w (needs CAP_NET_RAW)", err)
	}
	GrowReceiveBuffer(fd)
	socket := os.NewFile(uintptr(fd), "packet socket")
	defer socket.Close()
	conn, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = socket.SetReadDeadline(time.Unix(1, 0)) })()
	SayReady(s)
	var failed error
	packet := make([]byte, 128) // the headers of IP and TCP
	err = conn.Read(func(fd uintptr) bool {
		for count > 0 {
			n, from, err := unix.Recvfrom(int(fd), packet, 0)
			switch {
			case errors.Is(err, unix.EINTR):
				continue
			case errors.Is(err, unix.EAGAIN):
				return false
			case err != nil:
				failed = os.NewSyscallError("recvfrom", err)
				return true
			}
			if link, ok := from.(*unix.SockaddrLinklayer); ok && leaves(link) && isRefusal(packet[:n], port) {
				count--
			}
		}
		return true
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.Cause(ctx)
	}
	return errors.Join(failed, err)
}

// leaves reports whether a packet is on its way from the host to another one.
func leaves(link *unix.SockaddrLinklayer) bool {
	return link.Pkttype == unix.PACKET_OUTGOING && link.Hatype != unix.ARPHRD_LOOPBACK
}

// isRefusal reports whether an IP packet is a RST from a port. No packet of the service's is one before it listens.
func isRefusal(packet []byte, port int) bool {
	const fixed, flagRST = 20, 0x04
	var tcp []byte
	switch {
	case len(packet) >= fixed && packet[0]>>4 == 4 && packet[9] == unix.IPPROTO_TCP:
		tcp = packet[min(int(packet[0]&0x0f)*4, len(packet)):]
	case len(packet) >= 2*fixed && packet[0]>>4 == 6 && packet[6] == unix.IPPROTO_TCP:
		tcp = packet[2*fixed:]
	}
	return len(tcp) >= fixed && int(binary.BigEndian.Uint16(tcp)) == port && tcp[13]&flagRST != 0
}
