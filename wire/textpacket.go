package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/gopacket/layers"
)

// What tcpdump prints of a packet begins with its time (in one of the forms of -t to -ttttt), then, with "-i any", the
// interface and the direction, then IP, IP6 or ARP; -e puts the link layer's header in between, and -# a number before.
var (
	textHead = regexp.MustCompile(`^ *(?:\d+ {1,2})?(?:(\d{4}-\d\d-\d\d) )?(?:-?(\d\d:\d\d:\d\d\.\d+)|(\d{1,11}\.\d{6,9}))? *` +
		`(?:(\S+) +(?:In|Out|B|M|P|\?) +)?(.*)$`)
	textKind  = regexp.MustCompile(`(?:^|ethertype |: )(IP6?|ARP|IPv4|IPv6)\b`)
	textBytes = regexp.MustCompile(`^\s+0x[0-9a-fA-F]{4,}: +(.*)$`)
	textLink  = regexp.MustCompile(`link-type (\w+)`)
)

// linksOfText are the names that tcpdump prints of link types.
var linksOfText = map[string]linkType{"EN10MB": linkEthernet, "LINUX_SLL": linkSLL, "LINUX_SLL2": linkSLL2, "RAW": linkRaw, "NULL": linkNull,
	"PPP": linkPPP, "IEEE802_11": link80211, "IEEE802_11_RADIO": linkRadiotap, "LOOP": linkLoop}

// textLine is a line that a packet begins with.
type textLine struct {
	day, clock, epoch string
	iface             string
	about             string // from IP, IP6 or ARP on
}

func (t *textLine) stamped() bool { return t.clock != "" || t.epoch != "" }

// parseTextLine reads the line that a packet begins with, if it is one.
func parseTextLine(line string) (textLine, bool) {
	if line == "" || line[0] == '\t' {
		return textLine{}, false
	}
	m := textHead.FindStringSubmatch(line)
	if m == nil {
		return textLine{}, false
	}
	t := textLine{day: m[1], clock: m[2], epoch: m[3], iface: m[4], about: m[5]}
	at := textKind.FindStringSubmatchIndex(t.about)
	if at == nil || !t.stamped() && at[0] != 0 {
		return textLine{}, false
	}
	begins := strings.HasPrefix(t.about, "IP ") || strings.HasPrefix(t.about, "IP6 ") || strings.HasPrefix(t.about, "ARP, ")
	if !begins && !strings.Contains(t.about, "ethertype ") {
		return textLine{}, false
	}
	if strings.HasPrefix(line, "    ") { // the second line of -v, or the first with a number (-#)
		return t, t.stamped()
	}
	return t, t.stamped() || begins && (strings.Contains(t.about, " > ") || strings.HasPrefix(t.about, "ARP, "))
}

// linesOfTCPDump reports whether a text has a packet that tcpdump printed.
func linesOfTCPDump(b []byte) bool {
	end := bytes.LastIndexByte(b, '\n') + 1
	for line := range strings.Lines(string(b[:end])) {
		if _, ok := parseTextLine(strings.TrimRight(line, "\r\n")); ok {
			return true
		}
	}
	return false
}

// textParser reads what tcpdump prints.
type textParser struct {
	ahead   string // a line that belongs to the next packet
	link    linkType
	clock   textClock
	numbers numbering
}

func newTextParser(b []byte) *textParser {
	t := &textParser{link: linkEthernet, numbers: numbering{}}
	t.clock.deltas = hasDeltas(b)
	return t
}

// textPacket is the lines of one packet.
type textPacket struct {
	textLine
	more  []string // lines that continue the first
	bytes []byte   // of -x
}

// nextText reads the lines of the next packet.
func (r *Reader) nextText(p *Packet) error {
	t := r.lines
	r.record = r.offset
	var packet textPacket
	for found := false; ; {
		line, err := r.line()
		if err != nil {
			if found && err == io.EOF {
				break
			}
			return err
		}
		head, begins := parseTextLine(line)
		switch {
		case begins && found && packet.stamped() && !head.stamped(): // what a tunnel carries, on a line of its own
			packet.about, packet.more = head.about, nil
			continue
		case begins && found:
			t.ahead = line
		case begins:
			packet.textLine, found = head, true
			continue
		case found:
			packet.add(line)
			continue
		default:
			t.note(line)
			continue
		}
		break
	}
	r.decodeText(p, &packet)
	return nil
}

// line reads a line, without its end.
func (r *Reader) line() (string, error) {
	if line := r.lines.ahead; line != "" {
		r.lines.ahead = ""
		return line, nil
	}
	b, err := r.in.ReadSlice('\n')
	r.offset += int64(len(b))
	if err != nil && len(b) > 0 && (err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF)) {
		err = nil
	}
	if err != nil && !isTooLong(err) {
		return "", err
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// note takes from other lines what link type there is.
func (t *textParser) note(line string) {
	if m := textLink.FindStringSubmatch(line); m != nil {
		if link, ok := linksOfText[m[1]]; ok {
			t.link = link
		}
	}
}

// add takes in a line that belongs to the packet: bytes, or more of what -v prints.
func (p *textPacket) add(line string) {
	m := textBytes.FindStringSubmatch(line)
	if m == nil {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			p.more = append(p.more, strings.TrimSpace(line))
		}
		return
	}
	const groups = 8
	digits, _, _ := strings.Cut(m[1], "  ") // then comes the text of -X
	for i, group := range strings.Fields(digits) {
		b, err := hex.DecodeString(group)
		if err != nil || i >= groups || len(p.bytes)+len(b) > maxRecord {
			return
		}
		p.bytes = append(p.bytes, b...)
	}
}

