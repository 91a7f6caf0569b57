package agent

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab"
)

// The numbers of IP protocols that ping and traceroute speak.
const (
	protocolICMP   = 1
	protocolICMPv6 = 58
)

const (
	// mostEchoes is as many as fit into the sequence number of an echo request.
	mostEchoes = 1 << 16
	// echoPayload is the length of what ping sends by default.
	echoPayload = 56
)

// pinger is what "ping" does.
type pinger struct {
	socket            *querySocket
	target            netip.Addr
	count             int
	interval, timeout time.Duration
	mark              mark
	sentAt            []time.Time
	replies           []lab.EchoReply // by sequence number; not valid: nothing yet
	errno             syscall.Errno   // of the last complaint
	missing           int
}

// ping sends echo requests and prints what became of them.
func ping(ctx context.Context, s Streams, args []string) error {
	p := pinger{}
	flags := flag.NewFlagSet("ping", flag.ContinueOnError)
	flags.IntVar(&p.count, "count", 3, "how many echo requests")
	flags.DurationVar(&p.interval, "interval", 200*time.Millisecond, "time between two of them")
	flags.DurationVar(&p.timeout, "timeout", lab.DefaultTimeout, "how long to wait for replies, from the first request on")
	if err := Parse(flags, args); err != nil {
		return err
	}
	var err error
	if p.target, err = netip.ParseAddr(flags.Arg(0)); err != nil || flags.NArg() != 1 {
		return Usagef("usage: tcplab host ping [--count 3] [--interval 200ms] [--timeout 3s] ADDRESS (an IP address)")
	}
	p.target = p.target.Unmap()
	if p.count < 1 || p.count >= mostEchoes || p.interval < 0 || p.timeout <= 0 {
		return Usagef("--count is from 1 to %d, --interval is 0 or more, --timeout is more than 0", mostEchoes-1)
	}
	start := time.Now()
	socket, err := openEcho(s.Namespace, p.target)
	if err == nil {
		err = p.run(ctx, socket)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if denied(err) {
		return err
	}
	return PrintJSON(s.Stdout, p.result(err, time.Since(start)))
}

// denied reports whether an error is about this user's rights and not about the network.
func denied(err error) bool {
	_, is := errors.AsType[*rightsError](err)
	return is
}

// rightsError is the lack of a right, with the advice.
type rightsError struct {
	advice string
	err    error
}

func (e *rightsError) Error() string { return fmt.Sprintf("%s (%v)", e.advice, e.err) }

func (e *rightsError) Unwrap() error { return e.err }

// openEcho makes a socket for echo requests: a raw one where that is permitted, as in every lab; else that of an ordinary
// user, which the kernel permits to the groups of net.ipv4.ping_group_range (icmp(7)).
func openEcho(n *Namespace, to netip.Addr) (*querySocket, error) {
	protocol := protocolICMP
	if to.Is6() {
		protocol = protocolICMPv6
	}
	s, err := openQuery(n, netip.AddrPortFrom(to, 0), unix.SOCK_RAW, protocol)
	if !isSocketDenied(err) {
		return s, err // a route that prohibits is EACCES, too, but of connect
	}
	s, err = openQuery(n, netip.AddrPortFrom(to, 0), unix.SOCK_DGRAM, protocol)
	if isSocketDenied(err) {
		return nil, &rightsError{"ICMP needs root, CAP_NET_RAW or a group in net.ipv4.ping_group_range", err}
	}
	return s, err
}

// isSocketDenied reports whether the kernel refuses to make a socket.
func isSocketDenied(err error) bool {
	call, is := errors.AsType[*os.SyscallError](err)
	return is && call.Syscall == "socket" && (errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES))
}

// mark tells the echo requests of one program from those of others. On a socket of an ordinary user the kernel puts a number
// of its own in the place of the identifier, and lets in only what answers that.
type mark struct {
	id    uint16
	token []byte
}

func newMark() mark {
	m := mark{token: make([]byte, echoPayload)}
	_, _ = rand.Read(m.token) // it never fails
	m.id = binary.BigEndian.Uint16(m.token)
	return m
}

// request is the echo request with a sequence number. The kernel fills in the checksum for IPv6 (RFC 3542 section 3.1).
func (m mark) request(to netip.Addr, seq int) ([]byte, error) {
	var kind icmp.Type = ipv4.ICMPTypeEcho
	if to.Is6() {
		kind = ipv6.ICMPTypeEchoRequest
	}
	message := icmp.Message{Type: kind, Body: &icmp.Echo{ID: int(m.id), Seq: seq, Data: m.token}}
	return message.Marshal(nil)
}

