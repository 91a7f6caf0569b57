// Package wire reads packet captures and groups their packets into connection attempts.
//
// It is pure: bytes in, values out. [Reader] decodes pcap and pcapng as a stream, [ReadAll] makes a [Trace] of it, and
// [Trace.Attempts] splits a trace into connection attempts, each a 4-tuple plus an initial sequence number, and
// [Trace.Echoes] into the echo exchanges of ping.
package wire

import (
	"net/netip"
	"time"
)

// Kind says what a packet is, and so which of the fields of [Packet] are filled in.
type Kind uint8

// The kinds of packets.
const (
	// KindOther is anything else: another protocol, a fragment whose first one is not known, a packet cut within its headers.
	KindOther Kind = iota
	KindTCP
	KindUDP
	KindICMP // ICMP (RFC 792) and ICMPv6 (RFC 4443), but for Neighbour Discovery
	KindARP  // RFC 826
	KindND   // a neighbour solicitation or advertisement, RFC 4861 section 4.3 and 4.4
	KindDNS  // a query or an answer of DNS in a UDP datagram from or to port 53; [ParseDNS] reads what it says
)

var kindNames = [...]string{"other", "tcp", "udp", "icmp", "arp", "nd", "dns"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid"
}

// Packet is one packet of a capture. It is a plain value that points nowhere, so that millions of them can be read
// without allocating.
type Packet struct {
	// Time is when the packet was captured, in UTC; zero where the file does not say (pcapng simple packet blocks).
	Time time.Time
	// Frame is the packet's number in its file, counted from 1, as Wireshark numbers it.
	Frame int
	// Interface is the name of the capturing interface; only pcapng has it.
	Interface string
	// InterfaceIndex is the number of the interface in the kernel, and Outgoing says that the packet was leaving by it; only
	// captures of "any" with Linux SLL version 2 have them. 0 stands for none.
	InterfaceIndex uint32
	Outgoing       bool
	// SrcMAC is the hardware address that sent the packet on the captured link; zero where the link has none, and within IP tunnels.
	SrcMAC [6]byte
	// Src and Dst are the addresses of the IP header; of ARP, the protocol addresses of sender and target.
	Src, Dst netip.Addr
	// SrcPort and DstPort are set for TCP, UDP and DNS.
	SrcPort, DstPort uint16
	Kind             Kind
	// ID is IPv4's identification, 0 with IPv6. A copy of a packet has the same, a retransmission another.
	ID uint16
	// TTL is IPv4's time to live, or IPv6's hop limit; of ARP it is 0.
	TTL uint8
	// Protocol is IANA's number of what an IP packet carries that is not decoded, such as ESP, within UDP or not; 0 otherwise.
	Protocol uint8
	// Length is the length on the wire in bytes, link layer included.
	Length int
	// Truncated says that fewer bytes were captured than the packet had (the capture's snapshot length).
	Truncated bool
	// MoreFragments says that the packet is a fragment of an IP packet which goes on in others. Of a TCP segment each fragment is a packet of
	// its own: with the ports of the first one, and the sequence number and the length of its own data. The FIN is in the last one.
	MoreFragments bool

	TCP       TCP
	ICMP      ICMP          // of KindICMP and KindND
	Neighbour NeighbourTold // of KindARP and KindND
	DNS       DNS           // of KindDNS
}

// SrcAddrPort is the source address and port.
func (p *Packet) SrcAddrPort() netip.AddrPort { return netip.AddrPortFrom(p.Src, p.SrcPort) }

// DstAddrPort is the destination address and port.
func (p *Packet) DstAddrPort() netip.AddrPort { return netip.AddrPortFrom(p.Dst, p.DstPort) }

// NeighbourTold is what ARP and Neighbour Discovery say, in the same words.
type NeighbourTold struct {
	// Reply tells an ARP reply or neighbour advertisement from a request or solicitation.
	Reply bool
	// Target is the address whose hardware address is asked for or told.
	Target netip.Addr
	// MAC is the hardware address told: the sender's own in a request, that of Target in a reply. Zero when absent.
	MAC [6]byte
}
