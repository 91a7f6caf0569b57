package signature

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/wire"
)

// Signature is what the packets of one connection attempt are expected to be. The zero value expects nothing in
// particular: every attempt matches it.
type Signature struct{ lines []line }

// line is one line of a signature.
type line struct {
	kind     lineKind
	optional bool
	when     when
	packet   PacketMatcher
}

type lineKind uint8

const (
	expect lineKind = iota
	anyPackets
	never
	none
)

// SyntaxError says where a text is not a signature.
type SyntaxError struct {
	Line     int // counted from 1
	Expected string
	Found    string // empty: the end of the line
}

func (e *SyntaxError) Error() string {
	found := "the end of the line"
	if e.Found != "" {
		found = fmt.Sprintf("%q", e.Found)
	}
	return fmt.Sprintf("signature: line %d: expected %s, found %s", e.Line, e.Expected, found)
}

// expectation is a syntax error whose line is not yet known.
type expectation struct{ expected, found string }

func (e *expectation) at(line int) error {
	return &SyntaxError{Line: line, Expected: e.expected, Found: strings.TrimSpace(e.found)}
}

// Parse reads a signature; the package documentation has the notation. The error is a [*SyntaxError].
func Parse(text string) (Signature, error) {
	var s Signature
	last := 0
	for i, source := range strings.Split(text, "\n") {
		source, _, _ = strings.Cut(source, "#")
		if strings.TrimSpace(source) == "" {
			continue
		}
		if last = i + 1; len(s.lines) > 0 && s.lines[0].kind == none {
			return Signature{}, (&expectation{"nothing besides the line none", source}).at(last)
		}
		c := cursor{rest: source}
		l, wrong := c.line()
		if wrong == nil && l.kind == none && len(s.lines) > 0 {
			wrong = &expectation{"none to be the only line", source}
		}
		if wrong != nil {
			return Signature{}, wrong.at(last)
		}
		s.lines = append(s.lines, l)
	}
	if len(s.lines) == 0 {
		return Signature{}, (&expectation{"a packet such as +0 > S, or none", ""}).at(1)
	}
	return s, nil
}

