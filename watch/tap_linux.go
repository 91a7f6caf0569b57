package watch

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
)

const (
	// snapLength is larger than any packet on a link, also after segmentation offload.
	snapLength = 256 << 10
	// receiveBuffer of the socket, in bytes: a burst must not overrun it while a failure is written.
	receiveBuffer = 16 << 20
	// linkSLL2 is the tcpdump group's number of the header by which a capture of any interface tells one from another.
	linkSLL2   = 276
	headerSLL2 = 20
)

// Capture writes what passes an interface, or all of them where it is "any", as a pcapng file until ctx ends. It calls ready when every
// packet from then on is captured, and returns how many packets the kernel had to drop because they were not read in time.
func Capture(ctx context.Context, iface string, out io.Writer, ready func()) (dropped int, err error) {
	index, err := indexOf(iface)
	if err != nil {
		return 0, err
	}
	socket, err := openSocket(index)
	if err != nil {
		return 0, err
	}
	defer socket.Close()
	t := tap{out: bufio.NewWriterSize(out, 64<<10), data: make([]byte, headerSLL2+snapLength), control: make([]byte, 256)}
	if t.file, err = wire.NewWriter(t.out, "tcplab watch"); err == nil {
		_, err = t.file.AddInterface(iface, linkSLL2)
	}
	if err := errors.Join(err, t.out.Flush()); err != nil {
		return 0, err
	}
	conn, err := socket.SyscallConn()
	if err != nil {
		return 0, err
	}
	// A deadline in the past wakes the reader; what had arrived by then is still read.
	stop := context.AfterFunc(ctx, func() { _ = socket.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	ready()
	err = conn.Read(func(fd uintptr) bool { return t.drain(int(fd)) })
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	if err = errors.Join(err, t.err); err != nil {
		return 0, err
	}
	control := conn.Control(func(fd uintptr) {
		t.drain(int(fd))
		var stats *unix.TpacketStats
		if stats, err = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			dropped = int(stats.Drops)
		}
	})
	return dropped, errors.Join(control, t.err, err)
}

// indexOf is the kernel's number of an interface; 0 stands for all.
func indexOf(name string) (int, error) {
	if name == "any" {
		return 0, nil
	}
	if found, err := net.InterfaceByName(name); err == nil {
		return found.Index, nil
	}
	list, err := net.Interfaces()
	if err != nil {
		return 0, err
	}
	names := make([]string, 0, len(list)+1)
	for _, i := range list {
		names = append(names, i.Name)
	}
	return 0, fmt.Errorf("there is no interface %q: the ones that there are: %s", name, strings.Join(append(names, "any"), ", "))
}

// openSocket opens a packet(7) socket whose packets begin with the network layer, with the kernel's own times.
func openSocket(index int) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if errors.Is(err, unix.EPERM) {
		return nil, errors.New("capturing is not permitted: use sudo, or give the program the right once: sudo setcap cap_net_raw+ep \"$(command -v tcplab)\"")
	}
	if err != nil {
		return nil, os.NewSyscallError("socket AF_PACKET", err)
	}
	err = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	// Beyond net.core.rmem_max only with CAP_NET_ADMIN; else as much as is allowed.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: index})
	}
	if err != nil {
		return nil, errors.Join(os.NewSyscallError("packet socket", err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "packet socket"), nil
}

// bigEndian swaps the bytes of a number between the network's order and this machine's.
func bigEndian(n uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], n)
	return binary.BigEndian.Uint16(b[:])
}

// tap moves packets from a socket to a file.
type tap struct {
	out           *bufio.Writer
	file          *wire.Writer
	data, control []byte
	err           error
}

// drain reads until nothing more has arrived. It returns true when reading must end, because of an error.
func (t *tap) drain(fd int) (done bool) {
	for {
		n, controls, _, from, err := unix.Recvmsg(fd, t.data[headerSLL2:], t.control, unix.MSG_TRUNC)
		switch {
		case err == unix.EINTR, err == unix.ENETDOWN: // an interface went down; it may come up again
			continue
		case err == unix.EAGAIN:
			t.err = t.out.Flush()
		case err != nil:
			t.err = os.NewSyscallError("recvmsg", err)
		default:
			t.err = t.write(n, t.control[:controls], from)
			if t.err == nil {
				continue
			}
		}
		return t.err != nil
	}
}

func (t *tap) write(length int, control []byte, from unix.Sockaddr) error {
	link, ok := from.(*unix.SockaddrLinklayer)
	if !ok {
		return fmt.Errorf("a packet came from %T", from)
	}
	if link.Pkttype == unix.PACKET_OTHERHOST { // which a network card leaves alone, and a pair of virtual devices brings
		return nil
	}
	at, err := agent.TimeOf(control)
	if err != nil {
		return err
	}
	h := t.data[:headerSLL2]
	binary.BigEndian.PutUint16(h, bigEndian(link.Protocol))
	binary.BigEndian.PutUint16(h[2:], 0)
	binary.BigEndian.PutUint32(h[4:], uint32(link.Ifindex))
	binary.BigEndian.PutUint16(h[8:], link.Hatype)
	h[10], h[11] = link.Pkttype, link.Halen
	copy(h[12:], link.Addr[:])
	captured := min(length, snapLength)
	return t.file.Write(0, wire.Frame{Time: at, Length: headerSLL2 + length, Data: t.data[:headerSLL2+captured], Link: linkSLL2}, "")
}
