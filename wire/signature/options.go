package signature

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/wire"
)

// optionList is what the options of a segment must be. The zero value allows any.
type optionList struct {
	set  bool
	list []option
	more bool // the list ends in "..."
}

// option is one TCP option, or what it must be.
type option struct {
	kind      uint8
	malformed bool
	num, ecr  value   // the number that it carries; the TSecr
	blocks    []block // of a SACK option; none allows any
	data      string  // in hexadecimal, of other kinds; empty allows any
}

// block is one of a SACK option, in relative sequence numbers: first byte, and the one after the last.
type block struct{ left, right uint32 }

// numbered are the options that carry one number.
var numbered = map[string]uint8{"mss": wire.OptionMSS, "wscale": wire.OptionWindowScale}

// plain are the options that carry nothing.
var plain = map[string]uint8{
	"nop": wire.OptionNOP, "sackOK": wire.OptionSACKPermitted, "eol": wire.OptionEOL,
}

// optionsOf are the options of a segment as the list that only they match.
func optionsOf(a wire.Attempt, p *wire.Packet) optionList {
	l := optionList{set: true}
	for o := range p.TCP.Options() {
		l.list = append(l.list, optionOf(a, p, o))
	}
	return l
}

func optionOf(a wire.Attempt, p *wire.Packet, o wire.Option) option {
	got := option{kind: o.Kind}
	switch {
	case o.Malformed:
		return option{malformed: true}
	case o.Kind == wire.OptionMSS, o.Kind == wire.OptionWindowScale:
		got.num = exactly(o.Value())
	case o.Kind == wire.OptionTimestamps:
		got.num, got.ecr = exactly(o.Value()), exactly(o.EchoReply())
	case o.Kind == wire.OptionSACK:
		for left, right := range o.Blocks() {
			receiver := !a.FromClient(p)
			got.blocks = append(got.blocks, block{a.Relative(left, receiver), a.Relative(right, receiver)})
		}
	default:
		got.data = hex.EncodeToString(o.Data)
	}
	return got
}

func (l optionList) matches(got optionList) bool {
	if !l.set {
		return true
	}
	if len(got.list) < len(l.list) || len(got.list) > len(l.list) && !l.more {
		return false
	}
	for i, want := range l.list {
		if !want.matches(got.list[i]) {
			return false
		}
	}
	return true
}

// matches compares with an option of a segment, whose numbers are exact.
func (o option) matches(got option) bool {
	return o.kind == got.kind && o.malformed == got.malformed &&
		o.num.matches(got.num.a) && o.ecr.matches(got.ecr.a) &&
		(len(o.blocks) == 0 || slices.Equal(o.blocks, got.blocks)) &&
		(o.data == "" || o.data == got.data)
}

func (l optionList) String() string {
	var parts []string
	for _, o := range l.list {
		parts = append(parts, o.String())
	}
	if l.more {
		parts = append(parts, "...")
	}
	return "<" + strings.Join(parts, ",") + ">"
}

func (o option) String() string {
	if o.malformed {
		return "malformed"
	}
	for name, kind := range plain {
		if o.kind == kind {
			return name
		}
	}
	for name, kind := range numbered {
		if o.kind == kind {
			return name + suffix("", o.num)
		}
	}
	switch o.kind {
	case wire.OptionTimestamps:
		return "TS" + suffix(" val", o.num) + suffix(" ecr", o.ecr)
	case wire.OptionSACK:
		text := "sack"
		for _, b := range o.blocks {
			text += fmt.Sprintf(" %d:%d", b.left, b.right)
		}
		return text
	}
	text := fmt.Sprintf("opt %d", o.kind)
	if o.data != "" {
		text += " 0x" + o.data
	}
	return text
}

// suffix is a number behind its name; nothing where any is allowed.
func suffix(name string, v value) string {
	if v.rule == anyValue {
		return ""
	}
	return name + " " + v.String()
}

// parseOptions reads what is between the angle brackets. The error is what was expected, and what was found.
func parseOptions(text string) (optionList, *expectation) {
	l := optionList{set: true}
	if strings.TrimSpace(text) == "" {
		return l, nil
	}
	parts := strings.Split(text, ",")
	for i, part := range parts {
		words := strings.Fields(part)
		if i == len(parts)-1 && slices.Equal(words, []string{"..."}) {
			l.more = true
			break
		}
		o, ok := parseOption(words)
		if !ok {
			return l, &expectation{"a TCP option such as mss 1460, sackOK, TS val 1 ecr 2, nop, wscale 7, or a final ...", cmp.Or(strings.TrimSpace(part), text)}
		}
		l.list = append(l.list, o)
	}
	return l, nil
}

func parseOption(words []string) (option, bool) {
	if len(words) == 0 {
		return option{}, false
	}
	name, args := words[0], words[1:]
	if kind, ok := plain[name]; ok {
		return option{kind: kind}, len(args) == 0
	}
	if kind, ok := numbered[name]; ok {
		return parseNumbered(option{kind: kind}, args)
	}
	switch name {
	case "TS":
		return parseTimestamps(args)
	case "sack":
		return parseSACK(args)
	case "opt":
		return parseOther(args)
	case "malformed":
		return option{malformed: true}, len(args) == 0
	}
	return option{}, false
}

func parseNumbered(o option, args []string) (option, bool) {
	if len(args) == 0 {
		return o, true
	}
	v, ok := parseValue(args[0])
	o.num = v
	return o, ok && len(args) == 1
}

func parseTimestamps(args []string) (option, bool) {
	o := option{kind: wire.OptionTimestamps}
	for _, field := range []struct {
		name string
		into *value
	}{{"val", &o.num}, {"ecr", &o.ecr}} {
		if len(args) < 2 || args[0] != field.name {
			continue
		}
		v, ok := parseValue(args[1])
		if !ok {
			return o, false
		}
		*field.into, args = v, args[2:]
	}
	return o, len(args) == 0
}

func parseSACK(args []string) (option, bool) {
	o := option{kind: wire.OptionSACK}
	for _, arg := range args {
		left, right, ok := strings.Cut(arg, ":")
		l, okay := parseNumber(left)
		r, fine := parseNumber(right)
		if !ok || !okay || !fine {
			return o, false
		}
		o.blocks = append(o.blocks, block{l, r})
	}
	return o, true
}

// parseOther reads an option that has no name here: its kind, and its data in hexadecimal.
func parseOther(args []string) (option, bool) {
	if len(args) == 0 || len(args) > 2 {
		return option{}, false
	}
	kind, ok := parseNumber(args[0])
	if !ok || kind > 255 || named(uint8(kind)) {
		return option{}, false
	}
	o := option{kind: uint8(kind)}
	if len(args) == 1 {
		return o, true
	}
	digits, ok := strings.CutPrefix(args[1], "0x")
	data, err := hex.DecodeString(digits)
	o.data = hex.EncodeToString(data)
	return o, ok && err == nil && len(data) > 0
}

func named(kind uint8) bool {
	switch kind {
	case wire.OptionEOL, wire.OptionNOP, wire.OptionMSS, wire.OptionWindowScale, wire.OptionSACKPermitted,
		wire.OptionSACK, wire.OptionTimestamps:
		return true
	}
	return false
}
