package faults

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/google/nftables/expr"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// native is a number as a register of the kernel's holds it, bigEndian as the header of a packet does.
func native(n uint32) []byte    { return binary.NativeEndian.AppendUint32(nil, n) }
func bigEndian(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

// protocols are the IP protocol numbers by name.
func protocols(f lab.Family) map[string][]byte {
	icmp := []byte{unix.IPPROTO_ICMP}
	if f == lab.IPv6 {
		icmp = []byte{unix.IPPROTO_ICMPV6}
	}
	return map[string][]byte{"tcp": {unix.IPPROTO_TCP}, "udp": {unix.IPPROTO_UDP}, "icmp": icmp}
}

// part is a part of a packet: in which header, where it begins there and how long it is, in bytes.
type part struct {
	base           expr.PayloadBase
	offset, length uint32
}

// carried is what follows the transport header (NFT_PAYLOAD_INNER_HEADER, since Linux 5.16).
const carried expr.PayloadBase = 3

var (
	partSource      = part{expr.PayloadBaseTransportHeader, 0, 2}
	partDestination = part{expr.PayloadBaseTransportHeader, 2, 2}
	partFlags       = part{expr.PayloadBaseTransportHeader, 13, 1} // of TCP
	partWindow      = part{expr.PayloadBaseTransportHeader, 14, 2} // of TCP

	// TLS's record, and the message in it (RFC 8446 sections 4 and 5.1).
	partRecord  = part{carried, 0, 2} // its type, and the upper half of its version
	partLength  = part{carried, 3, 2}
	partMessage = part{carried, 5, 1}
)

var (
	handshakeRecord = []byte{22, 3}
	clientHello     = []byte{1}
)

// tcpFlags are the flags of TCP from the lowest bit on (RFC 9293 section 3.1), by iptables' names.
var tcpFlags = []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"}

const flagPSH = 0x08

// flagBits are the bits of flags, as "ECE,CWR"; flagNames is the reverse.
func flagBits(names string) (bits byte) {
	for name := range strings.SplitSeq(names, ",") {
		if i := slices.Index(tcpFlags, name); i >= 0 {
			bits |= 1 << i
		}
	}
	return bits
}

func flagNames(bits byte) string {
	var names []string
	for i, name := range tcpFlags {
		if bits&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

func (p part) load() expr.Any {
	return &expr.Payload{DestRegister: 1, Base: p.base, Offset: p.offset, Len: p.length}
}

func (p part) loadedBy(e expr.Any) bool {
	load, ok := e.(*expr.Payload)
	return ok && p == part{load.Base, load.Offset, load.Len}
}

func equals(data []byte) expr.Any { return &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: data} }

// expressions is the rule as the kernel wants it, the same that iptables writes: compare the protocol, the ports, the
// flags, then count, then drop or reject.
func expressions(f lab.Family, r Rule) []expr.Any {
	list := []expr.Any{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, equals(protocols(f)[r.Proto])}
	if r.SourcePort != 0 {
		list = append(list, partSource.load(), equals(bigEndian(uint16(r.SourcePort))))
	}
	if r.Port != 0 {
		list = append(list, partDestination.load(), equals(bigEndian(uint16(r.Port))))
	}
	if r.Data {
		list = append(list, hasFlags(flagPSH)...)
	}
	if r.Flags != "" {
		list = append(list, hasFlags(flagBits(r.Flags))...)
	}
	if r.Least != 0 {
		list = append(list, &expr.Meta{Key: expr.MetaKeyLEN, Register: 1}, inNetworkOrder(),
			&expr.Cmp{Op: expr.CmpOpGte, Register: 1, Data: binary.BigEndian.AppendUint32(nil, uint32(r.Least))})
	}
	if r.Hello != 0 {
		list = append(list, partRecord.load(), equals(handshakeRecord), partMessage.load(), equals(clientHello),
			partLength.load(), &expr.Cmp{Op: expr.CmpOpGte, Register: 1, Data: bigEndian(uint16(r.Hello))})
	}
	if r.First != 0 {
		list = append(list, first(r.First)...)
	}
	if r.Every != 0 {
		list = append(list, &expr.Numgen{Register: 1, Modulus: uint32(r.Every), Type: unix.NFT_NG_INCREMENTAL}, equals(native(uint32(r.Every-1))))
	}
	list = append(list, &expr.Counter{})
	if reject, ok := rejection(f, r.Reject); ok {
		return append(list, reject)
	}
	return append(list, &expr.Verdict{Kind: expr.VerdictDrop})
}

// hasFlags matches segments that have all of the flags.
func hasFlags(bits byte) []expr.Any {
	return []expr.Any{partFlags.load(),
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{bits}, Xor: []byte{0}}, equals([]byte{bits})}
}

// first matches that many packets and then no more: the number that is given to each, from 0 on, is less. It wraps
// around, but not in the life of a lab.
func first(n int) []expr.Any {
	return []expr.Any{
		&expr.Numgen{Register: 1, Modulus: nftModulus, Type: unix.NFT_NG_INCREMENTAL},
		inNetworkOrder(),
		&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: binary.BigEndian.AppendUint32(nil, uint32(n))},
	}
}

