package signature

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/tcplab/tcplab/wire"
)

// PacketMatcher says what one packet must be: a line of a signature without its time. Its zero value matches no
// packet; make one with [ParsePacket].
type PacketMatcher struct {
	dir     direction
	icmp    bool // an ICMP error, or an echo; flags and the fields of TCP are unused
	echo    bool // an echo request or reply; seq is its sequence number
	message string
	mtu     value
	from    netip.Addr
	dns     bool   // a DNS message in a datagram; flags and the fields of TCP are unused
	code    string // the response code of an answer, empty for a query
	cut     bool   // the answer did not fit
	flags   wire.Flags
	atMin   bool // other flags may be set too

	seq, ack, length, sent, window, records value
	options                                 optionList
}

type direction byte

const (
	toServer direction = '>'
	toClient direction = '<'
	either   direction = '*'
)

func directionOf(fromClient bool) direction {
	if fromClient {
		return toServer
	}
	return toClient
}

// Matches reports whether a packet of the attempt is one.
func (m PacketMatcher) Matches(a wire.Attempt, p *wire.Packet) bool {
	return m.differs(describe(a, p)) == nothing
}

// Count is the number of packets of the attempts that match.
func (m PacketMatcher) Count(attempts ...wire.Attempt) int {
	n := 0
	for _, a := range attempts {
		for i := range a.Packets {
			if m.Matches(a, &a.Packets[i]) {
				n++
			}
		}
	}
	return n
}

// describe is the packet in full, as the matcher that only the like of it matches. So packets are printed in the
// notation that is parsed.
func describe(a wire.Attempt, p *wire.Packet) PacketMatcher {
	m := PacketMatcher{dir: directionOf(a.FromClient(p))}
	switch {
	case p.Kind == wire.KindDNS:
		m.dns = true
		if p.DNS.Response {
			m.code, m.cut, m.records = p.DNS.Code.String(), p.DNS.Truncated, exactly(uint32(p.DNS.Records))
		}
		return m
	case p.Kind != wire.KindICMP:
	case p.ICMP.IsEchoRequest():
		m.icmp, m.echo, m.message, m.seq = true, true, echoRequest, exactly(uint32(p.ICMP.Sequence))
		return m
	case p.ICMP.IsEchoReply():
		m.icmp, m.echo, m.message, m.seq = true, true, echoReply, exactly(uint32(p.ICMP.Sequence))
		return m
	default:
		m.icmp, m.message, m.from = true, p.ICMP.Name(), p.Src
		if p.ICMP.MTU != 0 {
			m.mtu = exactly(p.ICMP.MTU)
		}
		return m
	}
	m.flags = p.TCP.Flags
	m.length = exactly(uint32(p.TCP.Payload))
	if a.Lookup { // of several connections, whose numbers have nothing in common
		return m
	}
	m.seq, m.sent = exactly(a.Seq(p)), exactly(timesSent(a, p))
	if m.flags.Has(wire.ACK) {
		m.ack = exactly(a.Ack(p))
	}
	m.window = exactly(uint32(p.TCP.Window))
	m.options = optionsOf(a, p)
	return m
}

// timesSent is how often the first byte of a segment's data has been sent until then, this time included; 0 for one without data.
func timesSent(a wire.Attempt, p *wire.Packet) uint32 {
	if p.TCP.Payload == 0 {
		return 0
	}
	n := uint32(1)
	for i := range a.Packets {
		q := &a.Packets[i]
		if q == p {
			break
		}
		if q.Kind == wire.KindTCP && a.FromClient(q) == a.FromClient(p) && p.TCP.Seq-q.TCP.Seq < uint32(q.TCP.Payload) {
			n++
		}
	}
	return n
}

// part is what of a packet differs first from what was wanted.
type part uint8

const (
	nothing part = iota
	thePacket
	theSeq
	theAck
	theLen
	theSent
	theWin
	theMTU
	theRecords
	theOptions
)

