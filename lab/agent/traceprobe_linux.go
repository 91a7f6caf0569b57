package agent

import (
	"errors"
	"net/netip"
	"os"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab"
)

// prober is one kind of probe: the socket for one, what is sent, and whether a reaction is one to it.
type prober interface {
	socket() *querySocket
	packet() ([]byte, error)
	// answers reports whether the reaction is to this probe. One that is no error comes from the target itself.
	answers(r reaction) bool
	close()
}

// probers make the probe for a hop.
var probers = map[string]func(t tracer, n *Namespace, ttl int) (prober, error){
	lab.TraceICMP: newEchoProbe,
	lab.TraceUDP:  newDatagramProbe,
	lab.TraceTCP:  newSYNProbe,
}

// echoProbe is an echo request.
type echoProbe struct {
	query *querySocket
	mark  mark
	ttl   int
}

func newEchoProbe(t tracer, n *Namespace, ttl int) (prober, error) {
	query, err := openEcho(n, t.target)
	if err != nil {
		return nil, err
	}
	return &echoProbe{query, newMark(), ttl}, nil
}

func (p *echoProbe) socket() *querySocket    { return p.query }
func (p *echoProbe) packet() ([]byte, error) { return p.mark.request(p.query.to, p.ttl) }
func (p *echoProbe) close()                  { p.query.close() }

func (p *echoProbe) answers(r reaction) bool {
	seq, ours := p.mark.seqOf(p.query, r)
	return ours && seq == p.ttl
}

// datagramProbe is a UDP datagram. Its socket is connected, and so is given nothing that is not about it.
type datagramProbe struct{ query *querySocket }

func newDatagramProbe(t tracer, n *Namespace, ttl int) (prober, error) {
	query, err := openQuery(n, netip.AddrPortFrom(t.target, uint16(traceUDPPort+ttl-1)), unix.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	return &datagramProbe{query}, nil
}

func (p *datagramProbe) socket() *querySocket    { return p.query }
func (p *datagramProbe) packet() ([]byte, error) { return make([]byte, 32), nil } // as long as those of traceroute(8)
func (p *datagramProbe) close()                  { p.query.close() }
func (p *datagramProbe) answers(reaction) bool   { return true }

// synProbe is a single SYN, written by hand: the kernel would send it again. The kernel answers the server's SYN-ACK with a
// RST, because it knows of no connection.
type synProbe struct {
	query      *querySocket
	held       *querySocket // keeps the port for as long as the probe lasts
	from       netip.AddrPort
	targetPort layers.TCPPort
}

func newSYNProbe(t tracer, n *Namespace, _ int) (prober, error) {
	query, err := openQuery(n, netip.AddrPortFrom(t.target, 0), unix.SOCK_RAW, unix.IPPROTO_TCP)
	if errors.Is(err, unix.EPERM) {
		return nil, &rightsError{"SYNs by hand need root or CAP_NET_RAW; --method udp needs neither", err}
	}
	if err != nil {
		return nil, err
	}
	p := &synProbe{query: query, targetPort: layers.TCPPort(t.port)}
	if err := p.holdPort(n); err != nil {
		return nil, errors.Join(err, query.file.Close())
	}
	return p, nil
}

// holdPort takes a free port of the address from which the probe leaves.
func (p *synProbe) holdPort(n *Namespace) error {
	local, err := p.query.local()
	if err != nil {
		return err
	}
	domain := unix.AF_INET
	if local.Addr().Is6() {
		domain = unix.AF_INET6
	}
	fd, err := n.Socket(domain, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	p.held = &querySocket{file: os.NewFile(uintptr(fd), "held port")}
	if p.held.conn, err = p.held.file.SyscallConn(); err != nil {
		return errors.Join(err, p.held.file.Close())
	}
	if err := unix.Bind(fd, sockaddr(netip.AddrPortFrom(local.Addr(), 0))); err != nil {
		return errors.Join(os.NewSyscallError("bind", err), p.held.file.Close())
	}
	if p.from, err = p.held.local(); err != nil {
		return errors.Join(err, p.held.file.Close())
	}
	return nil
}

func (p *synProbe) socket() *querySocket { return p.query }

func (p *synProbe) close() {
	p.query.close()
	p.held.close()
}

func (p *synProbe) packet() ([]byte, error) {
	mss := []byte{0x05, 0xb4} // 1460
	tcp := layers.TCP{SrcPort: layers.TCPPort(p.from.Port()), DstPort: p.targetPort, Seq: uint32(time.Now().UnixNano()), SYN: true, Window: 5840,
		Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: mss}}}
	var network gopacket.NetworkLayer = &layers.IPv4{SrcIP: p.from.Addr().AsSlice(), DstIP: p.query.to.AsSlice(), Protocol: layers.IPProtocolTCP}
	if p.query.to.Is6() {
		network = &layers.IPv6{SrcIP: p.from.Addr().AsSlice(), DstIP: p.query.to.AsSlice(), NextHeader: layers.IPProtocolTCP}
	}
	if err := tcp.SetNetworkLayerForChecksum(network); err != nil {
		return nil, err
	}
	buffer := gopacket.NewSerializeBuffer()
	err := tcp.SerializeTo(buffer, gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true})
	return buffer.Bytes(), err
}

// answers looks at the ports: a raw socket sees all of the host's TCP with the target. A router quotes perhaps no more of
// the probe than the ports and the sequence number (RFC 792).
func (p *synProbe) answers(r reaction) bool {
	if len(r.data) < 4 {
		return false
	}
	first, second := layers.TCPPort(r.data[0])<<8|layers.TCPPort(r.data[1]), layers.TCPPort(r.data[2])<<8|layers.TCPPort(r.data[3])
	ours := layers.TCPPort(p.from.Port())
	if r.isError {
		return first == ours && second == p.targetPort
	}
	return first == p.targetPort && second == ours
}
