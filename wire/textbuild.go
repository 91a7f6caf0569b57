package wire

import (
	"bufio"
	"errors"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/gopacket/layers"
)

func isTooLong(err error) bool { return errors.Is(err, bufio.ErrBufferFull) }

var (
	textFlags   = regexp.MustCompile(`^Flags \[([SFRPUWEe.]+|none)\]`)
	textOldTCP  = regexp.MustCompile(`^([SFRPWE.]+) (?:(\d+):(\d+)\((\d+)\) ?)?(?:ack (\d+) ?)?(?:win (\d+))?`)
	textSeq     = regexp.MustCompile(`[,:] seq (\d+)(?::(\d+))?`)
	textAck     = regexp.MustCompile(`[,:] ack (\d+)`)
	textWin     = regexp.MustCompile(`[,:] win (\d+)`)
	textOptions = regexp.MustCompile(`(?:options \[|<)([^\]>]*)[\]>]`)
	textLength  = regexp.MustCompile(`length:? (\d+)`)
	textTTL     = regexp.MustCompile(`\b(?:ttl|hlim) (\d+)`)
	textID      = regexp.MustCompile(`\bid (\d+), offset (\d+)`)
	textEcho    = regexp.MustCompile(`echo (request|reply), id (\d+), seq (\d+)`)
	textARP     = regexp.MustCompile(`Request who-has (\S+)(?: \([^)]*\))?(?: tell (\S+?))?,|Reply (\S+) is-at ([0-9a-f:]{17})`)
	textMTU     = regexp.MustCompile(`mtu (\d+)`)
)

// build makes the bytes of a packet from its lines: an IP header, and as much of what it carries as was printed.
func (t *textParser) build(p *textPacket) (link linkType, data []byte, length int, ok bool) {
	if strings.HasPrefix(p.about, "ARP") || strings.Contains(p.about, "ethertype ARP") {
		data, ok = buildARP(p.about)
		return linkARP, data, len(data), ok
	}
	ip := textIP{ttl: number(textTTL, p.about, 1), id: number(textID, p.about, 1)}
	if number(textID, p.about, 2) != 0 {
		return 0, nil, 0, false // a later fragment
	}
	about, quoted := p.about, p.more
	for len(quoted) > 0 && !ip.find(about) {
		about, quoted = quoted[0], quoted[1:]
	}
	if !ip.find(about) {
		return 0, nil, 0, false
	}
	switch {
	case textFlags.MatchString(ip.rest) || textOldTCP.MatchString(ip.rest) && ip.src.Port() != 0:
		data, length, ok = t.buildTCP(&ip)
	case strings.HasPrefix(ip.rest, "ICMP"):
		data, length, ok = t.buildICMP(&ip, quoted)
	case ip.src.Port() != 0 && ip.dst.Port() != 0 && !strings.Contains(ip.rest, "[|tcp]") && !strings.HasPrefix(ip.rest, "tcp "):
		data, length, ok = buildUDP(&ip)
	}
	return linkRaw, data, length, ok
}

// textIP is what was printed of an IP packet.
type textIP struct {
	src, dst netip.AddrPort
	ttl, id  int
	quoted   bool   // by an ICMP error
	rest     string // behind the addresses
}

// find looks for "ADDRESS.PORT > ADDRESS.PORT: ", the innermost where the packet is a tunnel's.
func (ip *textIP) find(about string) bool {
	found := false
	for {
		before, after, more := strings.Cut(about, " > ")
		if !more {
			return found
		}
		to, rest, _ := strings.Cut(after, ": ")
		src, ok1 := textEnd(before[strings.LastIndexByte(before, ' ')+1:])
		dst, ok2 := textEnd(strings.TrimSuffix(to, ":"))
		if ok1 && ok2 {
			found, ip.src, ip.dst, ip.rest = true, src, dst, rest
			if !strings.HasPrefix(rest, "IP") && !strings.HasPrefix(rest, "GRE") {
				return true
			}
		}
		about = after
	}
}

// namedPorts are those that tcpdump prints by name, without -nn.
var namedPorts = map[string]uint16{"ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "kerberos": 88, "pop3": 110, "ntp": 123,
	"imap2": 143, "imap": 143, "ldap": 389, "https": 443, "microsoft-ds": 445, "ldaps": 636, "imaps": 993, "ms-sql-s": 1433, "mysql": 3306,
	"postgresql": 5432, "amqp": 5672, "http-alt": 8080, "webcache": 8080, "redis": 6379}

