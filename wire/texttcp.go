package wire

import (
	"net/netip"
	"strconv"
	"strings"
)

// textTCP is what was printed of a segment; its numbers may be relative.
type textTCP struct {
	seq, ack uint32
	flags    Flags
	window   uint16
	length   int
	options  string
}

// parseTextTCP reads "Flags [S.], seq 1:5, ack 1, win 502, options [...], length 4", and the form before tcpdump 4.1,
// "S 1:5(4) ack 1 win 502 <...>".
func parseTextTCP(rest string) (textTCP, bool) {
	var s textTCP
	if m := textFlags.FindStringSubmatch(rest); m != nil {
		s.flags = flagsOf(m[1])
		s.seq, s.ack = uint32(number(textSeq, rest, 1)), uint32(number(textAck, rest, 1))
		s.window = uint16(number(textWin, rest, 1))
		_, behind, _ := strings.Cut(rest, "], ")
		s.length = number(textLength, behind, 1)
		if !textAck.MatchString(rest) && s.flags.Has(ACK) {
			return s, false // cut within the header
		}
		s.setOptions(rest)
		return s, true
	}
	m := textOldTCP.FindStringSubmatch(rest)
	if m == nil {
		return s, false
	}
	s.flags = flagsOf(strings.ReplaceAll(m[1], ".", ""))
	s.seq, s.ack, s.window = uint32(atoi(m[2])), uint32(atoi(m[5])), uint16(atoi(m[6]))
	s.length = atoi(m[4])
	if m[5] != "" {
		s.flags |= ACK
	}
	s.setOptions(rest)
	return s, m[2] != "" || m[5] != ""
}

func (s *textTCP) setOptions(rest string) {
	if m := textOptions.FindStringSubmatch(rest); m != nil {
		s.options = m[1]
	}
}

func atoi(s string) int {
	n, _ := strconv.ParseUint(s, 10, 32)
	return int(n)
}

func flagsOf(letters string) Flags {
	var f Flags
	if letters == "none" {
		return 0
	}
	for _, c := range letters {
		if i := strings.IndexRune("FSRP.UEWe", c); i >= 0 {
			f |= 1 << i
		}
	}
	return f
}

// numbering undoes what tcpdump does without -S (print-tcp.c): from the first segment with ACK of a connection on, which
// it prints as it is, it prints numbers relative to those of that segment; a SYN-ACK begins anew.
type numbering map[[2]netip.AddrPort]*numbers

// numbers are those of one connection: of the end that comes first in the key, and of the other.
type numbers struct {
	base, next [2]uint32
	begun      bool // base is known
	told       bool // whether they are relative is known
	relative   bool
}

// maxNumbered bounds how many connections are remembered.
const maxNumbered = 1 << 16

func (n numbering) of(ip *textIP) (*numbers, int) {
	key, from := [2]netip.AddrPort{ip.src, ip.dst}, 0
	if ip.dst.Compare(ip.src) < 0 {
		key, from = [2]netip.AddrPort{ip.dst, ip.src}, 1
	}
	c := n[key]
	if c == nil {
		if len(n) >= maxNumbered {
			clear(n)
		}
		c = new(numbers)
		n[key] = c
	}
	return c, from
}

// absolute makes the numbers of a segment those that it had on the wire. A segment without data, SYN, FIN or RST is
// printed without its sequence number: it has the next one.
func (n numbering) absolute(ip *textIP, s *textTCP) {
	c, from := n.of(ip)
	if ip.quoted { // it is no segment of its connection, and does not move the numbers on
		c = &numbers{base: c.base, next: c.next, begun: c.begun, told: c.told, relative: c.relative}
	}
	numbered := s.length > 0 || s.flags&(SYN|FIN|RST) != 0
	switch {
	case !s.flags.Has(ACK):
	case !c.begun || s.flags.Has(SYN):
		*c = numbers{begun: true}
		c.base[from], c.base[1-from] = s.seq, s.ack-1
		c.next[1-from] = s.ack
	default:
		if !c.told {
			c.tell(s.ack, c.base[1-from])
		}
		if c.relative {
			s.seq, s.ack = s.seq+c.base[from], s.ack+c.base[1-from]
		}
	}
	if !numbered {
		s.seq = c.next[from]
		return
	}
	if end := s.seq + uint32(s.length) + uint32(s.flags&FIN) + uint32(s.flags&SYN)>>1; s.flags.Has(SYN) || int32(end-c.next[from]) > 0 {
		c.next[from] = end
	}
}

// tell finds out by the first acknowledgment whether the numbers are relative: with -S it is near the base, and not near 0.
func (c *numbers) tell(ack, base uint32) {
	const near = 1 << 24
	c.told, c.relative = true, ack < near || ack-base >= near
}

// rawOptions makes the options' bytes of what was printed of them; what is not known is left out.
func (n numbering) rawOptions(ip *textIP, s *textTCP) []byte {
	var b []byte
	for option := range strings.SplitSeq(s.options, ",") {
		words := strings.Fields(strings.ReplaceAll(option, "}{", "} {"))
		if len(words) == 0 {
			continue
		}
		value := func(i int) uint32 {
			if i >= len(words) {
				return 0
			}
			return uint32(atoi(words[i]))
		}
		switch words[0] {
		case "mss":
			b = be.AppendUint16(append(b, OptionMSS, 4), uint16(value(1)))
		case "wscale":
			b = append(b, OptionWindowScale, 3, byte(value(1)))
		case "sackOK":
			b = append(b, OptionSACKPermitted, 2)
		case "nop":
			b = append(b, OptionNOP)
		case "TS": // TS val 1 ecr 2
			b = be.AppendUint32(be.AppendUint32(append(b, OptionTimestamps, 10), value(2)), value(4))
		case "timestamp": // before tcpdump 4.1
			b = be.AppendUint32(be.AppendUint32(append(b, OptionTimestamps, 10), value(1)), value(2))
		case "sack": // sack 1 {5:9}
			b = n.appendSACK(b, ip, words[min(2, len(words)):])
		}
	}
	return b
}

func (n numbering) appendSACK(b []byte, ip *textIP, blocks []string) []byte {
	c, from := n.of(ip)
	base := uint32(0)
	if c.relative {
		base = c.base[1-from]
	}
	b = append(b, OptionSACK, byte(2+8*len(blocks)))
	for _, block := range blocks {
		left, right, _ := strings.Cut(strings.Trim(block, "{}"), ":")
		b = be.AppendUint32(be.AppendUint32(b, uint32(atoi(left))+base), uint32(atoi(right))+base)
	}
	return b
}
