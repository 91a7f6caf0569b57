package wire

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/google/gopacket/layers"
)

// ICMP is an ICMP or ICMPv6 message. Its sender is the packet's Src.
type ICMP struct {
	// V6 tells ICMPv6 from ICMP, whose types and codes differ.
	V6         bool
	Type, Code uint8
	// MTU is the next hop's in bytes, of a "too-big" message; routers older than RFC 1191 leave it 0.
	MTU uint32
	// ID, Sequence and Checksum belong to echo requests and replies. The checksum says whether two echoes have the same
	// data: address translation may change all else.
	ID, Sequence, Checksum uint16
	// HasQuote says that Quote was filled in: the message is an error and quotes a packet's IP header.
	HasQuote bool
	Quote    Quote
}

// Quote is the packet that an ICMP error answers, as far as the error quotes it. RFC 792 promises 8 bytes beyond the
// IP header: of TCP, the ports and the sequence number; of an ICMP echo, all that tells it from others.
type Quote struct {
	// Src and Dst are those of the quoted packet; the ports are 0 when they were not quoted.
	Src, Dst netip.AddrPort
	Protocol uint8 // IANA's protocol number, 6 for TCP
	HasSeq   bool  // of TCP: Seq was quoted
	// HasEcho says that an echo request or, with EchoReply, an echo reply is quoted; ID and Sequence are its.
	HasEcho, EchoReply bool
	// HasDNS says that a message to or from port 53 is quoted, and ID is its.
	HasDNS       bool
	Seq          uint32
	ID, Sequence uint16
}

// lacking stands for the type of a message that one of the versions does not have; 255 is reserved in both.
const lacking = 255

// icmpName names a message alike for both versions.
type icmpName struct {
	name         string
	type4, code4 uint8
	type6, code6 uint8
}

// icmpNames is after RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1 and RFC 4443. Linux gives
// ENETUNREACH for both "unreachable net" (icmp_err_convert, tab_unreach), so they share a name.
var icmpNames = []icmpName{
	{"unreachable net", 3, 0, 1, 0},
	{"unreachable host", 3, 1, 1, 3},
	{"unreachable protocol", 3, 2, lacking, 0},
	{"unreachable port", 3, 3, 1, 4},
	{"too-big", 3, 4, 2, 0},
	{"unreachable source-route", 3, 5, lacking, 0},
	{"unreachable net-unknown", 3, 6, lacking, 0},
	{"unreachable host-unknown", 3, 7, lacking, 0},
	{"unreachable net-prohibited", 3, 9, lacking, 0},
	{"unreachable host-prohibited", 3, 10, lacking, 0},
	{"unreachable net-tos", 3, 11, lacking, 0},
	{"unreachable host-tos", 3, 12, lacking, 0},
	{"unreachable admin-prohibited", 3, 13, 1, 1},
	{"unreachable scope", lacking, 0, 1, 2},
	{"unreachable policy", lacking, 0, 1, 5},
	{"unreachable reject-route", lacking, 0, 1, 6},
	{"time-exceeded", 11, 0, 3, 0},
	{"time-exceeded reassembly", 11, 1, 3, 1},
	{"echo-request", 8, 0, 128, 0},
	{"echo-reply", 0, 0, 129, 0},
}

// ICMPNames lists the names that [ICMP.Name] gives, without those of the form "type N code N".
func ICMPNames() []string {
	names := make([]string, len(icmpNames))
	for i, n := range icmpNames {
		names[i] = n.name
	}
	return names
}

// Name is the message's meaning in words that are the same for both versions, such as "unreachable port", "too-big"
// or "time-exceeded"; "type N code N" for those without a name.
func (m *ICMP) Name() string {
	i := slices.IndexFunc(icmpNames, m.is)
	if i < 0 {
		return m.Number()
	}
	return icmpNames[i].name
}

// Number is the message's type and code, "type 3 code 1".
func (m *ICMP) Number() string { return fmt.Sprintf("type %d code %d", m.Type, m.Code) }

// IsEchoRequest reports whether the message asks for an echo, as ping does.
func (m *ICMP) IsEchoRequest() bool {
	if m.V6 {
		return m.Type == layers.ICMPv6TypeEchoRequest
	}
	return m.Type == layers.ICMPv4TypeEchoRequest
}

// IsEchoReply reports whether the message is the answer to an echo request.
func (m *ICMP) IsEchoReply() bool {
	if m.V6 {
		return m.Type == layers.ICMPv6TypeEchoReply
	}
	return m.Type == layers.ICMPv4TypeEchoReply
}

// IsEcho reports whether the message is an echo request or reply.
func (m *ICMP) IsEcho() bool { return m.IsEchoRequest() || m.IsEchoReply() }

func (m *ICMP) is(n icmpName) bool {
	if m.V6 {
		return m.Type != lacking && m.Type == n.type6 && m.Code == n.code6
	}
	return m.Type != lacking && m.Type == n.type4 && m.Code == n.code4
}

// IsError reports whether the message is one that quotes the packet it answers.
func (m *ICMP) IsError() bool {
	if m.V6 {
		return m.Type < 128 // RFC 4443 section 2.1
	}
	switch m.Type {
	case 3, 4, 5, 11, 12: // unreachable, source quench, redirect, time exceeded, parameter problem
		return true
	}
	return false
}