// textEnd reads an address with or without a port.
func textEnd(s string) (netip.AddrPort, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a, 0), true
	}
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 {
		return netip.AddrPort{}, false
	}
	a, err := netip.ParseAddr(s[:dot])
	if err != nil {
		return netip.AddrPort{}, false
	}
	port, known := namedPorts[s[dot+1:]]
	if n, err := strconv.ParseUint(s[dot+1:], 10, 16); err == nil {
		port, known = uint16(n), true
	}
	return netip.AddrPortFrom(a, port), known
}

// number is a group of the expression as a number, 0 where it does not match.
func number(e *regexp.Regexp, s string, group int) int {
	m := e.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseUint(m[group], 10, 32)
	return int(n)
}

// header is the IP header of a packet with so many bytes behind it. What does not fit into the field for the length is left
// 0, as segmentation offload does.
func (ip *textIP) header(protocol layers.IPProtocol, size int) []byte {
	if ip.src.Addr().Is4() {
		h := make([]byte, 20)
		h[0], h[8], h[9] = 0x45, byte(ip.ttl), byte(protocol)
		if size+20 <= 0xffff {
			be.PutUint16(h[2:], uint16(size+20))
		}
		be.PutUint16(h[4:], uint16(ip.id))
		copy(h[12:], ip.src.Addr().AsSlice())
		copy(h[16:], ip.dst.Addr().AsSlice())
		return h
	}
	h := make([]byte, 40)
	h[0], h[6], h[7] = 0x60, byte(protocol), byte(ip.ttl)
	if size <= 0xffff {
		be.PutUint16(h[4:], uint16(size))
	}
	copy(h[8:], ip.src.Addr().AsSlice())
	copy(h[24:], ip.dst.Addr().AsSlice())
	return h
}

func (t *textParser) buildTCP(ip *textIP) ([]byte, int, bool) {
	const fixed = 20
	s, ok := parseTextTCP(ip.rest)
	if !ok || ip.src.Addr().Is4() != ip.dst.Addr().Is4() {
		return nil, 0, false
	}
	t.numbers.absolute(ip, &s)
	options := t.numbers.rawOptions(ip, &s)
	for len(options)%4 != 0 {
		options = append(options, OptionNOP)
	}
	if len(options) > maxOptions {
		options = nil
	}
	h := make([]byte, fixed, fixed+len(options))
	be.PutUint16(h, ip.src.Port())
	be.PutUint16(h[2:], ip.dst.Port())
	be.PutUint32(h[4:], s.seq)
	be.PutUint32(h[8:], s.ack)
	be.PutUint16(h[12:], uint16((fixed+len(options))/4)<<12|uint16(s.flags))
	be.PutUint16(h[14:], s.window)
	h = append(h, options...)
	data := append(ip.header(layers.IPProtocolTCP, len(h)+s.length), h...)
	return data, len(data) + s.length, true
}

func buildUDP(ip *textIP) ([]byte, int, bool) {
	size := number(textLength, ip.rest, 1)
	h := make([]byte, udpHeader)
	be.PutUint16(h, ip.src.Port())
	be.PutUint16(h[2:], ip.dst.Port())
	be.PutUint16(h[4:], uint16(min(size+udpHeader, 0xffff)))
	data := append(ip.header(layers.IPProtocolUDP, len(h)+size), h...)
	return data, len(data) + size, true
}

