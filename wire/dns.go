package wire

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const portDNS = 53

// DNS is the header of a DNS message, RFC 1035 section 4.1.1.
type DNS struct {
	// ID is what an answer has in common with its query.
	ID uint16
	// Response tells an answer from a query; Truncated says that the answer did not fit into its datagram.
	Response, Truncated bool
	// Code says whether an answer is an error.
	Code DNSCode
	// Records is how many records the answer has.
	Records uint16
}

// DNSCode is the response code of an answer, from IANA's registry.
type DNSCode uint8

// The response codes of RFC 1035.
const (
	DNSNoError DNSCode = iota
	DNSFormatError
	DNSServerFailure
	DNSNoSuchName
	DNSNotImplemented
	DNSRefused
)

var dnsCodes = [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}

// String is IANA's name of the code, as dig prints it.
func (c DNSCode) String() string {
	if int(c) < len(dnsCodes) {
		return dnsCodes[c]
	}
	return fmt.Sprintf("RCODE%d", uint8(c))
}

// IsDNSCode reports whether a code has this name.
func IsDNSCode(name string) bool {
	const most = 0xf // in four bits
	for c := range DNSCode(most + 1) {
		if c.String() == name {
			return true
		}
	}
	return false
}

// DNSType is the type of a record, from IANA's registry.
type DNSType uint16

// The types of records that are told apart by what they are for.
const (
	DNSTypeA    DNSType = 1
	DNSTypePTR  DNSType = 12
	DNSTypeAAAA DNSType = 28
)