// decodeText makes a packet of its bytes or, where they were not printed, of what was.
func (r *Reader) decodeText(p *Packet, packet *textPacket) {
	p.Time = r.lines.clock.at(packet.textLine)
	p.Interface = packet.iface
	if len(packet.bytes) > 0 {
		link := r.lines.linkOf(packet.bytes, packet.about)
		p.Length = max(len(packet.bytes), lengthOf(link, packet.bytes))
		r.decode(p, link, packet.bytes)
		return
	}
	link, data, length, ok := r.lines.build(packet)
	p.Length = max(length, len(data))
	if !ok {
		r.data, r.raw = nil, nil
		r.inventory.add(p, gap{obstacle: ObstacleText}, fragment{}, 0)
		return
	}
	r.decode(p, link, data)
	p.Truncated = len(data) < p.Length
}

// linkOf tells bytes that begin with the IP header (-x) from those that begin with the link layer's (-xx).
func (t *textParser) linkOf(b []byte, about string) linkType {
	version := byte(4)
	if strings.HasPrefix(about, "IP6") || strings.Contains(about, "IPv6 (0x86dd)") {
		version = 6
	}
	switch {
	case strings.HasPrefix(about, "ARP") && len(b) >= 2 && be.Uint16(b) == 1:
		return linkARP
	case t.link == linkEthernet && looksLikeEthernet(b):
		return linkEthernet
	case b[0]>>4 == version && looksLikeIP(b):
		return linkRaw
	case len(b) > 20 && be.Uint16(b[14:]) == etherOf(version) && looksLikeIP(b[16:]):
		return linkSLL
	case len(b) > 20 && be.Uint16(b) == etherOf(version) && looksLikeIP(b[20:]):
		return linkSLL2
	}
	return t.link
}

// etherOf is the EtherType of a version of IP.
func etherOf(version byte) uint16 {
	if version == 6 {
		return uint16(layers.EthernetTypeIPv6)
	}
	return uint16(layers.EthernetTypeIPv4)
}

// lengthOf is the length that the IP header tells.
func lengthOf(link linkType, b []byte) int {
	if link == linkRaw && len(b) >= 6 {
		if b[0]>>4 == 4 {
			return int(be.Uint16(b[2:]))
		}
		return 40 + int(be.Uint16(b[4:]))
	}
	return 0
}

// textClock makes times of what was printed. A time of day without its date is of the first of January 1970, and of the
// next day once it falls by hours.
type textClock struct {
	deltas bool // -ttt: times since the packet before
	now    time.Time
}

func (c *textClock) at(t textLine) time.Time {
	const halfDay = 12 * time.Hour
	switch {
	case t.epoch != "":
		seconds, fraction, _ := strings.Cut(t.epoch, ".")
		n, err := strconv.ParseInt(seconds, 10, 64)
		if err == nil {
			c.now = time.Unix(n, fractionOf(fraction)).UTC()
		}
	case t.clock == "":
		return time.Time{}
	default:
		clock, err := time.Parse("15:04:05", t.clock)
		if err != nil {
			return c.now
		}
		day := time.Unix(0, 0).UTC()
		since := clock.Sub(clock.Truncate(24 * time.Hour))
		if date, err := time.Parse(time.DateOnly, t.day); err == nil {
			day = date
		} else if c.deltas {
			day = c.now
		} else if !c.now.IsZero() {
			day = c.now.Truncate(24 * time.Hour)
			if day.Add(since).Before(c.now.Add(-halfDay)) {
				day = day.Add(24 * time.Hour)
			}
		}
		if c.deltas && day.IsZero() {
			day = time.Unix(0, 0).UTC()
		}
		c.now = day.Add(since)
	}
	return c.now
}

// fractionOf is digits behind the point in ns.
func fractionOf(digits string) int64 {
	const places = 9
	n, _ := strconv.ParseInt((digits + "000000000")[:places], 10, 64)
	return n
}

// hasDeltas reports whether the times are those since the packet before: the first is 0, and they fall again and again.
func hasDeltas(b []byte) bool {
	var last string
	falls, count := 0, 0
	for line := range strings.Lines(string(b)) {
		t, ok := parseTextLine(strings.TrimRight(line, "\r\n"))
		if !ok || t.clock == "" || t.day != "" {
			continue
		}
		if count == 0 && strings.Trim(t.clock, "0:.") != "" {
			return false
		}
		if t.clock < last {
			falls++
		}
		count, last = count+1, t.clock
	}
	return falls > 0
}
