package wire

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
)

// Trace is what was captured at one vantage point.
type Trace struct {
	// Point is the vantage point, such as "client" or "router:to-server".
	Point   string
	Packets []Packet
	// Payloads are the beginnings of the TCP data of those packets that have some, and of DNS messages, by their frame: what
	// is said decides whether a request was left without its answer.
	Payloads map[int][]byte
}

// keptPayload is how many bytes of a packet's data are kept: the head of a request or of an answer.
const keptPayload = 1024

// Keep adds a packet, with the beginning of its data. The data is copied.
func (t *Trace) Keep(p Packet, payload []byte) {
	t.Packets = append(t.Packets, p)
	if len(payload) == 0 {
		return
	}
	if t.Payloads == nil {
		t.Payloads = map[int][]byte{}
	}
	t.Payloads[p.Frame] = bytes.Clone(payload[:min(len(payload), keptPayload)])
}

// ReadAll reads a capture to its end. When that is cut off or damaged, the packets before are returned along with the
// error.
func ReadAll(r io.Reader, point string) (Trace, error) {
	t := Trace{Point: point}
	d, err := NewReader(r)
	if err != nil {
		return t, err
	}
	for {
		p, err := d.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		t.Keep(p, d.Payload())
	}
}

// On returns the packets of one interface as a trace of its own, with the vantage point "point:interface". A router
// captured on both sides has every packet twice: look at one side at a time.
func (t Trace) On(iface string) Trace {
	side := Trace{Point: t.Point + ":" + iface, Payloads: t.Payloads}
	for i := range t.Packets {
		if t.Packets[i].Interface == iface {
			side.Packets = append(side.Packets, t.Packets[i])
		}
	}
	return side
}

// Attempt is one attempt at reaching a server. By TCP it is one attempt at a connection: a 4-tuple plus the client's
// initial sequence number. Retransmissions of a SYN belong to one attempt; a SYN with a new number on the same ports
// begins another. By ICMP it is one echo exchange: who asks, who is asked, and the identifier, which ping chooses anew
// each time it is started. Of an echo exchange, Echo, EchoID and Packets are filled in besides the addresses.
type Attempt struct {
	// Client and Server are the ends; of an echo exchange the asking and the asked address, with port 0.
	Client, Server netip.AddrPort
	// Echo tells an echo exchange from an attempt at a connection; EchoID is its identifier.
	Echo   bool
	EchoID uint16
	// Lookup says that it is what was asked of name servers ([NameLookup]). The port of Client is 0, because each query may have another one.
	Lookup bool
	// HasSYN says that the client's SYN was seen. Without it the attempt is a connection whose beginning was not
	// captured: who is the client is told by a SYN-ACK, else by the port that was asked for, else the lower port is
	// the server's, else the first packet's sender is the client.
	HasSYN bool
	// ISN is the client's initial sequence number. Where the SYN was not seen it is the one that a SYN-ACK
	// acknowledges, else the first number seen, so that relative numbers begin at 0.
	ISN uint32
	// HasServerISN says that ServerISN is known: a SYN-ACK was seen, or, with no SYN in the capture, any packet that
	// tells it.
	HasServerISN bool
	ServerISN    uint32
	// Packets are the attempt's TCP segments, or echo requests and replies, and the ICMP errors that quote one of
	// them, as captured.
	Packets []Packet
}

// FromClient reports whether the packet travels from client to server. An ICMP error travels towards the sender of
// the packet that it quotes, whoever sent the error. An echo tells by its type: a host that pings itself has only one
// address.
func (a Attempt) FromClient(p *Packet) bool {
	switch {
	case a.Lookup && p.Kind == KindICMP:
		return p.ICMP.Quote.Src.Addr() != a.Client.Addr()
	case a.Lookup:
		return p.DstPort == portDNS
	case p.Kind != KindICMP:
		return p.SrcAddrPort() == a.Client
	case p.ICMP.HasQuote:
		return p.ICMP.Quote.Src != a.Client
	}
	return p.ICMP.IsEchoRequest()
}

// Seq is the packet's sequence number relative to its sender's initial one. It is the number itself where that is not
// known, as of the RST that answers a SYN: that has sequence number 0 (RFC 9293 section 3.10.7.1).
func (a Attempt) Seq(p *Packet) uint32 {
	return a.Relative(p.TCP.Seq, a.FromClient(p))
}

// Ack is the packet's acknowledgment number relative to the other side's initial sequence number, or the number
// itself where that is not known.
func (a Attempt) Ack(p *Packet) uint32 {
	return a.Relative(p.TCP.Ack, !a.FromClient(p))
}

// Relative makes any number of the client's sequence space, or of the server's, relative in the way of [Attempt.Seq].
// The edges of a SACK block, for one, are numbers of the side that the packet is sent to.
func (a Attempt) Relative(n uint32, client bool) uint32 {
	switch {
	case client && (a.HasSYN || a.HasServerISN):
		return n - a.ISN
	case !client && a.HasServerISN:
		return n - a.ServerISN
	}
	return n
}
