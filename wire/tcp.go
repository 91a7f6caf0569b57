package wire

import (
	"encoding/binary"
	"iter"
)

// Flags are the control bits of the TCP header, RFC 9293 section 3.1.
type Flags uint16

// The control bits. AE is the ninth, once NS (RFC 3540), of Accurate ECN.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// flagLetters is packetdrill's and tcpdump's notation, in the order of the bits.
const flagLetters = "FSRP.UEWA"

// Has reports whether every bit of set is set.
func (f Flags) Has(set Flags) bool { return f&set == set }

// String is packetdrill's notation: "S." is SYN and ACK; "-" is no flag at all.
func (f Flags) String() string {
	var b [len(flagLetters)]byte
	s := b[:0]
	for i := range len(flagLetters) {
		if f&(1<<i) != 0 {
			s = append(s, flagLetters[i])
		}
	}
	if len(s) == 0 {
		return "-"
	}
	return string(s)
}

// maxOptions is the room for options: a data offset of 15 words less the 20 fixed bytes.
const maxOptions = 40

// TCP is a TCP header.
type TCP struct {
	Seq, Ack uint32
	Flags    Flags
	// Window is the field as sent, without the scale factor.
	Window uint16
	// Payload is the length of the data in bytes by the IP header, however much of it was captured. With segmentation
	// offload it may exceed the MSS.
	Payload int

	optionsLen uint8
	options    [maxOptions]byte
}

// The kinds of TCP options, from IANA's registry.
const (
	OptionEOL           = 0
	OptionNOP           = 1
	OptionMSS           = 2
	OptionWindowScale   = 3
	OptionSACKPermitted = 4
	OptionSACK          = 5
	OptionTimestamps    = 8
)

// Option is one TCP option. Data is what follows its kind and length.
type Option struct {
	Kind uint8
	Data []byte
	// Malformed says that the option's length cannot be; nothing follows it.
	Malformed bool
}

// SetOptions stores the raw bytes of the options; bytes beyond the 40 that a header has room for are dropped.
func (t *TCP) SetOptions(raw []byte) {
	clear(t.options[:t.optionsLen]) // packets are compared by ==, of which what no longer counts is a part
	t.optionsLen = uint8(copy(t.options[:], raw))
}

// RawOptions are the bytes of the options as captured.
func (t *TCP) RawOptions() []byte { return t.options[:t.optionsLen] }

// Options yields the options in the order in which they were sent. It stops after the end-of-list option, after a
// malformed one, or where the capture was cut.
func (t *TCP) Options() iter.Seq[Option] {
	return func(yield func(Option) bool) {
		raw := t.RawOptions()
		for len(raw) > 0 {
			o, n := parseOption(raw)
			if !yield(o) || o.Malformed || o.Kind == OptionEOL {
				return
			}
			raw = raw[n:]
		}
	}
}

// parseOption returns the first option of raw, which is not empty, and its length with kind and length byte.
func parseOption(raw []byte) (Option, int) {
	kind := raw[0]
	if kind == OptionEOL || kind == OptionNOP {
		return Option{Kind: kind}, 1
	}
	if len(raw) < 2 {
		return Option{Kind: kind, Malformed: true}, len(raw)
	}
	n := int(raw[1])
	if n < 2 || n > len(raw) || !lengthFits(kind, n-2) {
		return Option{Kind: kind, Malformed: true}, len(raw)
	}
	return Option{Kind: kind, Data: raw[2:n:n]}, n
}

// lengthFits reports whether n bytes of data are what the kind calls for, so that readers of Data need no check.
func lengthFits(kind uint8, n int) bool {
	switch kind {
	case OptionMSS:
		return n == 2
	case OptionWindowScale:
		return n == 1
	case OptionSACKPermitted:
		return n == 0
	case OptionSACK:
		return n > 0 && n%8 == 0
	case OptionTimestamps:
		return n == 8
	}
	return true
}

// Value is the number that the option carries: the MSS, the shift count of the window scale, the TSval. It is 0 for
// others.
func (o Option) Value() uint32 {
	switch {
	case o.Malformed:
	case o.Kind == OptionMSS:
		return uint32(binary.BigEndian.Uint16(o.Data))
	case o.Kind == OptionWindowScale:
		return uint32(o.Data[0])
	case o.Kind == OptionTimestamps:
		return binary.BigEndian.Uint32(o.Data)
	}
	return 0
}

// EchoReply is the TSecr of a timestamps option (RFC 7323), 0 for others.
func (o Option) EchoReply() uint32 {
	if o.Malformed || o.Kind != OptionTimestamps {
		return 0
	}
	return binary.BigEndian.Uint32(o.Data[4:])
}

// Blocks yields the edges of a SACK option's blocks (RFC 2018): left edge, and right edge just past the block.
func (o Option) Blocks() iter.Seq2[uint32, uint32] {
	return func(yield func(uint32, uint32) bool) {
		if o.Malformed || o.Kind != OptionSACK {
			return
		}
		for d := o.Data; len(d) >= 8; d = d[8:] {
			if !yield(binary.BigEndian.Uint32(d), binary.BigEndian.Uint32(d[4:])) {
				return
			}
		}
	}
}