// MustParse is [Parse] for text that is part of the program: it panics on an error.
func MustParse(text string) Signature {
	s, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

// ParsePacket reads a line without its time, such as "> S" or "< icmp unreachable".
func ParsePacket(text string) (PacketMatcher, error) {
	c := cursor{rest: text}
	m, wrong := c.packet(true)
	if wrong != nil {
		return PacketMatcher{}, wrong.at(1)
	}
	return m, nil
}

// MustParsePacket is [ParsePacket] for text that is part of the program: it panics on an error.
func MustParsePacket(text string) PacketMatcher {
	m, err := ParsePacket(text)
	if err != nil {
		panic(err)
	}
	return m
}

// cursor reads one line.
type cursor struct{ rest string }

// word takes the next word: up to a space, or to the angle bracket that opens the options.
func (c *cursor) word() string {
	c.rest = strings.TrimSpace(c.rest)
	end := strings.IndexAny(c.rest, " \t\r\v\f<")
	if end < 0 {
		end = len(c.rest)
	}
	w := c.rest[:end]
	c.rest = c.rest[end:]
	return w
}

// next is the next word, which stays.
func (c *cursor) next() string {
	ahead := *c
	return ahead.word()
}

func (c *cursor) end() *expectation {
	if rest := strings.TrimSpace(c.rest); rest != "" {
		return &expectation{"the end of the line", rest}
	}
	return nil
}

func (c *cursor) line() (line, *expectation) {
	switch c.next() {
	case "...":
		c.word()
		return line{kind: anyPackets}, c.end()
	case "none":
		c.word()
		return line{kind: none}, c.end()
	case "never":
		c.word()
		m, wrong := c.packet(true)
		return line{kind: never, packet: m}, wrong
	}
	return c.expectLine()
}

func (c *cursor) expectLine() (line, *expectation) {
	var l line
	c.rest = strings.TrimSpace(c.rest)
	if rest, ok := strings.CutPrefix(c.rest, "?"); ok {
		l.optional, c.rest = true, rest
	}
	text := c.word()
	w, ok := parseWhen(text)
	if !ok {
		return l, &expectation{"a time such as +0, +0..0.05, +rto or +any (or never, none, ...)", text}
	}
	l.when = w
	m, wrong := c.packet(false)
	l.packet = m
	return l, wrong
}

// packet reads from the direction to the end of the line.
func (c *cursor) packet(eitherWay bool) (PacketMatcher, *expectation) {
	var m PacketMatcher
	c.rest = strings.TrimSpace(c.rest)
	directions := "><"
	if eitherWay {
		directions += "*"
	}
	if c.rest == "" || !strings.Contains(directions, c.rest[:1]) {
		return m, &expectation{"a direction, > or <", c.rest}
	}
	m.dir, c.rest = direction(c.rest[0]), c.rest[1:]
	text := c.word()
	if text == "icmp" {
		return c.icmp(m)
	}
	if text == "dns" {
		return c.dns(m)
	}
	flags, atMin, ok := parseFlags(text)
	if !ok {
		return m, &expectation{"flags such as S, S., R., P., R* or *, icmp or dns", text}
	}
	m.flags, m.atMin = flags, atMin
	return c.fields(m)
}

func parseFlags(text string) (flags wire.Flags, atMin, ok bool) {
	letters, atMin := strings.CutSuffix(text, "*")
	if letters == "-" {
		return 0, atMin, !atMin
	}
	for i := range len(letters) {
		bit, ok := flagBits[letters[i]]
		if !ok || flags&bit != 0 {
			return 0, false, false
		}
		flags |= bit
	}
	return flags, atMin, text != ""
}

// flagBits are the letters of the flags; any order is understood.
var flagBits = map[byte]wire.Flags{
	'F': wire.FIN, 'S': wire.SYN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG,
	'E': wire.ECE, 'W': wire.CWR, 'A': wire.AE,
}

func (c *cursor) fields(m PacketMatcher) (PacketMatcher, *expectation) {
	for strings.TrimSpace(c.rest) != "" {
		if strings.TrimSpace(c.rest)[0] == byte(toClient) {
			return c.optionList(m)
		}
		name := c.word()
		into := m.field(name)
		if into == nil {
			return m, &expectation{"seq, ack, len, sent, win, each once, or options in < >", name}
		}
		if wrong := c.value(into); wrong != nil {
			return m, wrong
		}
	}
	return m, nil
}

// field is the named field where it has not been set yet, else nil.
func (m *PacketMatcher) field(name string) *value {
	list := m.fields()
	i := slices.IndexFunc(list, func(f field) bool { return f.name == name && f.rule == anyValue })
	if i < 0 {
		return nil
	}
	return list[i].value
}

func (c *cursor) value(into *value) *expectation {
	text := c.word()
	v, ok := parseValue(text)
	if !ok {
		return &expectation{"a number N, !N or N..M", text}
	}
	*into = v
	return nil
}

func (c *cursor) optionList(m PacketMatcher) (PacketMatcher, *expectation) {
	inner, after, ok := strings.Cut(strings.TrimSpace(c.rest)[1:], ">")
	if !ok {
		return m, &expectation{"> at the end of the options", ""}
	}
	c.rest = after
	l, wrong := parseOptions(inner)
	if wrong != nil {
		return m, wrong
	}
	m.options = l
	return m, c.end()
}

// The names of [wire.ICMP.Name] for those messages that are not errors.
const (
	echoRequest = "echo-request"
	echoReply   = "echo-reply"
)

// icmpFields are the words that end the name of an ICMP message.
var icmpFields = []string{"seq", "mtu", "from"}

// icmp reads what follows the word icmp.
func (c *cursor) icmp(m PacketMatcher) (PacketMatcher, *expectation) {
	m.icmp = true
	var name []string
	for next := c.next(); next != "" && !slices.Contains(icmpFields, next); next = c.next() {
		name = append(name, c.word())
	}
	m.message = strings.Join(name, " ")
	if m.message == echoRequest || m.message == echoReply {
		return c.echo(m)
	}
	if !knownError(m.message) {
		return m, &expectation{"an ICMP message such as unreachable port, too-big, time-exceeded, type 3 code 1 or echo-request", m.message}
	}
	if c.next() == "mtu" {
		c.word()
		if wrong := c.value(&m.mtu); wrong != nil {
			return m, wrong
		}
	}
	if c.next() == "from" {
		c.word()
		text := c.word()
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return m, &expectation{"an address", text}
		}
		m.from = addr
	}
	return m, c.end()
}

// echo reads what follows the name of an echo. Its sender needs no word: it is who is asked, or who asks.
func (c *cursor) echo(m PacketMatcher) (PacketMatcher, *expectation) {
	m.echo = true
	if c.next() == "seq" {
		c.word()
		if wrong := c.value(&m.seq); wrong != nil {
			return m, wrong
		}
	}
	return m, c.end()
}

// dns reads what follows the word dns: nothing of a query, the code of an answer.
func (c *cursor) dns(m PacketMatcher) (PacketMatcher, *expectation) {
	m.dns = true
	if m.code = c.word(); m.code == "" {
		return m, c.end()
	}
	if !wire.IsDNSCode(m.code) {
		return m, &expectation{"a response code such as NOERROR or NXDOMAIN", m.code}
	}
	if c.next() == "tc" {
		c.word()
		m.cut = true
	}
	if c.next() == "answers" {
		c.word()
		if wrong := c.value(&m.records); wrong != nil {
			return m, wrong
		}
	}
	return m, c.end()
}

// knownError reports whether the name is that of an error, its first word, or a type and code without a name.
func knownError(name string) bool {
	if name == "" || name == "unreachable" || slices.Contains(wire.ICMPNames(), name) {
		return true
	}
	var kind, code uint8
	n, err := fmt.Sscanf(name, "type %d code %d", &kind, &code)
	return err == nil && n == 2 && name == fmt.Sprintf("type %d code %d", kind, code)
}