// inNetworkOrder turns the number in the register round, so that it is compared as a number and not byte by byte.
func inNetworkOrder() expr.Any {
	return &expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 4, Size: 4}
}

const tcpReset = "tcp-reset"

// unreachables are the codes of "destination unreachable" by iptables' name: of type 3 of ICMP (RFC 792, RFC 1812 section
// 5.2.7.1), and of type 1 of ICMPv6 (RFC 4443 section 3.1), which has one code for what ICMP tells apart by whether a host
// or all communication is prohibited.
var unreachables = map[lab.Family]map[string]uint8{
	lab.IPv4: {"icmp-port-unreachable": 3, "icmp-host-unreachable": 1, "icmp-host-prohibited": 10, "icmp-admin-prohibited": 13},
	lab.IPv6: {"icmp-port-unreachable": 4, "icmp-host-unreachable": 3, "icmp-admin-prohibited": 1},
}

// rejections are the names of all that a rule can answer with.
func rejections(f lab.Family) []string {
	names := []string{tcpReset}
	for name := range unreachables[f] {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// rejection is the answer of that name.
func rejection(f lab.Family, name string) (*expr.Reject, bool) {
	if name == tcpReset {
		return &expr.Reject{Type: unix.NFT_REJECT_TCP_RST}, true
	}
	code, ok := unreachables[f][name]
	return &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: code}, ok
}

// ruleOf reads back what expressions wrote, and the number of packets that the rule has matched. It is not ok for a rule
// that does something else.
func ruleOf(f lab.Family, chain string, exprs []expr.Any) (r Rule, packets uint64, ok bool) {
	reading := reading{family: f, rule: Rule{Chain: chain}}
	for _, e := range exprs {
		if !reading.add(e) {
			return Rule{}, 0, false
		}
	}
	return reading.rule, reading.packets, reading.decided && reading.rule.Proto != ""
}

// reading is a rule that is read back.
type reading struct {
	family  lab.Family
	rule    Rule
	packets uint64
	decided bool
	// loaded is the expression that gave the register what is compared next.
	loaded expr.Any
}

// add takes down one expression, and reports whether a rule of ours can have it there.
func (r *reading) add(e expr.Any) bool {
	switch e := e.(type) {
	case *expr.Meta, *expr.Payload, *expr.Numgen:
		r.loaded = e
	case *expr.Bitwise:
		from := r.loaded
		r.loaded = e
		return partFlags.loadedBy(from)
	case *expr.Byteorder:
	case *expr.Cmp:
		return r.compare(e.Data)
	case *expr.Counter:
		r.packets = e.Packets
	case *expr.Verdict:
		r.decided = e.Kind == expr.VerdictDrop
	case *expr.Reject:
		r.rule.Reject, r.decided = r.answer(e)
	default:
		return false
	}
	return true
}

// compare takes down what is compared with what was loaded.
func (r *reading) compare(data []byte) bool {
	switch from := r.loaded.(type) {
	case *expr.Meta:
		if from.Key == expr.MetaKeyLEN && len(data) == 4 {
			r.rule.Least = int(binary.BigEndian.Uint32(data))
			return true
		}
		return from.Key == expr.MetaKeyL4PROTO && r.protocol(data)
	case *expr.Payload:
		return r.port(data) || r.hello(data)
	case *expr.Bitwise:
		if len(data) != 1 || string(from.Mask) != string(data) {
			return false
		}
		if r.rule.Data = data[0] == flagPSH; !r.rule.Data {
			r.rule.Flags = flagNames(data[0])
		}
		return true
	case *expr.Numgen:
		if from.Modulus == nftModulus {
			r.rule.First = int(binary.BigEndian.Uint32(data))
		} else {
			r.rule.Every = int(from.Modulus)
		}
		return true
	}
	return false
}

func (r *reading) protocol(number []byte) bool {
	for name, known := range protocols(r.family) {
		if string(known) == string(number) {
			r.rule.Proto = name
			return true
		}
	}
	return false
}

func (r *reading) port(number []byte) bool {
	switch {
	case len(number) != 2:
		return false
	case partSource.loadedBy(r.loaded):
		r.rule.SourcePort = int(binary.BigEndian.Uint16(number))
	case partDestination.loadedBy(r.loaded):
		r.rule.Port = int(binary.BigEndian.Uint16(number))
	default:
		return false
	}
	return true
}

// hello takes down the length of a ClientHello, and passes over what makes it one.
func (r *reading) hello(data []byte) bool {
	switch {
	case partRecord.loadedBy(r.loaded):
		return bytes.Equal(data, handshakeRecord)
	case partMessage.loadedBy(r.loaded):
		return bytes.Equal(data, clientHello)
	case partLength.loadedBy(r.loaded) && len(data) == 2:
		r.rule.Hello = int(binary.BigEndian.Uint16(data))
		return true
	}
	return false
}

// answer is the name of a rejection.
func (r *reading) answer(e *expr.Reject) (string, bool) {
	for _, name := range rejections(r.family) {
		if known, _ := rejection(r.family, name); *known == *e {
			return name, true
		}
	}
	return "", false
}