var dnsTypes = map[DNSType]string{DNSTypeA: "A", 2: "NS", 5: "CNAME", 6: "SOA", DNSTypePTR: "PTR", 15: "MX", 16: "TXT", DNSTypeAAAA: "AAAA", 33: "SRV", 35: "NAPTR",
	43: "DS", 48: "DNSKEY", 52: "TLSA", 64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA"}

// String is IANA's name of the type, or TYPE and its number (RFC 3597 section 5).
func (t DNSType) String() string {
	if name, ok := dnsTypes[t]; ok {
		return name
	}
	return fmt.Sprintf("TYPE%d", uint16(t))
}

// DNSMessage is a query or an answer, as far as it was captured.
type DNSMessage struct {
	DNS
	// HasQuestion says that Name and Type were filled in: the question is there, and whole.
	HasQuestion bool
	// Name is the name that is asked for, in small letters and without the dot at its end; "." is the root. Bytes that are
	// no printable characters are written as \DDD (RFC 4343 section 2.1).
	Name string
	Type DNSType
	// Addrs are the addresses in the answer, whatever aliases led to them.
	Addrs []netip.Addr
}

// maxDNSAddrs bounds what an answer can make the reader keep.
const maxDNSAddrs = 64

// ParseDNS reads a DNS message: the data of a packet of [KindDNS], or a message of a [DNSStream]. It reports false for what
// is no query and no answer to one.
func ParseDNS(b []byte) (DNSMessage, bool) {
	h, ok := dnsHeader(b)
	if !ok {
		return DNSMessage{}, false
	}
	m := DNSMessage{DNS: h}
	var p dnsmessage.Parser
	if _, err := p.Start(b); err != nil {
		return m, true
	}
	q, err := p.Question()
	if err != nil {
		return m, true
	}
	m.HasQuestion, m.Name, m.Type = true, dnsName(q.Name), DNSType(q.Type)
	if p.SkipAllQuestions() == nil {
		m.readAddrs(&p)
	}
	return m, true
}

// readAddrs reads the addresses among the answers, up to the first that is not there whole.
func (m *DNSMessage) readAddrs(p *dnsmessage.Parser) {
	for len(m.Addrs) < maxDNSAddrs {
		h, err := p.AnswerHeader()
		if err != nil {
			return
		}
		switch h.Type {
		case dnsmessage.TypeA:
			a, err := p.AResource()
			if err != nil {
				return
			}
			m.Addrs = append(m.Addrs, netip.AddrFrom4(a.A))
		case dnsmessage.TypeAAAA:
			a, err := p.AAAAResource()
			if err != nil {
				return
			}
			m.Addrs = append(m.Addrs, netip.AddrFrom16(a.AAAA))
		default:
			if p.SkipAnswer() != nil {
				return
			}
		}
	}
}

// dnsHeader reads the header of a query or an answer. Other operations than a query, and what cannot be DNS, are none.
func dnsHeader(b []byte) (DNS, bool) {
	const size, response, operation, truncated, reserved, code = 12, 0x8000, 0x7800, 0x0200, 0x0040, 0xf
	if len(b) < size {
		return DNS{}, false
	}
	flags, questions, answers, authorities := be.Uint16(b[2:]), be.Uint16(b[4:]), be.Uint16(b[6:]), be.Uint16(b[8:])
	h := DNS{ID: be.Uint16(b), Response: flags&response != 0, Truncated: flags&truncated != 0, Code: DNSCode(flags & code), Records: answers}
	switch {
	case flags&(operation|reserved) != 0, questions > 1:
		return DNS{}, false
	case !h.Response && (questions != 1 || answers != 0 || authorities != 0 || h.Code != 0 || h.Truncated):
		return DNS{}, false
	case questions == 0 && h.Code == DNSNoError: // only an error may leave the question out
		return DNS{}, false
	}
	return h, true
}

// dnsName is a name as people write it.
func dnsName(n dnsmessage.Name) string {
	raw := n.Data[:n.Length]
	if len(raw) > 1 && raw[len(raw)-1] == '.' {
		raw = raw[:len(raw)-1]
	}
	var b strings.Builder
	for _, c := range raw {
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c > ' ' && c < 0x7f && c != '\\':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\%03d`, c)
		}
	}
	return b.String()
}

// decodeDNS decodes the header of a message; it reports false where the datagram holds none.
func (p *Packet) decodeDNS(data []byte) bool {
	if p.SrcPort != portDNS && p.DstPort != portDNS {
		return false
	}
	h, ok := dnsHeader(data)
	if !ok || h.Response && p.SrcPort != portDNS || !h.Response && p.DstPort != portDNS {
		return false
	}
	p.Kind, p.DNS = KindDNS, h
	return true
}

// keptDNS is how much of a message in a stream is kept: the question, and the first of the answers.
const keptDNS = 512

// DNSStream finds the messages in one direction of a connection to port 53, where each follows its length (RFC 1035 section
// 4.2.2). It needs the data from its beginning, and in order: after a hole it finds nothing more.
type DNSStream struct {
	next  uint32
	began bool
	lost  bool
	size  [2]byte // the length of the message
	sized int     // how many bytes of the length have come
	left  int     // of the message
	head  []byte
}

// Begin says with which sequence number the data begin.
func (s *DNSStream) Begin(seq uint32) {
	if !s.began {
		s.began, s.next = true, seq
	}
}

// Lost reports whether a part of the data is missing, so that messages may have been missed.
func (s *DNSStream) Lost() bool { return s.lost }

// Add takes in a segment's data, of which length bytes were sent, and hands out each message that is complete, as far as it was
// captured and is kept. The message is valid until each returns.
func (s *DNSStream) Add(seq uint32, captured []byte, length int, each func(message []byte)) {
	if !s.began || s.lost || length == 0 {
		return
	}
	if ahead := int32(seq - s.next); ahead > 0 {
		s.lose()
		return
	} else if ahead < 0 { // sent again, in part or as a whole
		known := -int(ahead)
		if known >= length {
			return
		}
		captured, length = captured[min(known, len(captured)):], length-known
	}
	s.next += uint32(length)
	uncaptured := length - len(captured)
	for len(captured) > 0 && !s.lost {
		captured = s.take(captured, each)
	}
	if uncaptured > 0 {
		s.pass(uncaptured, each)
	}
}

// take takes in the next bytes, up to the end of a message, and returns the rest.
func (s *DNSStream) take(b []byte, each func([]byte)) []byte {
	if s.sized < len(s.size) {
		n := copy(s.size[s.sized:], b)
		s.sized += n
		s.left = int(be.Uint16(s.size[:]))
		return b[n:]
	}
	n := min(s.left, len(b))
	s.head = append(s.head, b[:min(n, keptDNS-len(s.head))]...)
	s.left -= n
	s.finish(each)
	return b[n:]
}

// pass moves past bytes that were not captured; they must not hold a length.
func (s *DNSStream) pass(n int, each func([]byte)) {
	if s.sized < len(s.size) || n > s.left {
		s.lose()
		return
	}
	s.left -= n
	s.finish(each)
}

func (s *DNSStream) finish(each func([]byte)) {
	if s.left > 0 {
		return
	}
	each(s.head)
	s.sized, s.head = 0, nil // most connections carry one message
}

func (s *DNSStream) lose() { s.lost, s.head = true, nil }
