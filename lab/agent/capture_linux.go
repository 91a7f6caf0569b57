package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"golang.org/x/sys/unix"
)

const (
	// snapLength is larger than any packet on a link, also after segmentation offload.
	snapLength = 256 << 10
	// receiveBuffer of the socket, in bytes.
	receiveBuffer = 8 << 20
)

// capture writes the packets of the interfaces to standard output until standard input ends. One socket serves all of
// them, so that packets of a router's two sides are in the order in which the kernel saw them.
func capture(ctx context.Context, s Streams, names []string) error {
	if len(names) == 0 {
		return Usagef("usage: tcplab host capture INTERFACE...")
	}
	ctx, cancel := UntilStdinEnds(ctx, s)
	defer cancel()
	file, err := newPacketWriter(s, names)
	if err != nil {
		return err
	}
	socket, err := openPacketSocket(s.Namespace)
	if err != nil {
		return err
	}
	defer socket.Close()
	if err := awaitStamping(ctx); err != nil {
		return err
	}
	conn, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	// A deadline in the past wakes the reader; what had arrived by then is still read.
	context.AfterFunc(ctx, func() { _ = socket.SetReadDeadline(time.Unix(1, 0)) })
	SayReady(s)
	receiver := packetReceiver{file: file, data: make([]byte, snapLength), control: make([]byte, 256)}
	err = conn.Read(func(fd uintptr) bool { return receiver.drain(int(fd)) })
	if receiver.err != nil {
		return receiver.err
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return finishCapture(conn, &receiver)
}

// finishCapture reads what had arrived when the capture was ended, and fails when the kernel had to drop packets: a
// trace with a hole proves nothing.
func finishCapture(conn syscall.RawConn, receiver *packetReceiver) error {
	var stats *unix.TpacketStats
	var err error
	ctrlErr := conn.Control(func(fd uintptr) {
		receiver.drain(int(fd))
		stats, err = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS)
	})
	if err := errors.Join(ctrlErr, receiver.err, err); err != nil {
		return err
	}
	if stats.Drops > 0 {
		return fmt.Errorf("the kernel dropped %d of %d packets before they could be read: the capture is not complete",
			stats.Drops, stats.Packets)
	}
	return nil
}

// openPacketSocket opens a packet(7) socket that sees every packet of the namespace, with the kernel's own times.
func openPacketSocket(n *Namespace) (*os.File, error) {
	allProtocols := int(uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8) // network byte order
	fd, err := n.Socket(unix.AF_PACKET, unix.SOCK_RAW, allProtocols)
	if errors.Is(err, unix.EPERM) {
		return nil, fmt.Errorf("open packet socket: %w (needs CAP_NET_RAW)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return nil, errors.Join(os.NewSyscallError("setsockopt SO_TIMESTAMPNS", err), unix.Close(fd))
	}
	GrowReceiveBuffer(fd)
	return os.NewFile(uintptr(fd), "packet socket"), nil
}

// GrowReceiveBuffer gives a packet socket room for a burst that comes while its reader waits for a processor: as much as net.core.rmem_max
// allows, and more with CAP_NET_ADMIN outside any user namespace.
func GrowReceiveBuffer(fd int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
}

// packetWriter writes pcapng, one interface block per captured interface.
type packetWriter struct {
	*pcapgo.NgWriter
	numbers map[int]int  // kernel's interface index -> number in the file
	foreign map[int]bool // the interfaces that take frames for other stations, as those of a line do
}

func newPacketWriter(s Streams, names []string) (*packetWriter, error) {
	h, err := s.Namespace.Netlink()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	w := &packetWriter{numbers: map[int]int{}, foreign: map[int]bool{}}
	for i, name := range names {
		link, err := h.LinkByName(name)
		if err != nil {
			return nil, fmt.Errorf("interface %s: %w", name, err)
		}
		description := pcapgo.NgInterface{Name: name, LinkType: layers.LinkTypeEthernet, TimestampResolution: 9,
			SnapLength: snapLength, OS: "linux"}
		if i == 0 {
			w.NgWriter, err = pcapgo.NewNgWriterInterface(s.Stdout, description,
				pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{OS: "linux", Application: "tcplab"}})
		} else {
			_, err = w.AddInterface(description)
		}
		if err != nil {
			return nil, err
		}
		w.numbers[link.Attrs().Index], w.foreign[link.Attrs().Index] = i, link.Attrs().Promisc > 0
	}
	return w, w.Flush()
}

// packetReceiver moves packets from a socket to the file.
type packetReceiver struct {
	file          *packetWriter
	data, control []byte
	err           error
}

// drain reads until nothing more has arrived. It returns true when reading must end, because of an error.
func (p *packetReceiver) drain(fd int) (done bool) {
	for {
		n, controls, _, from, err := unix.Recvmsg(fd, p.data, p.control, unix.MSG_TRUNC)
		switch {
		case err == unix.EINTR, err == unix.ENETDOWN: // an interface went down; the others go on
			continue
		case err == unix.EAGAIN:
			p.err = p.file.Flush()
		case err != nil:
			p.err = os.NewSyscallError("recvmsg", err)
		default:
			p.err = p.write(n, p.control[:controls], from)
			if p.err == nil {
				continue
			}
		}
		return p.err != nil
	}
}

func (p *packetReceiver) write(length int, control []byte, from unix.Sockaddr) error {
	link, ok := from.(*unix.SockaddrLinklayer)
	if !ok {
		return fmt.Errorf("a packet came from %T", from)
	}
	number, wanted := p.file.numbers[link.Ifindex]
	// A frame for another station is not this host's, though a pair of virtual devices carries it here. A network card
	// leaves it alone, unless it was told to take everything, and a switch does not even bring it.
	if !wanted || link.Pkttype == unix.PACKET_OTHERHOST && !p.file.foreign[link.Ifindex] {
		return nil
	}
	at, err := TimeOf(control)
	if err != nil {
		return err
	}
	captured := min(length, len(p.data))
	return p.file.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: captured, Length: length,
		InterfaceIndex: number}, p.data[:captured])
}

// TimeOf finds the kernel's time in the control messages of a packet.
func TimeOf(control []byte) (time.Time, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return time.Time{}, os.NewSyscallError("parse control message", err)
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS {
			ts := (*unix.Timespec)(unsafe.Pointer(&m.Data[0]))
			return time.Unix(ts.Unix()), nil
		}
	}
	return time.Time{}, io.ErrUnexpectedEOF
}

// ProbeCapture reports why packets cannot be captured in the namespace.
func (n *Namespace) ProbeCapture() error {
	socket, err := openPacketSocket(n)
	if err != nil {
		return err
	}
	return socket.Close()
}
