package signature

import (
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// The sentences by which a mismatch says what differs. Packets are counted from 1.

func (m *matcher) missing(want PacketMatcher) string {
	if len(m.packets) == 0 {
		return "no packet was seen"
	}
	return fmt.Sprintf("%s was expected, but no packet came after packet %d", article(want.name()), len(m.packets))
}

func (m *matcher) surplus(packet int) string {
	n := len(m.packets) - packet
	if len(m.lines) == 0 {
		return "no packet was expected, but " + count(n, "%d was seen", "%d were seen")
	}
	return "the expectation ends here, but " + count(n, "%d more packet was seen", "%d more packets were seen")
}

func (m *matcher) different(want PacketMatcher, i int, differs part) string {
	got := m.packets[i].only(want)
	if differs == thePacket {
		return fmt.Sprintf("packet %d is %s, %s was expected", i+1, article(got.name()), article(want.name()))
	}
	g, w := got.partText(differs), want.partText(differs)
	return fmt.Sprintf("packet %d has %s, %s was expected", i+1, g, w)
}

// partText is one part of a packet in the notation of a signature.
func (m PacketMatcher) partText(which part) string {
	switch which {
	case theMTU:
		if m.mtu.rule == anyValue {
			return "no mtu"
		}
		return "mtu " + m.mtu.String()
	case theRecords:
		return "answers " + m.records.String()
	case theOptions:
		return "options " + m.options.String()
	}
	for _, f := range m.fields() {
		if f.part == which {
			return f.name + " " + f.value.String()
		}
	}
	return ""
}

func (m *matcher) noGap(line int) string {
	return fmt.Sprintf("the schedule has %s, but this is +rto line %d",
		count(len(m.options.Schedule), "%d gap", "%d gaps"), m.gaps[line]+1)
}

func (m *matcher) mistimed(l line, s state, since int, least, most time.Duration) string {
	took := m.attempt.Packets[s.packet].Time.Sub(m.attempt.Packets[since].Time)
	text := fmt.Sprintf("packet %d came %s s after packet %d, ", s.packet+1, milliseconds(took), since+1)
	if took < least {
		text += fmt.Sprintf("at least %s s was expected", seconds(least.Round(time.Millisecond)))
	} else {
		text += fmt.Sprintf("at most %s s was allowed", seconds(most.Round(time.Millisecond)))
	}
	if l.when.rule == rto {
		n := m.gaps[s.line]
		text += fmt.Sprintf(" (gap %d of the schedule is %s s)", n+1, seconds(m.options.Schedule[n]))
	}
	return text
}

// flagNames are what segments are called by their flags.
var flagNames = map[wire.Flags]string{
	wire.SYN: "SYN", wire.SYN | wire.ACK: "SYN-ACK",
	wire.RST: "RST", wire.RST | wire.ACK: "RST-ACK",
	wire.FIN: "FIN", wire.FIN | wire.ACK: "FIN-ACK",
	wire.PSH | wire.ACK: "PSH-ACK", wire.ACK: "ACK",
}

// name is the packet in words: "SYN-ACK from the server".
func (m PacketMatcher) name() string {
	kind, ok := flagNames[m.flags]
	switch {
	case m.dns && m.code == "":
		return "query"
	case m.dns:
		return strings.TrimPrefix(m.head(), "dns ") + " from the name server"
	case m.echo:
		kind = strings.Replace(m.message, "-", " ", 1)
	case m.icmp:
		return m.errorName()
	case m.atMin && m.flags == 0:
		kind = "segment"
	case !ok:
		kind = "segment with flags " + m.flagText()
	}
	switch m.dir {
	case toServer:
		return kind + " from the client"
	case toClient:
		return kind + " from the server"
	}
	return kind
}

// errorName says where the error went rather than whence it came: any router on the path may have sent it.
func (m PacketMatcher) errorName() string {
	text := "ICMP error"
	if m.message != "" {
		text += " (" + m.message + ")"
	}
	if m.from.IsValid() {
		text += " from " + m.from.String()
	}
	switch m.dir {
	case toServer:
		return text + " to the server"
	case toClient:
		return text + " to the client"
	}
	return text
}

// article puts the indefinite article before the name.
func article(name string) string {
	if strings.ContainsRune("AINe", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

func count(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}