// buildICMP builds an echo, or an error whose quoted packet was printed too, as -v does.
func (t *textParser) buildICMP(ip *textIP, quoted []string) ([]byte, int, bool) {
	protocol, echoType := layers.IPProtocol(layers.IPProtocolICMPv4), map[string]byte{"request": layers.ICMPv4TypeEchoRequest, "reply": layers.ICMPv4TypeEchoReply}
	if ip.src.Addr().Is6() {
		protocol, echoType = layers.IPProtocolICMPv6, map[string]byte{"request": layers.ICMPv6TypeEchoRequest, "reply": layers.ICMPv6TypeEchoReply}
	}
	h := make([]byte, icmpHeader)
	if m := textEcho.FindStringSubmatch(ip.rest); m != nil {
		h[0] = echoType[m[1]]
		be.PutUint16(h[4:], uint16(number(textEcho, ip.rest, 2)))
		be.PutUint16(h[6:], uint16(number(textEcho, ip.rest, 3)))
		size := max(number(textLength, ip.rest, 1), len(h))
		data := append(ip.header(protocol, size), h...)
		return data, len(data) - len(h) + size, true
	}
	kind, code, known := textError(ip.rest, ip.src.Addr().Is6())
	if !known || len(quoted) == 0 {
		return nil, 0, false
	}
	h[0], h[1] = kind, code
	if mtu := number(textMTU, ip.rest, 1); mtu != 0 {
		if ip.src.Addr().Is6() {
			be.PutUint32(h[4:], uint32(mtu))
		} else {
			be.PutUint16(h[6:], uint16(mtu))
		}
	}
	inner, ok := t.buildQuoted(quoted)
	data := append(ip.header(protocol, len(h)+len(inner)), h...)
	data = append(data, inner...)
	return data, len(data), ok
}

// buildQuoted builds the packet that an error quotes, of which often only the ports are there.
func (t *textParser) buildQuoted(lines []string) ([]byte, bool) {
	ip := textIP{quoted: true, ttl: number(textTTL, lines[0], 1), id: number(textID, lines[0], 1)}
	for len(lines) > 1 && !ip.find(lines[0]) {
		lines = lines[1:]
	}
	switch {
	case !ip.find(lines[0]):
		return nil, false
	case strings.HasPrefix(ip.rest, "ICMP"):
		data, _, ok := t.buildICMP(&ip, nil)
		return data, ok
	case textFlags.MatchString(ip.rest):
		data, _, ok := t.buildTCP(&ip)
		return data, ok
	case strings.Contains(ip.rest, "[|tcp]"):
		data := ip.header(layers.IPProtocolTCP, tcpHeader)
		return be.AppendUint16(be.AppendUint16(data, ip.src.Port()), ip.dst.Port()), true
	}
	data, _, ok := buildUDP(&ip)
	return data, ok && ip.src.Port() != 0
}

// textErrors are the words by which tcpdump tells of ICMP's errors (print-icmp.c, print-icmp6.c), the special before the
// general.
var textErrors = []struct {
	words, but string
	v6         bool
	kind, code byte
}{
	{words: "need to frag", kind: 3, code: 4},
	{words: "packet too big", v6: true, kind: 2},
	{words: "admin prohibited filter", kind: 3, code: 13},
	{words: "host ", but: "admin prohibited", kind: 3, code: 10},
	{words: "net ", but: "admin prohibited", kind: 3, code: 9},
	{words: "port", but: "unreachable", kind: 3, code: 3},
	{words: "protocol", but: "unreachable", kind: 3, code: 2},
	{words: "host ", but: "unreachable", kind: 3, code: 1},
	{words: "net ", but: "unreachable", kind: 3},
	{words: "time exceeded in-transit", kind: 11},
	{words: "unreachable port", v6: true, kind: 1, code: 4},
	{words: "unreachable address", v6: true, kind: 1, code: 3},
	{words: "unreachable prohibited", v6: true, kind: 1, code: 1},
	{words: "unreachable route", v6: true, kind: 1},
	{words: "time exceeded in-transit", v6: true, kind: 3},
}

func textError(rest string, v6 bool) (kind, code byte, known bool) {
	for _, e := range textErrors {
		if e.v6 == v6 && strings.Contains(rest, e.words) && strings.Contains(rest, e.but) {
			return e.kind, e.code, true
		}
	}
	return 0, 0, false
}

// buildARP builds a request or a reply between an Ethernet's hosts.
func buildARP(about string) ([]byte, bool) {
	m := textARP.FindStringSubmatch(about)
	if m == nil {
		return nil, false
	}
	b := make([]byte, 28)
	copy(b, []byte{0, 1, 8, 0, 6, 4, 0, 1})
	sender, target := m[2], m[1]
	if m[3] != "" {
		b[7], sender, target = 2, m[3], ""
		for i, part := range strings.Split(m[4], ":") {
			n, _ := strconv.ParseUint(part, 16, 8)
			b[8+i] = byte(n)
		}
	}
	for at, s := range map[int]string{14: sender, 24: target} {
		if a, err := netip.ParseAddr(s); err == nil && a.Is4() {
			copy(b[at:], a.AsSlice())
		} else if s != "" {
			return nil, false
		}
	}
	return b, true
}
