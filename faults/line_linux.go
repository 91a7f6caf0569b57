package faults

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

const lineUsage = "usage: tcplab host line [--delay D] [--loss P] [--duplicate P] [--reorder P] [--mtu N] [--damage] [--reset-name NAME] [--drop-name NAME] INTERFACE INTERFACE"

// line passes frames on between two interfaces. It hands over with each frame what the kernel knows of it (PACKET_VNET_HDR,
// packet(7)): its checksum may not be filled in yet, and it may stand for several segments.
func line(ctx context.Context, s agent.Streams, args []string) error {
	flags := flag.NewFlagSet("line", flag.ContinueOnError)
	l := Line{}
	flags.DurationVar(&l.Delay, "delay", 0, "how long each frame is on its way")
	flags.Float64Var(&l.Loss, "loss", 0, "part of the frames that are lost, 0 to 1")
	flags.Float64Var(&l.Duplicate, "duplicate", 0, "part of the frames that are passed on twice")
	flags.Float64Var(&l.Reorder, "reorder", 0, "part of the frames with data of TCP that are passed on behind the next one")
	flags.IntVar(&l.MTU, "mtu", 0, "largest packet in bytes; 0: any")
	flags.BoolVar(&l.Damage, "damage", false, "damage the data of TCP segments")
	flags.StringVar(&l.ResetName, "reset-name", "", "reset connections whose ClientHello has this name")
	flags.StringVar(&l.DropName, "drop-name", "", "drop what comes on a connection from a ClientHello with this name on")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	parts := l.Loss >= 0 && l.Loss <= 1 && l.Duplicate >= 0 && l.Duplicate <= 1 && l.Reorder >= 0 && l.Reorder <= 1
	if flags.NArg() != 2 || !parts || l.Delay < 0 || l.MTU < 0 {
		return agent.Usagef(lineUsage)
	}
	ctx, cancel := agent.UntilStdinEnds(ctx, s)
	defer cancel()
	var ports [2]*os.File
	for i, name := range flags.Args() {
		port, err := openPort(s.Namespace, name)
		if err != nil {
			return err
		}
		defer port.Close()
		ports[i] = port
	}
	end, err := announce(s.Namespace, l, ports)
	if err != nil {
		return err
	}
	defer end.remove()
	context.AfterFunc(ctx, func() {
		for _, p := range ports {
			_ = p.SetReadDeadline(time.Unix(1, 0))
		}
	})
	var group sync.WaitGroup
	for i := range ports {
		d := &direction{Line: l, counts: end, from: ports[i], to: ports[1-i], chance: rand.New(rand.NewPCG(uint64(i), 1)), dropped: map[ends]bool{}}
		group.Go(func() { d.run(ctx) })
	}
	agent.SayReady(s)
	group.Wait()
	return nil
}

// openPort opens a packet(7) socket that takes every frame which comes in by an interface, and sends by it.
func openPort(n *agent.Namespace, name string) (*os.File, error) {
	h, err := n.Netlink()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	link, err := h.LinkByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", name, err)
	}
	fd, err := n.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0) // nothing comes before it is bound
	if err != nil {
		return nil, fmt.Errorf("open packet socket: %w (needs CAP_NET_RAW)", err)
	}
	agent.GrowReceiveBuffer(fd)
	index := link.Attrs().Index
	allProtocols := uint16(unix.ETH_P_ALL)<<8 | uint16(unix.ETH_P_ALL)>>8 // network byte order
	err = errors.Join(
		os.NewSyscallError("setsockopt PACKET_VNET_HDR", unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)),
		os.NewSyscallError("setsockopt PACKET_IGNORE_OUTGOING", unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)),
		os.NewSyscallError("setsockopt PACKET_ADD_MEMBERSHIP", unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP,
			&unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC})),
		os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: allProtocols, Ifindex: index})),
		os.NewSyscallError("set nonblocking", unix.SetNonblock(fd, true)))
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), name), nil
}

// What stands before each frame: struct virtio_net_hdr of linux/virtio_net.h.
const (
	vnetHeader     = 10
	vnetGSOType    = 1 // offset of the kind of segments that the frame stands for; 0: it is one
	vnetHeaderLen  = 2 // offset of the length of their headers, Ethernet's too
	vnetGSOSize    = 4 // offset of their payload
	ethernetHeader = 14
	largestFrame   = vnetHeader + ethernetHeader + 65535
)

// direction is one of the two in which the line passes frames on.
type direction struct {
	Line
	counts   *lineCounts
	from, to *os.File
	chance   *rand.Rand
	held     []byte        // a frame that waits to be passed on behind the next one
	dropped  map[ends]bool // the connections whose ClientHello had the name
}

// sent is a frame and the time at which it is passed on.
type sent struct {
	at    time.Time
	frame []byte
}

