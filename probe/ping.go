package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Echoes is how many echo requests an address gets.
const Echoes = 3

// The types of echo messages, RFC 792 and RFC 4443.
const (
	echoRequest4, echoReply4 = 8, 0
	echoRequest6, echoReply6 = 128, 129
)

// pinger is the exchange with one address.
type pinger struct {
	conn net.PacketConn
	to   netip.Addr
	// id and token mark what is ours: a raw socket sees everybody's ICMP. The kernel replaces id on a datagram socket.
	id     uint16
	token  []byte
	raw    bool
	sentAt [Echoes]time.Time
	done   [Echoes]bool // answered, or an error came in place of the answer
	found  PingResult
}

// ping sends the echo requests over the first half of the timeout and waits for the answers until its end.
func ping(ctx context.Context, to netip.Addr, timeout time.Duration) PingResult {
	conn, raw, err := openPing(to)
	if err != nil {
		return PingResult{Error: reason(err), Denied: isDenied(err)}
	}
	defer conn.Close()
	p := &pinger{conn: conn, to: to, raw: raw, token: make([]byte, 18)}
	_, _ = rand.Read(p.token) // it never fails
	p.id = binary.BigEndian.Uint16(p.token)
	p.token = p.token[2:]
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	end := time.Now().Add(timeout)
	for i := range Echoes {
		if err := p.send(i); err != nil {
			p.found.Error, p.found.Denied = reason(err), isDenied(err)
			break
		}
		p.found.Sent++
		next := end
		if i < Echoes-1 {
			next = time.Now().Add(timeout / (2 * Echoes))
		}
		if p.listen(next); ctx.Err() != nil {
			break
		}
	}
	return p.found
}

// send sends the echo request with the number i.
func (p *pinger) send(i int) error {
	b := make([]byte, 8, 8+len(p.token))
	b[0] = echoRequest4
	if p.to.Is6() {
		b[0] = echoRequest6 // the kernel fills in the checksum, RFC 3542 section 3.1
	}
	binary.BigEndian.PutUint16(b[4:], p.id)
	binary.BigEndian.PutUint16(b[6:], uint16(i+1))
	b = append(b, p.token...)
	if p.to.Is4() {
		binary.BigEndian.PutUint16(b[2:], checksum(b))
	}
	var to net.Addr = &net.UDPAddr{IP: p.to.WithZone("").AsSlice(), Zone: p.to.Zone()}
	if p.raw {
		to = &net.IPAddr{IP: p.to.WithZone("").AsSlice(), Zone: p.to.Zone()}
	}
	p.sentAt[i] = time.Now()
	_, err := p.conn.WriteTo(b, to)
	return err
}

// checksum is that of RFC 1071; the message has an even length.
func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// listen takes in messages until the time has come; after the last request only until none is missing.
func (p *pinger) listen(until time.Time) {
	if p.conn.SetReadDeadline(until) != nil {
		return
	}
	b := make([]byte, 2048)
	for p.found.Sent < Echoes || p.done != [Echoes]bool{true, true, true} {
		n, from, err := p.conn.ReadFrom(b)
		if err != nil {
			return
		}
		p.take(withoutHeader(b[:n]), addrOf(from))
	}
}

// withoutHeader leaves out an IPv4 header, which some systems deliver with the message.
func withoutHeader(b []byte) []byte {
	if len(b) >= 20 && b[0]>>4 == 4 { // no ICMP message has a type like this
		return b[min(len(b), int(b[0]&15)*4):]
	}
	return b
}

// take takes in one ICMP message.
func (p *pinger) take(b []byte, from netip.Addr) {
	if len(b) < 8 {
		return
	}
	reply := b[0] == echoReply4 && p.to.Is4() || b[0] == echoReply6 && p.to.Is6()
	if reply && from == p.to.WithZone("") && bytes.HasPrefix(b[8:], p.token) {
		p.answered(int(binary.BigEndian.Uint16(b[6:])) - 1)
		return
	}
	message := wire.ICMP{V6: p.to.Is6(), Type: b[0], Code: b[1]}
	if message.IsError() {
		p.complained(message.Name(), from, b[8:])
	}
}

func (p *pinger) answered(i int) {
	if i < 0 || i >= Echoes || p.done[i] {
		return
	}
	p.done[i] = true
	p.found.Received++
	if rtt := milliseconds(time.Since(p.sentAt[i])); p.found.RTTMS == 0 || rtt < p.found.RTTMS {
		p.found.RTTMS = rtt
	}
}

// complained takes in an ICMP error that quotes one of the requests.
func (p *pinger) complained(name string, from netip.Addr, quote []byte) {
	header, destination := 40, 24
	if p.to.Is4() {
		header, destination = 20, 16
		if len(quote) > 0 {
			header = int(quote[0]&15) * 4
		}
	}
	to := p.to.WithZone("").AsSlice()
	if len(quote) < max(header, destination+len(to))+8 || !bytes.Equal(quote[destination:destination+len(to)], to) {
		return
	}
	echo := quote[header:]
	i := int(binary.BigEndian.Uint16(echo[6:])) - 1
	if (p.raw && binary.BigEndian.Uint16(echo[4:]) != p.id) || i < 0 || i >= Echoes || p.done[i] {
		return
	}
	p.done[i] = true
	p.found.ICMP, p.found.From = name, from
}

// text is the answer to the path's second question.
func (p PingResult) text() lang.Message {
	switch {
	case p.Denied:
		return lang.Tell(lang.Text{English: "unknown: %s (ping needs CAP_NET_RAW, or on Linux a group in net.ipv4.ping_group_range)", Korean: "알 수 없음: %s (ping에는 CAP_NET_RAW 권한이, 또는 Linux에서 net.ipv4.ping_group_range 범위의 그룹이 필요하다)"}, p.Error)
	case p.Sent == 0:
		return lang.Tell(lang.Text{English: "unknown: the echo requests could not be sent (%s)", Korean: "알 수 없음: 에코 요청을 보낼 수 없었다(%s)"}, p.Error)
	case p.Received > 0:
		return lang.Tell(lang.Text{English: "yes: %d of %d pings answered, %s", Korean: "예: ping %[2]d개 중 %[1]d개 응답, %[3]s"}, p.Received, p.Sent, span(p.RTTMS))
	case p.ICMP != "":
		return lang.Tell(lang.Text{English: "no: %s says ICMP %s", Korean: "아니요: %s에서 ICMP %s"}, p.From, p.ICMP)
	}
	return lang.Tell(lang.Text{English: "no: none of %d pings answered", Korean: "아니요: ping %d개에 응답 없음"}, p.Sent)
}

// milliseconds with three digits after the point.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// span is such a time for people.
func span(ms float64) string {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Microsecond).String()
}
