package ladder

import (
	"cmp"
	"fmt"

	"github.com/tcplab/tcplab/wire"
)

// label is what the packet is, in words, and the same where there is little room.
func (s *sight) label() (label, short string) {
	p := s.packet
	switch p.Kind {
	case wire.KindTCP:
		label = cmp.Or(s.probe, segmentLabel(&p.TCP))
	case wire.KindICMP:
		label = ICMPLabel(&p.ICMP)
	case wire.KindDNS:
		label = messageLabel(&s.message)
	case wire.KindARP, wire.KindND:
		label = fmt.Sprintf("who has %s?", p.Neighbour.Target)
	}
	short = label
	if s.ttl > 0 {
		label += fmt.Sprintf(", TTL %d", s.ttl)
		short += fmt.Sprintf(" TTL %d", s.ttl)
	}
	if s.copied {
		label, short = label+", copy", short+" (copy)"
	} else if s.again > 0 {
		label += fmt.Sprintf(", retry %d", s.again)
		short += fmt.Sprintf(" ↻%d", s.again)
	}
	switch {
	case s.stood && s.rightward && p.TCP.Payload > 0:
		label += fmt.Sprintf(" from :%d", s.port)
	case s.class() != "syn" && p.Kind != wire.KindDNS:
	case s.server.IsValid():
		label += fmt.Sprintf(" to %s", s.server)
	case s.port != 0:
		label += fmt.Sprintf(" from :%d", s.port)
	}
	return label, short
}

// messageLabel is what a DNS message asks or answers, as dig(1) names it.
func messageLabel(m *wire.DNSMessage) string {
	switch {
	case !m.Response:
		return fmt.Sprintf("%s? %s", m.Type, m.Name)
	case m.Truncated:
		return fmt.Sprintf("%s: too large, ask by TCP", m.Type)
	case m.Code != wire.DNSNoError:
		return fmt.Sprintf("%s: %s", m.Type, m.Code)
	case m.Records == 0:
		return fmt.Sprintf("%s: none", m.Type)
	case len(m.Addrs) == 0:
		return fmt.Sprintf("%s: %d records", m.Type, m.Records)
	case len(m.Addrs) > 1:
		return fmt.Sprintf("%s: %s and %d more", m.Type, m.Addrs[0], len(m.Addrs)-1)
	}
	return fmt.Sprintf("%s: %s", m.Type, m.Addrs[0])
}

func segmentLabel(t *wire.TCP) string {
	switch {
	case t.Flags.Has(wire.SYN | wire.ACK):
		return "SYN-ACK"
	case t.Flags.Has(wire.SYN):
		return "SYN"
	case t.Flags.Has(wire.RST):
		return "RST"
	case t.Payload > 0 && t.Flags.Has(wire.FIN):
		return fmt.Sprintf("%d bytes, FIN", t.Payload)
	case t.Payload == 1:
		return "1 byte"
	case t.Payload > 0:
		return fmt.Sprintf("%d bytes", t.Payload)
	case t.Flags.Has(wire.FIN):
		return "FIN"
	case t.Window == 0:
		return "ACK, window 0"
	}
	return "ACK"
}

// ICMPLabel is what an ICMP message is, in words.
func ICMPLabel(m *wire.ICMP) string {
	switch name := m.Name(); name {
	case "echo-request":
		return fmt.Sprintf("ping %d", m.Sequence)
	case "echo-reply":
		return fmt.Sprintf("reply %d", m.Sequence)
	default:
		return "ICMP " + name
	}
}

// class is the packet's looks.
func (s *sight) class() string {
	p := s.packet
	switch p.Kind {
	case wire.KindTCP:
		return segmentClass(&p.TCP)
	case wire.KindICMP:
		if p.ICMP.IsError() {
			return "icmp"
		}
		return "echo"
	case wire.KindDNS: // a question and its answer look like those of ping
		return "echo"
	}
	return "neighbour"
}

func segmentClass(t *wire.TCP) string {
	switch {
	case t.Flags.Has(wire.SYN | wire.ACK):
		return "synack"
	case t.Flags.Has(wire.SYN):
		return "syn"
	case t.Flags.Has(wire.RST):
		return "rst"
	case t.Payload > 0:
		return "data"
	case t.Flags.Has(wire.FIN):
		return "fin"
	}
	return "ack"
}
