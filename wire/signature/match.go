package signature

import (
	"cmp"
	"slices"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// Options are what a match depends on besides the signature.
type Options struct {
	Tolerance Tolerance
	// Schedule are the gaps that the +rto lines stand for, such as [Schedule.Gaps].
	Schedule []time.Duration
	// Late is by how much the machine was seen to be late between two times: what comes after such a gap may be so much later.
	// Nil: nobody has looked.
	Late func(from, to time.Time) time.Duration
	// Waited is by how much a program was seen to wait for a processor between two times. The timer of a resolver, unlike a kernel's, runs
	// before the question is sent: the question may be so much late, and the gap after it so much shorter. Nil: nobody has looked.
	Waited func(from, to time.Time) time.Duration
}

// beforeSending is how long before a question a program that had no processor may have started its timer.
const beforeSending = time.Second

// Match compares the packets of an attempt with the signature and returns nil when they match, else the difference.
// The zero attempt has no packets. Where optional lines and "..." leave several ways to read the packets, any may
// match, and the mismatch is that of the one that got furthest.
func (s Signature) Match(a wire.Attempt, o Options) *Difference {
	for _, l := range s.lines {
		if l.kind != never {
			continue
		}
		for i := range a.Packets {
			if l.packet.Matches(a, &a.Packets[i]) && !isAfterClose(a, i) {
				return appeared(a, l, i)
			}
		}
	}
	m := matcher{
		attempt: a,
		options: o,
		lines:   slices.DeleteFunc(slices.Clone(s.lines), func(l line) bool { return l.kind == never }),
		failed:  map[state]bool{},
	}
	switch {
	case len(m.lines) == 0:
		return nil
	case m.lines[0].kind == none:
		m.lines = nil
	}
	m.prepare()
	if m.match(state{previous: noPacket}) {
		return nil
	}
	return m.mismatch()
}

// isAfterClose reports whether the packet with the index is a RST to what was sent once more after both sides had closed, and each knew it: the
// connection is gone by then (RFC 9293 section 3.10.7.1), and had its orderly end.
func isAfterClose(a wire.Attempt, index int) bool {
	if a.Lookup || a.Packets[index].Kind != wire.KindTCP || !a.Packets[index].TCP.Flags.Has(wire.RST) {
		return false
	}
	var closed, known [2]bool
	var end [2]uint32 // what acknowledges a side's FIN
	for i := range a.Packets[:index] {
		p := &a.Packets[i]
		if p.Kind != wire.KindTCP {
			continue
		}
		from, to := 0, 1
		if !a.FromClient(p) {
			from, to = to, from
		}
		if p.TCP.Flags.Has(wire.FIN) {
			closed[from], end[from] = true, p.TCP.Seq+uint32(p.TCP.Payload)+1
		}
		known[to] = known[to] || closed[to] && p.TCP.Flags.Has(wire.ACK) && p.TCP.Ack == end[to]
	}
	return known[0] && known[1]
}

const noPacket = -1

// matcher is a backtracking search for a way to assign the packets to the lines, with a memory of what failed, so that
// its time is polynomial whatever the signature.
type matcher struct {
	attempt wire.Attempt
	options Options
	lines   []line
	packets []PacketMatcher // the attempt's packets as described
	gaps    []int           // of each +rto line: its index in the schedule
	timed   []bool          // of each line: whether the time of the packet matched before it matters
	failed  map[state]bool
	path    []pair
	best    failure
}

// state is what remains to be matched: the lines and packets from here on. Previous is the packet that the line before
// matched.
type state struct{ line, packet, previous int }

// pair is a line and the packet that it matched, by index.
type pair struct{ line, packet int }

// failure is where a way to read the packets ended.
type failure struct {
	at     state
	path   []pair
	reason string
	// near says that the packet is of the kind wanted, and only a field or its time is not.
	near bool
}

// furtherThan orders failures: by the lines matched, a near miss, the packet reached, and the line, which is the
// required one where those before it are optional.
func (f failure) furtherThan(g failure) bool {
	return cmp.Or(
		cmp.Compare(len(f.path), len(g.path)),
		cmp.Compare(rank(f.near), rank(g.near)),
		cmp.Compare(f.at.packet, g.at.packet),
		cmp.Compare(f.at.line, g.at.line),
	) > 0
}

func rank(near bool) int {
	if near {
		return 1
	}
	return 0
}

func (m *matcher) prepare() {
	m.gaps = make([]int, len(m.lines))
	m.timed = make([]bool, len(m.lines)+1)
	n := 0
	for i, l := range m.lines {
		if l.kind == expect && l.when.rule == rto {
			m.gaps[i] = n
			n++
		}
	}
	for i, l := range slices.Backward(m.lines) {
		required := l.kind == expect && !l.optional
		m.timed[i] = l.when.rule != anyTime || !required && m.timed[i+1]
	}
	for i := range m.attempt.Packets {
		m.packets = append(m.packets, describe(m.attempt, &m.attempt.Packets[i]))
	}
}

// match reports whether the lines and packets from the state on fit.
func (m *matcher) match(s state) bool {
	if !m.timed[s.line] {
		s.previous = noPacket
	}
	if m.failed[s] {
		return false
	}
	ok := m.step(s)
	if !ok {
		m.failed[s] = true
	}
	return ok
}

func (m *matcher) step(s state) bool {
	if s.line == len(m.lines) {
		if s.packet == len(m.packets) {
			return true
		}
		m.fail(failure{at: s, reason: m.surplus(s.packet)})
		return false
	}
	l := m.lines[s.line]
	if l.kind == anyPackets {
		return m.skip(s)
	}
	if reason, near := m.check(l, s); reason != "" {
		m.fail(failure{at: s, reason: reason, near: near})
	} else if m.accept(s) {
		return true
	}
	return l.optional && m.match(state{s.line + 1, s.packet, s.previous})
}

// skip tries a line of "..." with no packet, one packet, and so on.
func (m *matcher) skip(s state) bool {
	for ; s.packet <= len(m.packets); s.packet++ {
		if m.match(state{s.line + 1, s.packet, s.previous}) {
			return true
		}
	}
	return false
}

func (m *matcher) accept(s state) bool {
	m.path = append(m.path, pair{s.line, s.packet})
	ok := m.match(state{s.line + 1, s.packet + 1, s.packet})
	m.path = m.path[:len(m.path)-1]
	return ok
}

// fail keeps the failure that got furthest.
func (m *matcher) fail(f failure) {
	f.path = m.path
	if m.best.reason == "" || f.furtherThan(m.best) {
		f.path = slices.Clone(m.path)
		m.best = f
	}
}

// check returns why the line does not match the packet of the state, or "", and whether that is a near miss.
func (m *matcher) check(l line, s state) (reason string, near bool) {
	if s.packet == len(m.packets) {
		return m.missing(l.packet), false
	}
	if part := l.packet.differs(m.packets[s.packet]); part != nothing {
		return m.different(l.packet, s.packet, part), part != thePacket
	}
	return m.checkTime(l, s), true
}

func (m *matcher) checkTime(l line, s state) string {
	since := m.reference(l, s)
	if since == noPacket || l.when.rule == anyTime {
		return ""
	}
	least, most, ok := m.window(l, s.line)
	if !ok {
		return m.noGap(s.line)
	}
	from, to := m.attempt.Packets[since].Time, m.attempt.Packets[s.packet].Time
	took := to.Sub(from)
	if took > most && m.options.Late != nil {
		most += m.options.Late(from, to)
	}
	if took < least && l.packet.dns && m.options.Waited != nil {
		least -= m.options.Waited(from.Add(-beforeSending), from)
	}
	if least <= took && took <= most {
		return ""
	}
	return m.mistimed(l, s, since, least, most)
}

// reference is the packet that the line's time counts from, or noPacket.
func (m *matcher) reference(l line, s state) int {
	if l.when.rule == rto {
		if original := m.retransmitted(s.packet); original != noPacket {
			return original
		}
	}
	return s.previous
}

// retransmitted is the latest segment before the packet that is the same: of its direction, flags and sequence number.
func (m *matcher) retransmitted(packet int) int {
	p := m.packets[packet]
	for i := packet - 1; i >= 0; i-- {
		q := m.packets[i]
		if q.dir == p.dir && q.icmp == p.icmp && q.dns == p.dns && q.flags == p.flags && q.seq == p.seq {
			return i
		}
	}
	return noPacket
}

// window is the least and greatest time that the line allows; it reports false when the schedule has no such gap.
func (m *matcher) window(l line, i int) (least, most time.Duration, ok bool) {
	t := m.options.Tolerance
	switch l.when.rule {
	case within:
		return l.when.from, t.scaled(l.when.to), true
	case rto:
		if m.gaps[i] >= len(m.options.Schedule) {
			return 0, 0, false
		}
		least, most = t.Window(m.options.Schedule[m.gaps[i]])
	default:
		least, most = t.Window(l.when.from)
	}
	return least, most, true
}