// run reads frames until ctx ends; they are passed on in their own time.
func (d *direction) run(ctx context.Context) {
	queue := make(chan sent, 4096)
	var group sync.WaitGroup
	group.Go(func() {
		for s := range queue {
			if !sleepUntil(ctx, s.at) {
				continue // the line ends: what is on it is lost
			}
			_, _ = d.to.Write(s.frame) // an interface that is down loses what is sent by it
		}
	})
	buffer := make([]byte, largestFrame)
	for {
		n, err := d.from.Read(buffer)
		if errors.Is(err, unix.ENETDOWN) && ctx.Err() == nil {
			continue // told once, when the interface goes down
		}
		if err != nil {
			break
		}
		for _, frame := range d.pass(append([]byte(nil), buffer[:n]...)) {
			queue <- sent{time.Now().Add(d.Delay), frame}
		}
	}
	close(queue)
	group.Wait()
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	wait := time.Until(at)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// pass returns what is passed on, now that a frame has come.
func (d *direction) pass(frame []byte) (list [][]byte) {
	switch {
	case d.MTU > 0 && packetSize(frame) > d.MTU:
		d.counts.tooLarge.Add(1)
		return nil
	case d.chance.Float64() < d.Loss:
		d.counts.lost.Add(1)
		return nil
	}
	if d.ResetName != "" {
		if f, is := resets(frame, d.ResetName); is {
			d.counts.reset.Add(1)
			_, _ = d.from.Write(f.toSender) // an interface that is down loses what is sent by it
			return [][]byte{f.toReceiver}
		}
	}
	if d.DropName != "" && d.isDropped(frame) {
		d.counts.dropped.Add(1)
		return nil
	}
	last := lastData(frame)
	if d.Damage && last > 0 {
		d.counts.damaged.Add(1)
		if frame[vnetGSOType] != 0 {
			return nil
		}
		damage(frame, last)
	}
	if d.held == nil && last > 0 && d.chance.Float64() < d.Reorder {
		d.counts.reordered.Add(1)
		d.held = frame
		return nil
	}
	list = append(list, frame)
	if d.chance.Float64() < d.Duplicate {
		d.counts.duplicated.Add(1)
		list = append(list, frame)
	}
	if d.held != nil {
		list = append(list, d.held)
		d.held = nil
	}
	return list
}

// packetSize is the size in bytes of the largest packet that the frame stands for.
func packetSize(frame []byte) int {
	if len(frame) < vnetHeader+ethernetHeader {
		return 0
	}
	if frame[vnetGSOType] != 0 {
		header := int(binary.NativeEndian.Uint16(frame[vnetHeaderLen:])) - ethernetHeader
		return header + int(binary.NativeEndian.Uint16(frame[vnetGSOSize:]))
	}
	return len(frame) - vnetHeader - ethernetHeader
}

// lineCounts are the counts of a line that runs, and what it is set to.
type lineCounts struct {
	namespace                                                      uint64
	settings                                                       lab.Counters
	ports                                                          [2]*os.File
	lost, duplicated, reordered, tooLarge, damaged, reset, dropped atomic.Uint64
}

// lines are those that run in this process, by the number of their namespace: the verb "counters" runs in it, too.
var lines sync.Map

func announce(n *agent.Namespace, l Line, ports [2]*os.File) (*lineCounts, error) {
	number, err := numberOf(n)
	if err != nil {
		return nil, err
	}
	c := &lineCounts{namespace: number, settings: l.settings(), ports: ports}
	lines.Store(number, c)
	return c, nil
}

func (c *lineCounts) remove() { lines.CompareAndDelete(c.namespace, c) }

// countOverrun counts as lost what has come since the last time and found no room in a socket's buffer. The kernel's count begins anew with
// each reading.
func (c *lineCounts) countOverrun() error {
	for _, port := range c.ports {
		raw, err := port.SyscallConn()
		if err != nil {
			return err
		}
		var stats *unix.TpacketStats
		if failed := raw.Control(func(fd uintptr) {
			stats, err = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS)
		}); errors.Is(failed, os.ErrClosed) {
			return nil // the line has ended
		}
		if err != nil {
			return os.NewSyscallError("getsockopt PACKET_STATISTICS", err)
		}
		c.lost.Add(uint64(stats.Drops))
	}
	return nil
}

// numberOf is the number of the file that a namespace is, namespaces(7).
func numberOf(n *agent.Namespace) (number uint64, err error) {
	err = n.Do(func() error {
		var stat unix.Stat_t
		if err := unix.Stat("/proc/thread-self/ns/net", &stat); err != nil {
			return os.NewSyscallError("stat network namespace", err)
		}
		number = stat.Ino
		return nil
	})
	return number, err
}

func addLineCounters(n *agent.Namespace, into lab.Counters) error {
	number, err := numberOf(n)
	if err != nil {
		return err
	}
	found, runs := lines.Load(number)
	if !runs {
		return nil
	}
	c := found.(*lineCounts)
	if err := c.countOverrun(); err != nil {
		return err
	}
	for name, value := range c.settings {
		into[name] = value
	}
	into[LineLostCounter], into[LineDuplicatedCounter] = c.lost.Load(), c.duplicated.Load()
	into[LineReorderedCounter], into[LineTooLargeCounter], into[LineDamagedCounter] = c.reordered.Load(), c.tooLarge.Load(), c.damaged.Load()
	into[LineResetCounter], into[LineDroppedCounter] = c.reset.Load(), c.dropped.Load()
	return nil
}

func init() {
	agent.Register("line [--delay D] [--loss P] [--mtu N] ... INTERFACE INTERFACE: pass frames on until standard input ends", line)
	agent.RegisterCounters(addLineCounters)
}