// seqOf is the sequence number of the request that a reaction is about; false where it is not one of ours.
func (m mark) seqOf(s *querySocket, r reaction) (seq int, ours bool) {
	protocol := protocolICMP
	if s.to.Is6() {
		protocol = protocolICMPv6
	}
	message, err := icmp.ParseMessage(protocol, r.data)
	if err != nil {
		return 0, false
	}
	echo, is := message.Body.(*icmp.Echo)
	if !is || s.raw && echo.ID != int(m.id) {
		return 0, false
	}
	if r.isError { // a router quotes perhaps no more than the header (RFC 792)
		return echo.Seq, true
	}
	reply := message.Type == ipv4.ICMPTypeEchoReply || message.Type == ipv6.ICMPTypeEchoReply
	return echo.Seq, reply && r.from == s.to && bytes.Equal(echo.Data, m.token)
}

// run sends the requests and takes the reactions until none is missing or the time is over.
func (p *pinger) run(ctx context.Context, socket *querySocket) error {
	defer socket.close()
	defer socket.closeWith(ctx)()
	p.socket = socket
	p.mark, p.replies = newMark(), make([]lab.EchoReply, p.count)
	p.missing = p.count
	start := time.Now()
	end := start.Add(p.timeout)
	for i := range p.count {
		due := start.Add(time.Duration(i) * p.interval)
		if err := p.listen(due); err != nil || !due.Before(end) {
			return err
		}
		request, err := p.mark.request(p.target, i+1)
		if err != nil {
			return err
		}
		p.sentAt = append(p.sentAt, time.Now())
		if err := p.socket.send(request); err != nil {
			return err
		}
	}
	return p.listen(end)
}

// listen takes reactions until the time has come; once all is sent, only until none is missing.
func (p *pinger) listen(until time.Time) error {
	if err := p.socket.until(until); err != nil {
		return err
	}
	for p.missing > 0 {
		r, err := p.socket.receive()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		p.note(r)
	}
	return nil
}

// note notes a reaction to a request that has none yet.
func (p *pinger) note(r reaction) {
	seq, ours := p.mark.seqOf(p.socket, r)
	if !ours || seq < 1 || seq > len(p.sentAt) || p.replies[seq-1].From.IsValid() {
		return
	}
	reply := lab.EchoReply{Seq: seq, From: r.from, RTT: r.at.Sub(p.sentAt[seq-1])}
	if r.isError {
		reply.Unreachable, p.errno = complaint(p.target.Is6(), r.kind, r.code), r.errno
	}
	p.replies[seq-1] = reply
	p.missing--
}

func (p *pinger) result(err error, elapsed time.Duration) lab.Pinged {
	result := lab.Pinged{Sent: len(p.sentAt), Replies: []lab.EchoReply{}}
	var trouble *lab.EchoReply
	for _, r := range p.replies {
		if !r.From.IsValid() {
			continue
		}
		result.Replies = append(result.Replies, r)
		if r.Unreachable == "" {
			result.Received++
		} else if trouble == nil {
			trouble = &r
		}
	}
	if err != nil {
		result.Outcome = lab.OutcomeOf("ping", "connect", fmt.Errorf("ping: %w", err), elapsed)
		result.Code = "not sent"
		return result
	}
	errno := lab.OutcomeOf("", "", p.errno, 0).Errno
	result.Outcome = lab.PingOutcome("ping", result.Sent, result.Received, trouble, errno)
	result.Elapsed, result.Ended = elapsed, time.Now().UTC()
	return result
}

// complaints are the words of ping(8) for ICMP errors, by family, type and code.
var complaints = map[[3]byte]string{
	{4, 3, 0}: "Destination Net Unreachable", {4, 3, 1}: "Destination Host Unreachable", {4, 3, 2}: "Destination Protocol Unreachable",
	{4, 3, 3}: "Destination Port Unreachable", {4, 3, 5}: "Source Route Failed", {4, 3, 6}: "Destination Net Unknown",
	{4, 3, 7}: "Destination Host Unknown", {4, 3, 9}: "Destination Net Prohibited", {4, 3, 10}: "Destination Host Prohibited",
	{4, 3, 13}: "Packet filtered", {4, 11, 0}: "Time to live exceeded",
	{6, 1, 0}: "Destination unreachable: No route", {6, 1, 1}: "Destination unreachable: Administratively prohibited",
	{6, 1, 2}: "Destination unreachable: Beyond scope of source address", {6, 1, 3}: "Destination unreachable: Address unreachable",
	{6, 1, 4}: "Destination unreachable: Port unreachable", {6, 3, 0}: "Time exceeded: Hop limit",
}

func complaint(v6 bool, kind, code byte) string {
	family := byte(4)
	if v6 {
		family = 6
	}
	if words, known := complaints[[3]byte{family, kind, code}]; known {
		return words
	}
	return fmt.Sprintf("ICMP type %d code %d", kind, code)
}