// differs compares with a packet as described, and names the first part that differs.
func (m PacketMatcher) differs(got PacketMatcher) part {
	switch {
	case m.dir != either && m.dir != got.dir, m.icmp != got.icmp, m.dns != got.dns, !m.sameKind(got):
		return thePacket
	case !m.seq.matches(got.seq.a):
		return theSeq
	case !m.ack.matches(got.ack.a):
		return theAck
	case !m.length.matches(got.length.a):
		return theLen
	case !m.sent.matches(got.sent.a):
		return theSent
	case !m.window.matches(got.window.a):
		return theWin
	case !m.mtu.matches(got.mtu.a):
		return theMTU
	case !m.records.matches(got.records.a):
		return theRecords
	case !m.options.matches(got.options):
		return theOptions
	}
	return nothing
}

func (m PacketMatcher) sameKind(got PacketMatcher) bool {
	if m.icmp {
		return m.echo == got.echo && m.sameMessage(got.message) && (!m.from.IsValid() || m.from == got.from)
	}
	if m.dns {
		return m.code == got.code && m.cut == got.cut
	}
	return m.flags == got.flags || m.atMin && got.flags.Has(m.flags)
}

// sameMessage compares names; a name stands also for those that it is the first word of.
func (m PacketMatcher) sameMessage(got string) bool {
	return m.message == "" || m.message == got || strings.HasPrefix(got, m.message+" ")
}

// String is the matcher in the notation that [ParsePacket] reads.
func (m PacketMatcher) String() string {
	return strings.TrimSpace(fmt.Sprintf("%c %s %s", m.dir, m.head(), m.rest()))
}

// head is what follows the direction: the flags, the ICMP message, or the DNS message.
func (m PacketMatcher) head() string {
	if m.dns {
		return strings.TrimSpace("dns "+m.code) + map[bool]string{true: " tc"}[m.cut] + suffix(" answers", m.records)
	}
	if !m.icmp {
		return m.flagText()
	}
	text := "icmp"
	if m.message != "" {
		text += " " + m.message
	}
	text += suffix(" mtu", m.mtu)
	if m.from.IsValid() {
		text += " from " + m.from.String()
	}
	return text
}

func (m PacketMatcher) flagText() string {
	switch {
	case m.atMin && m.flags == 0:
		return "*"
	case m.atMin:
		return m.flags.String() + "*"
	}
	return m.flags.String()
}

// rest are the fields and options behind the flags.
func (m PacketMatcher) rest() string {
	var parts []string
	for _, f := range m.fields() {
		if f.rule != anyValue {
			parts = append(parts, f.name+" "+f.value.String())
		}
	}
	if m.options.set {
		parts = append(parts, m.options.String())
	}
	return strings.Join(parts, " ")
}

type field struct {
	*value
	name string
	part part
}

// fields are the numeric fields of TCP in the order in which they are printed; an echo has the first of them.
func (m *PacketMatcher) fields() []field {
	return []field{
		{&m.seq, "seq", theSeq}, {&m.ack, "ack", theAck}, {&m.length, "len", theLen}, {&m.sent, "sent", theSent}, {&m.window, "win", theWin},
	}
}

// only drops what want does not check, so that the difference stands out.
func (m PacketMatcher) only(want PacketMatcher) PacketMatcher {
	wanted := want.fields()
	for i, f := range m.fields() {
		if wanted[i].rule == anyValue {
			*f.value = value{}
		}
	}
	if want.mtu.rule == anyValue {
		m.mtu = value{}
	}
	if want.records.rule == anyValue {
		m.records = value{}
	}
	if !want.from.IsValid() {
		m.from = netip.Addr{}
	}
	if !want.options.set {
		m.options = optionList{}
	}
	return m
}

// full drops what a printed trace leaves out: a length of 0, an empty list of options.
func (m PacketMatcher) full() PacketMatcher {
	if m.length == exactly(0) {
		m.length = value{}
	}
	if m.sent.a < 2 {
		m.sent = value{}
	}
	if len(m.options.list) == 0 {
		m.options = optionList{}
	}
	return m
}
